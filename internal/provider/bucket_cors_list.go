package provider

import (
	"context"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

func newBucketCORSList() list.ListResource { return &bucketCORSList{} }

// bucketCORSList lists what oss_bucket_cors can take over.
type bucketCORSList struct{ configuredResource }

// Metadata names the resource type that is listed.
func (l *bucketCORSList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "oss_bucket_cors"
}

// ListResourceConfigSchema describes the block config of a list, which has nothing to say.
func (l *bucketCORSList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The CORS rules of every bucket of the account that is in the provider's region and has some. OSS does not list them, so each bucket of the region costs one request, " +
			"with and without `include_resource`. The buckets themselves take one request for a thousand.",
	}
}

// List begins to list. The requests are made when Terraform asks for results.
func (l *bucketCORSList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	client := l.data.ready(&diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	looked := ordered(ctx, looksInFlight, namedBuckets(ctx, client), func(ctx context.Context, b namedBucket) list.ListResult { return b.look(ctx, client, req) })
	stream.Results = streamed(looked, req.Limit)
}

// namedBucket is a bucket of the account, or why no more can be listed.
type namedBucket struct {
	name string
	err  error
}

func namedBuckets(ctx context.Context, client *ossclient.Client) iter.Seq[namedBucket] {
	return func(yield func(namedBucket) bool) {
		for name, err := range client.Buckets(ctx) {
			if !yield(namedBucket{name, err}) {
				return
			}
		}
	}
}

// look is the result for a bucket, empty for one without rules. One whose rules may not be read is left out with a warning:
// an account has buckets that are not everybody's.
func (b namedBucket) look(ctx context.Context, client *ossclient.Client, req list.ListRequest) list.ListResult {
	var diags diag.Diagnostics
	if b.err != nil {
		callError(&diags, "Unable to List OSS Buckets", "list the buckets of the account", b.err)
		return words(diags)
	}
	have, err := client.GetCORS(ctx, b.name)
	switch {
	case ossclient.HasCode(err, "NoSuchCORSConfiguration"), ossclient.IsBucketNotFound(err), err == nil && len(have.Rules) == 0:
		return list.ListResult{}
	case ossclient.HasCode(err, "AccessDenied"):
		diags.AddWarning("OSS Bucket Is Left Out", fmt.Sprintf("The CORS rules of bucket %q may not be read: %s\n\n%s", b.name, sentence(cause(err)), hint(err)))
		return words(diags)
	case err != nil:
		callError(&diags, "Unable to Read OSS Bucket CORS Rules", fmt.Sprintf("read the CORS rules of bucket %q", b.name), err)
		return words(diags)
	}
	result := req.NewListResult(ctx)
	result.DisplayName = b.name
	result.Diagnostics.Append(result.Identity.Set(ctx, bucketCORSIdentity{types.StringValue(b.name)})...)
	if !req.IncludeResource {
		return result
	}
	result.Resource.Raw = blankResource(ctx, req)
	var m bucketCORSModel
	result.Diagnostics.Append(result.Resource.Get(ctx, &m)...)
	m.Bucket, m.Rules = types.StringValue(b.name), types.ListNull(types.ObjectType{AttrTypes: corsRuleTypes})
	m.refresh(ctx, have, &result.Diagnostics)
	result.Diagnostics.Append(result.Resource.Set(ctx, &m)...)
	return result
}
