package provider

import (
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newDirectoryList() list.ListResource { return &directoryList{} }

// directoryList lists what oss_directory can take over: one level of folders.
type directoryList struct{ configuredResource }

// directoryListModel is the configuration of a list of oss_directory.
type directoryListModel struct {
	Bucket types.String `tfsdk:"bucket"`
	Prefix types.String `tfsdk:"prefix"`
}

// Metadata names the resource type that is listed.
func (l *directoryList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "oss_directory"
}

// ListResourceConfigSchema describes the block config of a list.
func (l *directoryList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One level of folders of a bucket: what keys have between a prefix and the next slash. It costs one request for a thousand folders and objects of that level, " +
			"also with `include_resource`. What a directory is to manage nobody can read out of a bucket, so its generated configuration needs a `source`, or `metadata` or `file` blocks, before it can be planned.",
		Attributes: map[string]schema.Attribute{
			"bucket": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name of the bucket.",
				Validators:          []validator.String{ruledBy(rules.CheckBucket)},
			},
			"prefix": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only folders directly below this one, whose name ends in a slash, such as `sites/`; those at the top of the bucket unless set.",
				Validators:          []validator.String{ruledBy(checkDirectoryPrefix)},
			},
		},
	}
}

// List begins to list. The requests are made when Terraform asks for results.
func (l *directoryList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var m directoryListModel
	diags := req.Config.Get(ctx, &m)
	l.data.claim(&diags, m.Bucket)
	client := l.data.ready(&diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = streamed(m.results(ctx, client, req), req.Limit)
}

// results walks the folders, page by page.
func (m directoryListModel) results(ctx context.Context, client *ossclient.Client, req list.ListRequest) iter.Seq[list.ListResult] {
	bucket := m.Bucket.ValueString()
	return func(push func(list.ListResult) bool) {
		for page, err := range client.Pages(ctx, ossclient.Listing{Bucket: bucket, Prefix: m.Prefix.ValueString(), Delimiter: "/"}) {
			if err != nil {
				failed := list.ListResult{}
				callError(&failed.Diagnostics, "Unable to List OSS Directories", fmt.Sprintf("list the folders of bucket %q", bucket), err)
				push(failed)
				return
			}
			for _, prefix := range page.Prefixes {
				if !push(m.result(ctx, prefix, req)) {
					return
				}
			}
		}
	}
}

func (m directoryListModel) result(ctx context.Context, prefix string, req list.ListRequest) list.ListResult {
	if diags := unnameable(m.Bucket.ValueString(), prefix); len(diags) > 0 {
		return words(diags)
	}
	result := req.NewListResult(ctx)
	result.DisplayName = prefix
	id := directoryIdentity{Bucket: m.Bucket, Prefix: types.StringValue(prefix)}
	result.Diagnostics.Append(result.Identity.Set(ctx, id)...)
	if req.IncludeResource {
		result.Resource.Raw = blankResource(ctx, req)
		var d directoryModel
		result.Diagnostics.Append(result.Resource.Get(ctx, &d)...)
		d.Bucket, d.Prefix = id.Bucket, id.Prefix
		d.ID = d.directoryID()
		result.Diagnostics.Append(result.Resource.Set(ctx, &d)...)
	}
	return result
}
