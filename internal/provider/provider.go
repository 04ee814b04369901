// Package provider is the Terraform layer: schemas, plans and diagnostics. What OSS allows is decided in the
// packages metadata and cors, requests are made by ossclient; here both meet Terraform's rules.
package provider

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

// New returns the constructor that NewServer wants. The version appears in the user agent.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &ossProvider{version: version} }
}

type ossProvider struct{ version string }

// providerData is what the resources share: one client, and what this run has done.
type providerData struct {
	client  *ossclient.Client // nil while the provider block has unknown values
	unknown string            // the argument that is not known yet, when client is nil
	created sync.Map          // what this run has created: a mark for each object id, bucket name for CORS rules and directory
	locks   sync.Map          // a *sync.Mutex for each id, held while it is created or deleted

	imports atomic.Int32 // how many objects this run has imported

	directories sync.Map // a *directoryRun for each id of a directory

	mu     sync.Mutex
	cname  bool   // the endpoint is one bucket's own domain
	domain string // the bucket that was named first, with cname

	policy        *policy.Policy // the team's rules; nil without any, and while they are not known
	policyUnknown bool
}

// Metadata names the provider.
func (p *ossProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "oss"
	resp.Version = p.version
}

// Configure builds the client. With values that are not known yet there is none, and what needs it says so.
func (p *ossProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := &providerData{unknown: model.firstUnknown(), cname: model.UseCNAME.ValueBool()}
	data.policy, data.policyUnknown = decodePolicy(model.MetadataPolicy, &resp.Diagnostics)
	if data.unknown == "" {
		data.client = p.newClient(ctx, model, req.TerraformVersion, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.ResourceData = data
	resp.DataSourceData = data
	resp.EphemeralResourceData = data
	resp.ListResourceData = data
}

// Resources lists the resource types.
func (p *ossProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newObjectResource, newBucketCORSResource, newDirectoryResource}
}

// DataSources lists the data sources.
func (p *ossProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		newBucketCORSDataSource,
		newCORSPreflightDataSource,
		newMetadataViolationsDataSource,
		newObjectDataSource,
		newObjectsDataSource,
	}
}

// EphemeralResources lists the ephemeral resources.
func (p *ossProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newObjectEphemeral, newPresignedURLEphemeral, newUploadPolicyEphemeral}
}

// ListResources lists the resource types of which `terraform query` finds what exists.
func (p *ossProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{newObjectList, newBucketCORSList, newDirectoryList}
}

// Functions lists the functions.
func (p *ossProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newCallbackHeaderFunction,
		newContentDispositionFunction,
		newContentTypeFunction,
		newCORSDecisionFunction,
		newMetadataSizeFunction,
		newMetadataViolationsFunction,
	}
}
