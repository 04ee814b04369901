package provider

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newObjectList() list.ListResource { return &objectList{} }

// objectList lists what oss_object can take over.
type objectList struct{ configuredResource }

// objectListModel is the configuration of a list of oss_object.
type objectListModel struct {
	Bucket       types.String `tfsdk:"bucket"`
	Prefix       types.String `tfsdk:"prefix"`
	Keys         types.List   `tfsdk:"keys"`
	StorageClass types.String `tfsdk:"storage_class"`
}

// Metadata names the resource type that is listed.
func (l *objectList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "oss_object"
}

// ListResourceConfigSchema describes the block config of a list.
func (l *objectList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The objects of a bucket, or a part of them, to be taken over. One request lists 1,000 of them, and no more requests are made than `limit` needs. " +
			"With `include_resource`, and whenever configuration is generated, each object costs one HeadObject besides.",
		Attributes: map[string]schema.Attribute{
			"bucket": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name of the bucket.",
				Validators:          []validator.String{ruledBy(rules.CheckBucket)},
			},
			"prefix": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only keys that begin with this text.",
			},
			"keys": schema.ListAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Only keys that match one of these globs as a whole. `*` stops at a slash, `**` between slashes does not: `site/**/*.html`. " +
					"What all of them begin with narrows the listing itself.",
				Validators: []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(unlessEmpty(ruledBy(rules.CheckKeyGlob))...)},
			},
			"storage_class": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only objects of this storage class, such as `Standard` or `IA`.",
				Validators:          unlessEmpty(stringvalidator.OneOf(rules.StorageClasses...)),
			},
		},
	}
}

// ValidateListResourceConfig refuses a prefix and a glob that no key can have both.
func (l *objectList) ValidateListResourceConfig(ctx context.Context, req list.ValidateConfigRequest, resp *list.ValidateConfigResponse) {
	var m objectListModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if m.Prefix.IsUnknown() {
		return
	}
	for i, element := range m.Keys.Elements() {
		glob, ok := element.(types.String)
		if !ok || glob.IsNull() || glob.IsUnknown() {
			continue
		}
		if fault := contradiction(m.Prefix.ValueString(), glob.ValueString()); fault != "" {
			resp.Diagnostics.AddAttributeError(path.Root("keys").AtListIndex(i), contradictorySelection, fault)
		}
	}
}

// List begins to list. The requests are made when Terraform asks for results.
func (l *objectList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var m objectListModel
	diags := req.Config.Get(ctx, &m)
	l.data.claim(&diags, m.Bucket)
	client := l.data.ready(&diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	found := m.found(ctx, client, req.Limit)
	if req.IncludeResource {
		stream.Results = streamed(ordered(ctx, looksInFlight, found, func(ctx context.Context, o foundObject) list.ListResult { return o.look(ctx, client, req) }), 0)
		return
	}
	stream.Results = streamed(func(push func(list.ListResult) bool) {
		for o := range found {
			if !push(o.result(ctx, req)) {
				return
			}
		}
	}, 0)
}

// foundObject is a key that a list names, or why it names none.
type foundObject struct {
	bucket, key string
	diags       diag.Diagnostics
}

// found walks the keys that are meant, page by page, until there are as many as Terraform wants; 0 is no limit. A key that
// Terraform cannot name is left out with a warning, and does not count.
func (m objectListModel) found(ctx context.Context, client *ossclient.Client, limit int64) iter.Seq[foundObject] {
	return func(yield func(foundObject) bool) {
		named := int64(0)
		for o := range m.walk(ctx, client, limit) {
			if len(o.diags) == 0 {
				named++
			}
			if !yield(o) || limit > 0 && named == limit {
				return
			}
		}
	}
}

// walk is found without an end.
func (m objectListModel) walk(ctx context.Context, client *ossclient.Client, limit int64) iter.Seq[foundObject] {
	bucket, class, globs := m.Bucket.ValueString(), m.StorageClass.ValueString(), m.globs()
	listing := ossclient.Listing{Bucket: bucket, Prefix: narrowestOf(m.Prefix.ValueString(), globs)}
	if len(globs) == 0 && class == "" && limit > 0 && limit < ossclient.MaxPage {
		listing.PageSize = int(limit)
	}
	return func(yield func(foundObject) bool) {
		for page, err := range client.Pages(ctx, listing) {
			if err != nil {
				failed := foundObject{}
				callError(&failed.diags, "Unable to List OSS Objects", fmt.Sprintf("list the objects of bucket %q", bucket), err)
				yield(failed)
				return
			}
			for _, o := range page.Objects {
				meant := (class == "" || o.StorageClass == class) && matchesOne(globs, o.Key)
				if meant && !yield(foundObject{bucket, o.Key, unnameable(bucket, o.Key)}) {
					return
				}
			}
		}
	}
}

func (m objectListModel) globs() []string {
	var globs []string
	for _, element := range m.Keys.Elements() {
		if glob, ok := element.(types.String); ok {
			globs = append(globs, glob.ValueString())
		}
	}
	return globs
}

// matchesOne reports whether a key matches one of the globs; with none of them every key is meant.
func matchesOne(globs []string, key string) bool {
	for _, glob := range globs {
		if rules.MatchKey(glob, key) {
			return true
		}
	}
	return len(globs) == 0
}

// narrowestOf is the longest text that a prefix and the globs let every key begin with.
func narrowestOf(prefix string, globs []string) string {
	if len(globs) == 0 {
		return prefix
	}
	common := rules.GlobPrefix(globs[0])
	for _, glob := range globs[1:] {
		next := rules.GlobPrefix(glob)
		for !strings.HasPrefix(next, common) {
			_, last := utf8.DecodeLastRuneInString(common)
			common = common[:len(common)-last]
		}
	}
	if len(common) > len(prefix) {
		return common
	}
	return prefix
}

// unnameable warns of a key that no configuration can name: Terraform turns every text into Unicode NFC, and some keys
// are refused.
func unnameable(bucket, key string) diag.Diagnostics {
	var diags diag.Diagnostics
	reason := ""
	if !norm.NFC.IsNormalString(key) {
		reason = "Terraform turns every text into Unicode NFC, which this key is not in."
	}
	for _, f := range rules.CheckKey(key) {
		if f.Severity == finding.Error {
			reason = f.Detail
		}
	}
	if reason != "" {
		diags.AddWarning("OSS Object Is Left Out", fmt.Sprintf("The key %q in bucket %q cannot be named in a configuration: %s To manage it, copy what is there to another key with another tool, such as ossutil.", key, bucket, reason))
	}
	return diags
}

// result names the object, without a request.
func (o foundObject) result(ctx context.Context, req list.ListRequest) list.ListResult {
	if len(o.diags) > 0 {
		return words(o.diags)
	}
	result := req.NewListResult(ctx)
	result.DisplayName = o.key
	result.Diagnostics.Append(result.Identity.Set(ctx, objectIdentity{Bucket: types.StringValue(o.bucket), Key: types.StringValue(o.key)})...)
	return result
}

// look is the result with all that an import would have in the state. It is empty for an object that is gone.
func (o foundObject) look(ctx context.Context, client *ossclient.Client, req list.ListRequest) list.ListResult {
	result := o.result(ctx, req)
	if len(result.Diagnostics) > 0 {
		return result
	}
	var m objectModel
	m.read(ctx, req.ResourceSchema, blankResource(ctx, req), &result.Diagnostics)
	m.Bucket, m.Key = types.StringValue(o.bucket), types.StringValue(o.key)
	now, err := object.Refresh(ctx, client, o.bucket, o.key, m.state(imported))
	switch {
	case ossclient.IsNotFound(err):
		return list.ListResult{}
	case ossclient.HasCode(err, "SymlinkTargetNotExist"):
		var diags diag.Diagnostics
		diags.AddWarning("OSS Object Is Left Out", fmt.Sprintf("The object %q in bucket %q is a symbolic link to one that does not exist, so there is nothing to take over.", o.key, o.bucket))
		return words(diags)
	case err != nil:
		objectCallError(&result.Diagnostics, "Unable to Read OSS Object", "look at", m, err)
		return result
	}
	m.show(now)
	m.write(ctx, req.ResourceSchema, &result.Resource.Raw, &result.Diagnostics)
	return result
}
