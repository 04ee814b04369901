package provider

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// configuredData unpacks what Configure handed over. Before Configure ran there is nothing, which is not an error.
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

// configuredEphemeral is what every ephemeral resource has of the provider.
type configuredEphemeral struct{ data *providerData }

// Configure takes over what the provider has set up.
func (e *configuredEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.data = configuredData(req.ProviderData, &resp.Diagnostics)
}

// begin starts what an operation asks of OSS about a bucket: no more than the time of its timeouts block, which is
// otherwise where the block does not say, and not for a bucket that the endpoint does not serve. The client is nil when
// that, or anything before it, ends in an error; end must be called in any case.
func (d *providerData) begin(ctx context.Context, bucket types.String, limit timeout, otherwise time.Duration, diags *diag.Diagnostics) (_ context.Context, client *ossclient.Client, end context.CancelFunc) {
	d.claim(diags, bucket)
	client = d.ready(diags)
	ctx, end = limit.start(ctx, otherwise, diags)
	if diags.HasError() {
		client = nil
	}
	return ctx, client, end
}

// begin is that of providerData, where Terraform may also be asked to come again when the provider is configured.
func (e *configuredEphemeral) begin(ctx context.Context, bucket types.String, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) (context.Context, *ossclient.Client, context.CancelFunc) {
	if e.data == nil || e.data.client != nil {
		return e.data.begin(ctx, bucket, noTimeouts, readTimeout, &resp.Diagnostics)
	}
	if req.ClientCapabilities.DeferralAllowed {
		resp.Deferred = &ephemeral.Deferred{Reason: ephemeral.DeferredReasonProviderConfigUnknown}
		resp.Result.Raw = tftypes.NewValue(req.Config.Schema.Type().TerraformType(ctx), tftypes.UnknownValue)
	} else {
		resp.Diagnostics.AddError("Provider Configuration Not Known Yet", "The provider argument "+quoted(e.data.unknown)+" depends on something that is only known after apply, "+
			"and this ephemeral resource is opened now because all of its own arguments are known. Let one of them depend on the same thing, so that it waits for the apply; "+
			"or apply that first (terraform apply -target=...).")
	}
	return ctx, nil, func() {}
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

// lock keeps the creation and the deletion of one thing apart: under create_before_destroy, or when a resource is renamed,
// Terraform may run both at once. It returns the function that unlocks.
func (d *providerData) lock(id string) (unlock func()) {
	mutex, _ := d.locks.LoadOrStore(id, &sync.Mutex{})
	mutex.(*sync.Mutex).Lock()
	return mutex.(*sync.Mutex).Unlock
}
