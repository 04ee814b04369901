package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newObjectsDataSource() datasource.DataSource { return &objectsDataSource{} }

type objectsDataSource struct{ configuredDataSource }

// maxListed is how many keys and common prefixes a list in the state can hold: at about 300 bytes each they
// still fit well into one message between the provider and Terraform.
const maxListed = 100_000

// objectsDataModel is the data source oss_objects.
type objectsDataModel struct {
	Bucket         types.String   `tfsdk:"bucket"`
	Prefix         types.String   `tfsdk:"prefix"`
	Glob           types.String   `tfsdk:"glob"`
	Delimiter      types.String   `tfsdk:"delimiter"`
	StartAfter     types.String   `tfsdk:"start_after"`
	Limit          types.Int64    `tfsdk:"limit"`
	ReadMetadata   types.Bool     `tfsdk:"read_metadata"`
	Keys           []string       `tfsdk:"keys"`
	Objects        []listedModel  `tfsdk:"objects"`
	CommonPrefixes []string       `tfsdk:"common_prefixes"`
	Truncated      types.Bool     `tfsdk:"truncated"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

type listedModel struct {
	Key          types.String `tfsdk:"key"`
	ETag         types.String `tfsdk:"etag"`
	Size         types.Int64  `tfsdk:"size"`
	StorageClass types.String `tfsdk:"storage_class"`
	ObjectType   types.String `tfsdk:"object_type"`
	LastModified types.String `tfsdk:"last_modified"`
	headersModel
}

// Metadata names the data source.
func (d *objectsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "oss_objects"
}

// Schema describes the data source.
func (d *objectsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The objects of a bucket, or a part of them. One request lists 1,000 of them, and no more requests are made than `limit` needs. " +
			"A listing shows neither headers nor metadata: for those set `read_metadata`, which costs a request for each object.",
		Attributes: selectionSchema(),
		Blocks:     map[string]schema.Block{"timeouts": walkTimeouts(ctx)},
	}
	for _, part := range []map[string]schema.Attribute{objectsArguments(), objectsResults()} {
		for name, attribute := range part {
			resp.Schema.Attributes[name] = attribute
		}
	}
}

func objectsArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"delimiter": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Keys in which this text follows after `prefix` are not listed one by one; their beginnings, up to and with it, are `common_prefixes`. " +
				"With `/` that is one level of folders. `glob` does not apply to them.",
			Validators: unlessEmpty(),
		},
		"start_after": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Only keys that come after this one in the order of their UTF-8 bytes.",
		},
		"limit": schema.Int64Attribute{
			CustomType: wholeNumber{},
			Optional:   true,
			MarkdownDescription: fmt.Sprintf("How many keys and common prefixes are listed at most, together. Unless set, all are listed, and more than %d are an error, "+
				"since all of them are kept in the state.", maxListed),
			Validators: []validator.Int64{int64validator.Between(1, maxListed)},
		},
		"read_metadata": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: fmt.Sprintf("Set to `true` to read the standard headers and the user metadata of each object, by one HeadObject each, %d at a time. More than %d objects are an error then. "+
				"An object that was deleted since it was listed, and a symbolic link to nothing, are left out.", looksInFlight, maxRead),
		},
	}
}

func objectsResults() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"keys":            schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The keys, sorted by their UTF-8 bytes."},
		"common_prefixes": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Beginnings of keys that `delimiter` groups, sorted."},
		"truncated": schema.BoolAttribute{
			Computed:            true,
			MarkdownDescription: "Whether `limit` ended the listing before its end, so that there may be more.",
		},
		"objects": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "What the listing shows of each object, in the order of `keys`.",
			NestedObject: schema.NestedAttributeObject{Attributes: withReadHeaders(map[string]schema.Attribute{
				"key":           text("Key of the object. Terraform turns it into Unicode NFC: a key in another form is shown, and cannot be named elsewhere."),
				"etag":          text("ETag of the body, without quotes."),
				"size":          schema.Int64Attribute{Computed: true, MarkdownDescription: "Size of the body in bytes."},
				"storage_class": text("Storage class, such as `Standard`."),
				"object_type":   text("`Normal`, `Multipart`, `Appendable` or `Symlink`."),
				"last_modified": text("Time of the last change, in RFC 3339."),
			})},
		},
	}
}

// ValidateConfig refuses a prefix and a glob that no key can have both.
func (d *objectsDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var m objectsDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	checkSelection(m.Prefix, m.Glob, &resp.Diagnostics)
}

// Read lists page by page until the limit or the end.
func (d *objectsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m objectsDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	checkSelection(m.Prefix, m.Glob, &resp.Diagnostics)
	ctx, client, end := d.data.begin(ctx, m.Bucket, m.Timeouts.Read, walkTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	m.list(ctx, client, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
	}
}

func (m *objectsDataModel) listing() ossclient.Listing {
	l := ossclient.Listing{
		Bucket: m.Bucket.ValueString(), Prefix: m.Prefix.ValueString(), Delimiter: m.Delimiter.ValueString(), StartAfter: m.StartAfter.ValueString(),
	}
	if l.Delimiter == "" { // with one, the common prefixes depend on the prefix
		l.Prefix = narrowest(l.Prefix, m.Glob.ValueString())
	}
	if limit := m.Limit.ValueInt64(); limit > 0 && limit < ossclient.MaxPage && m.Glob.IsNull() {
		l.PageSize = int(limit)
	}
	return l
}

func (m *objectsDataModel) list(ctx context.Context, client *ossclient.Client, diags *diag.Diagnostics) {
	m.Keys, m.Objects, m.CommonPrefixes, m.Truncated = []string{}, []listedModel{}, []string{}, types.BoolValue(false)
	most := maxListed
	if !m.Limit.IsNull() {
		most = int(m.Limit.ValueInt64())
	}
	for page, err := range client.Pages(ctx, m.listing()) {
		if err != nil {
			callError(diags, "Unable to List OSS Objects", fmt.Sprintf("list the objects of bucket %q", m.Bucket.ValueString()), err)
			return
		}
		if cut := m.take(page, most); cut {
			m.Truncated = types.BoolValue(true)
			break
		}
	}
	if m.Truncated.ValueBool() && m.Limit.IsNull() {
		diags.AddError("Too Many OSS Objects", fmt.Sprintf("More than %d keys of bucket %q are meant, and all of them would be kept in the state. "+
			"Narrow them with prefix or glob, group them with delimiter, or set limit.", maxListed, m.Bucket.ValueString()))
	}
	if m.ReadMetadata.ValueBool() && !diags.HasError() {
		m.readMetadata(ctx, client, diags)
	}
}

// take adds a page, and reports whether the limit ended the listing before its end: keys and common prefixes count in
// one order, as OSS gives them.
func (m *objectsDataModel) take(page ossclient.Page, most int) (cut bool) {
	type entry struct {
		name   string
		object *ossclient.ListedObject // nil for a common prefix
	}
	entries := []entry{}
	for _, prefix := range page.Prefixes {
		entries = append(entries, entry{name: prefix})
	}
	for i, o := range page.Objects {
		if glob := m.Glob.ValueString(); glob == "" || rules.MatchKey(glob, o.Key) {
			entries = append(entries, entry{o.Key, &page.Objects[i]})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	full := func() bool { return len(m.Keys)+len(m.CommonPrefixes) == most }
	for _, e := range entries {
		switch {
		case full():
			return true
		case e.object == nil:
			m.CommonPrefixes = append(m.CommonPrefixes, e.name)
		default:
			m.Keys = append(m.Keys, e.name)
			m.Objects = append(m.Objects, newListedModel(*e.object))
		}
	}
	return full() && page.More
}

func newListedModel(o ossclient.ListedObject) listedModel {
	return listedModel{
		Key: types.StringValue(o.Key), ETag: stringOrNull(o.ETag), Size: types.Int64Value(o.Size), StorageClass: stringOrNull(o.StorageClass),
		ObjectType: stringOrNull(o.Type), LastModified: timeOrNull(o.LastModified), headersModel: headersModel{Metadata: types.MapNull(types.StringType)},
	}
}
