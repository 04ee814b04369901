package provider

import (
	"os"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

func quoted(s string) string { return strconv.Quote(s) }

// firstUnknown names an argument whose value is not known yet, or "".
func (m providerModel) firstUnknown() string {
	for _, a := range []struct {
		name  string
		value attr.Value
	}{
		{"region", m.Region}, {"endpoint", m.Endpoint}, {"use_cname", m.UseCNAME}, {"access_key_id", m.AccessKeyID},
		{"access_key_secret", m.AccessKeySecret}, {"security_token", m.SecurityToken}, {"max_retries", m.MaxRetries},
	} {
		if a.value.IsUnknown() {
			return a.name
		}
	}
	return ""
}

// newClient decides what the provider block leaves open and builds the client; problems go to diags, each at
// the argument that mends it.
func (p *ossProvider) newClient(m providerModel, terraformVersion string, diags *diag.Diagnostics) *ossclient.Client {
	endpoint := m.endpoint(diags)
	region := m.region(endpoint, diags)
	if m.UseCNAME.ValueBool() && endpoint == "" {
		diags.AddAttributeError(path.Root("use_cname"), "Missing Endpoint",
			"use_cname says that the endpoint is a custom domain, but there is no endpoint. Set endpoint to that domain, such as \"https://static.example.com\".")
	}
	if diags.HasError() {
		return nil
	}
	credentials := m.credentials()
	if _, err := credentials.Key(); err != nil {
		diags.AddError("No Credentials", "No credentials for OSS were found. Set access_key_id and access_key_secret in the provider block, or one of the sources below.\n\n"+
			sentence(err.Error()))
		return nil
	}
	maxRetries := ossclient.DefaultMaxRetries
	if !m.MaxRetries.IsNull() {
		maxRetries = int(m.MaxRetries.ValueInt64())
	}
	client, err := ossclient.New(ossclient.Config{
		Region:      region,
		Endpoint:    endpoint,
		UseCNAME:    m.UseCNAME.ValueBool(),
		Credentials: credentials,
		MaxRetries:  maxRetries,
		UserAgent:   "terraform-provider-oss/" + p.version + " Terraform/" + terraformVersion,
		Logger:      newLogger(),
	})
	if err != nil {
		diags.AddError("Invalid Provider Configuration", sentence(err.Error()))
	}
	return client
}

func (m providerModel) endpoint(diags *diag.Diagnostics) string {
	if !m.Endpoint.IsNull() {
		return m.Endpoint.ValueString() // its validator has seen it
	}
	endpoint := os.Getenv("OSS_ENDPOINT")
	if endpoint == "" {
		return ""
	}
	if err := ossclient.CheckEndpoint(endpoint); err != nil {
		diags.AddError("Invalid Endpoint", "The environment variable OSS_ENDPOINT is wrong: "+err.Error()+".")
	}
	return endpoint
}

func (m providerModel) region(endpoint string, diags *diag.Diagnostics) string {
	if !m.Region.IsNull() {
		return m.Region.ValueString()
	}
	if region := os.Getenv("OSS_REGION"); region != "" {
		if err := ossclient.CheckRegion(region); err != nil {
			diags.AddError("Invalid Region", "The environment variable OSS_REGION is wrong: "+err.Error()+".")
		}
		return region
	}
	if region := ossclient.RegionOfEndpoint(endpoint); endpoint != "" && region != "" {
		return region
	}
	diags.AddAttributeError(path.Root("region"), "Missing Region",
		"OSS requests are signed for a region, and none is known. Set region in the provider block or the environment variable OSS_REGION, for example to \"cn-hangzhou\".")
	return ""
}

func (m providerModel) credentials() ossclient.Credentials {
	if m.AccessKeyID.ValueString() == "" { // "" as from an unset variable: ValidateConfig has seen that all are absent
		return ossclient.DefaultCredentials()
	}
	return ossclient.StaticCredentials{
		AccessKeyID:     m.AccessKeyID.ValueString(),
		AccessKeySecret: m.AccessKeySecret.ValueString(),
		SecurityToken:   m.SecurityToken.ValueString(),
	}
}

// stringOrNull turns the absent header "" into null.
func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}
