package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// directoryModel is oss_directory in configuration, plan and state.
type directoryModel struct {
	ID             types.String   `tfsdk:"id"`
	Bucket         types.String   `tfsdk:"bucket"`
	Prefix         types.String   `tfsdk:"prefix"`
	Source         types.String   `tfsdk:"source"`
	Include        types.List     `tfsdk:"include"`
	Exclude        types.List     `tfsdk:"exclude"`
	FollowSymlinks types.Bool     `tfsdk:"follow_symlinks"`
	Metadata       types.Map      `tfsdk:"metadata"`
	File           types.List     `tfsdk:"file"`
	AllowOverwrite types.Bool     `tfsdk:"allow_overwrite"`
	Prune          types.String   `tfsdk:"prune"`
	PublishLast    types.List     `tfsdk:"publish_last"`
	MaxParallel    types.Int64    `tfsdk:"max_parallel"`
	DeletionPolicy types.String   `tfsdk:"deletion_policy"`
	Files          types.Map      `tfsdk:"files"`
	FileCount      types.Int64    `tfsdk:"file_count"`
	TotalSize      types.Int64    `tfsdk:"total_size"`
	ChangedKeys    types.List     `tfsdk:"changed_keys"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// fileModel is one block file.
type fileModel struct {
	Match types.List `tfsdk:"match"`
	headersModel
	ACL          types.String `tfsdk:"acl"`
	StorageClass types.String `tfsdk:"storage_class"`
	Tags         types.Map    `tfsdk:"tags"`
}

// directoryIdentity is the resource identity of oss_directory.
type directoryIdentity struct {
	Bucket types.String `tfsdk:"bucket"`
	Prefix types.String `tfsdk:"prefix"`
}

func (m directoryModel) identity() directoryIdentity {
	return directoryIdentity{Bucket: m.Bucket, Prefix: m.Prefix}
}

// directoryID is "bucket/prefix", unknown while either is.
func (m directoryModel) directoryID() types.String {
	if m.Bucket.IsUnknown() || m.Prefix.IsUnknown() {
		return types.StringUnknown()
	}
	return types.StringValue(m.Bucket.ValueString() + "/" + m.Prefix.ValueString())
}

// filesUnknown reports whether it is not known yet which objects there will be.
func (m directoryModel) filesUnknown() bool {
	return m.Source.IsUnknown() || m.FollowSymlinks.IsUnknown() || listUnknown(m.Include) || listUnknown(m.Exclude) ||
		m.Source.IsNull() && m.directoryID().IsUnknown()
}

// wishUnknown reports whether something is not known yet that decides about files in a way that cannot be told file by
// file.
func (m directoryModel) wishUnknown(blocks []fileModel) bool {
	unknown := m.File.IsUnknown() || listUnknown(m.PublishLast) || m.Prune.IsUnknown() || m.AllowOverwrite.IsUnknown()
	for _, b := range blocks {
		unknown = unknown || listUnknown(b.Match)
	}
	return unknown
}

// listUnknown reports whether a list or an element of it is not known yet.
func listUnknown(l types.List) bool {
	for _, value := range l.Elements() {
		if value.IsUnknown() {
			return true
		}
	}
	return l.IsUnknown()
}

// listStrings are the strings of a list, as far as they are known.
func listStrings(l types.List) []string {
	result := make([]string, 0, len(l.Elements()))
	for _, element := range l.Elements() {
		if text, ok := element.(types.String); ok && !text.IsNull() && !text.IsUnknown() {
			result = append(result, text.ValueString())
		}
	}
	return result
}

// stringList is the opposite of listStrings.
func stringList(from []string) types.List {
	elements := make([]attr.Value, len(from))
	for i, text := range from {
		elements[i] = types.StringValue(text)
	}
	return types.ListValueMust(types.StringType, elements)
}

// blocks are the blocks file.
func (m directoryModel) blocks(ctx context.Context, diags *diag.Diagnostics) []fileModel {
	if m.File.IsUnknown() {
		return nil
	}
	var blocks []fileModel
	diags.Append(m.File.ElementsAs(ctx, &blocks, false)...)
	return blocks
}

// directory is what the model says to the engine.
func (m directoryModel) directory(blocks []fileModel) object.Directory {
	d := object.Directory{
		Bucket: m.Bucket.ValueString(), Prefix: m.Prefix.ValueString(), Globs: object.Globs{Include: listStrings(m.Include), Exclude: listStrings(m.Exclude)},
		Owns: !m.Source.IsNull(), ContentType: rules.ContentType, Overwrite: m.AllowOverwrite.ValueBool(), Last: defaultLast,
		Prune: map[string]object.Prune{pruneAll: object.PruneAll, pruneNone: object.PruneNone}[m.Prune.ValueString()],
		Rules: []object.Rule{{Match: []string{"**"}, Metadata: textMap(m.Metadata), HeadersUnknown: hasUnknown(m.Metadata)}},
	}
	if !m.PublishLast.IsNull() {
		d.Last = listStrings(m.PublishLast)
	}
	for _, b := range blocks {
		d.Rules = append(d.Rules, b.rule())
	}
	return d
}

// rule is what the block says to the engine.
func (b fileModel) rule() object.Rule {
	rule := object.Rule{
		Match: listStrings(b.Match), Headers: b.headers(), Metadata: textMap(b.Metadata), HeadersUnknown: b.headersUnknown(),
		ACL: b.ACL.ValueString(), StorageClass: b.StorageClass.ValueString(),
	}
	if !b.Tags.IsNull() {
		rule.Tags = textMap(b.Tags)
	}
	for name, unknown := range map[string]bool{object.ACL: b.ACL.IsUnknown(), object.StorageClass: b.StorageClass.IsUnknown(), object.Tags: hasUnknown(b.Tags)} {
		if unknown {
			rule.Unknown = append(rule.Unknown, name)
		}
	}
	return rule
}

// folder is the folder whose files are meant.
func (m directoryModel) folder() object.Folder {
	return object.Folder{
		Path: foundSource(m.Source.ValueString()), FollowLinks: m.FollowSymlinks.ValueBool(),
		Globs: object.Globs{Include: listStrings(m.Include), Exclude: listStrings(m.Exclude)},
	}
}

func (m directoryModel) parallel() int {
	if m.MaxParallel.IsNull() || m.MaxParallel.IsUnknown() {
		return defaultParallel
	}
	return int(m.MaxParallel.ValueInt64())
}

// deletionPolicy is what a destroy does, decided.
func (m directoryModel) deletionPolicy() string {
	switch {
	case !m.DeletionPolicy.IsNull():
		return m.DeletionPolicy.ValueString()
	case m.Source.IsNull():
		return keepObject
	}
	return deleteObject
}

// show takes over what is stored.
func (m *directoryModel) show(inv object.Inventory) {
	var size int64
	for _, entry := range inv {
		size += entry.Size
	}
	m.ID = m.directoryID()
	m.Files, m.FileCount, m.TotalSize = stringMap(inv.Texts()), types.Int64Value(int64(len(inv))), types.Int64Value(size)
}
