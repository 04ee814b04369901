// Package provider is the Terraform layer: schemas, plans and diagnostics. What OSS allows is decided in the
// packages metadata and cors, requests are made by ossclient; here both meet Terraform's rules.
package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

// New returns the constructor that the plugin server wants. The version appears in the user agent.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &ossProvider{version: version} }
}

type ossProvider struct{ version string }

// providerData is what the resources share: one client, and what this run has done.
type providerData struct {
	client  *ossclient.Client // nil while the provider block has unknown values
	unknown string            // the argument that is not known yet, when client is nil
	created sync.Map          // what this process has created: object ids, and bucket names for CORS rules
	locks   sync.Map          // a *sync.Mutex for each of them, held while it is created or deleted

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
}

// Resources lists the resource types.
func (p *ossProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{newObjectResource, newBucketCORSResource}
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

// Functions lists the functions.
func (p *ossProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		newCallbackHeaderFunction,
		newContentDispositionFunction,
		newContentTypeFunction,
		newCORSDecisionFunction,
		newMetadataSizeFunction,
	}
}

// configuredData unpacks what Configure handed over. Before Configure ran there is nothing, which is no error.
func configuredData(from any, diags *diag.Diagnostics) *providerData {
	if from == nil {
		return nil
	}
	data, ok := from.(*providerData)
	if !ok {
		diags.AddError("Unexpected Provider Data Type", "The provider handed its resources something that they do not know. "+
			"Please report this issue to the provider developers.")
	}
	return data
}

// configuredResource is what every resource has of the provider.
type configuredResource struct{ data *providerData }

// Configure takes over what the provider has set up.
func (r *configuredResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = configuredData(req.ProviderData, &resp.Diagnostics)
}

// configuredDataSource is what every data source has of the provider.
type configuredDataSource struct{ data *providerData }

// Configure takes over what the provider has set up.
func (d *configuredDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configuredData(req.ProviderData, &resp.Diagnostics)
}

// lock keeps the creation and the deletion of one thing apart: under create_before_destroy, or when a resource is renamed,
// Terraform may run both at once. It returns the function that unlocks.
func (d *providerData) lock(id string) (unlock func()) {
	mutex, _ := d.locks.LoadOrStore(id, &sync.Mutex{})
	mutex.(*sync.Mutex).Lock()
	return mutex.(*sync.Mutex).Unlock
}

// clientIfReady returns the client, or nil while there is none.
func (d *providerData) clientIfReady() *ossclient.Client {
	if d == nil {
		return nil
	}
	return d.client
}

// claim refuses a second bucket behind a custom domain: OSS would look for its objects in the bucket of the domain.
func (d *providerData) claim(diags *diag.Diagnostics, bucket types.String) {
	if d == nil || !d.cname || bucket.IsUnknown() || bucket.ValueString() == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.domain == "" {
		d.domain = bucket.ValueString()
	}
	if d.domain != bucket.ValueString() {
		diags.AddAttributeError(path.Root("bucket"), "Bucket Behind Another Custom Domain", "use_cname says that the provider's endpoint is the domain of one bucket, which is "+
			quoted(d.domain)+" elsewhere in this configuration, and "+quoted(bucket.ValueString())+" here. Use a second provider block with an alias and its own endpoint for the other bucket.")
	}
}

// ready returns the client, or adds an error that says why there is none.
func (d *providerData) ready(diags *diag.Diagnostics) *ossclient.Client {
	switch {
	case d == nil:
		diags.AddError("Unconfigured Provider", "The provider was asked for OSS before it was configured. "+
			"Please report this issue to the provider developers.")
	case d.client == nil:
		diags.AddError("Provider Configuration Not Known Yet", "The provider argument "+quoted(d.unknown)+" depends on something that is only known "+
			"after apply, so OSS cannot be asked about what exists already. Apply the resource that it depends on first "+
			"(terraform apply -target=...), or give the argument a value that is known at plan.")
	default:
		return d.client
	}
	return nil
}
