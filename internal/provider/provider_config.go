package provider

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// firstUnknown names an argument whose value is not known yet, or "".
func (m providerModel) firstUnknown() string {
	for _, a := range []struct {
		name  string
		value attr.Value
	}{
		{"region", m.Region}, {"endpoint", m.Endpoint}, {"use_cname", m.UseCNAME}, {"access_key_id", m.AccessKeyID},
		{"access_key_secret", m.AccessKeySecret}, {"security_token", m.SecurityToken}, {"max_retries", m.MaxRetries},
		{"profile", m.Profile}, {"ecs_role_name", m.ECSRoleName}, {"assume_role", m.AssumeRole},
	} {
		if a.value.IsUnknown() {
			return a.name
		}
	}
	for _, value := range m.AssumeRole.Attributes() {
		if value.IsUnknown() {
			return "assume_role"
		}
	}
	return ""
}

// newClient decides what the provider block leaves open and builds the client; problems go to diags, each at
// the argument that fixes it.
func (p *ossProvider) newClient(ctx context.Context, m providerModel, terraformVersion string, diags *diag.Diagnostics) *ossclient.Client {
	endpoint := m.endpoint(diags)
	region := m.region(endpoint, diags)
	if m.UseCNAME.ValueBool() && endpoint == "" {
		diags.AddAttributeError(path.Root("use_cname"), "Missing Endpoint",
			"use_cname says that the endpoint is a custom domain, but there is no endpoint. Set endpoint to that domain, such as \"https://static.example.com\".")
	}
	if diags.HasError() {
		return nil
	}
	credentials := m.credentials(ctx, diags)
	if diags.HasError() {
		return nil
	}
	if ossclient.IsPlainOSS(endpoint) {
		diags.AddWarning("OSS Without TLS", "The endpoint "+quoted(endpoint)+" is one of OSS, and http:// sends bodies, metadata and security tokens in clear, for everyone on the way to read. Write https://, which all endpoints of OSS speak.")
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
	region := m.Region.ValueString()
	if region == "" {
		region = os.Getenv("OSS_REGION")
		if err := ossclient.CheckRegion(region); region != "" && err != nil {
			diags.AddError("Invalid Region", "The environment variable OSS_REGION is wrong: "+err.Error()+".")
		}
	}
	named := ""
	if endpoint != "" {
		named = ossclient.RegionOfEndpoint(endpoint)
	}
	switch {
	case region != "" && named != "" && region != named:
		diags.AddAttributeError(path.Root("region"), "Region and Endpoint Disagree",
			"The endpoint "+quoted(endpoint)+" belongs to the region "+quoted(named)+", and requests would be signed for "+quoted(region)+". Set both to the bucket's region, or leave one out.")
	case region == "" && named == "":
		diags.AddAttributeError(path.Root("region"), "Missing Region",
			"OSS requests are signed for a region, and none is known. Set region in the provider block or the environment variable OSS_REGION, for example to \"cn-hangzhou\".")
	case region == "":
		return named
	}
	return region
}

// credentials are those that the block names, or whatever the usual places have. One key is asked for at once, so that
// a run without credentials ends here and not at its first request.
func (m providerModel) credentials(ctx context.Context, diags *diag.Diagnostics) ossclient.Credentials {
	credentials, err := m.baseCredentials()
	if err == nil && !m.AssumeRole.IsNull() {
		var role assumeRoleModel
		diags.Append(m.AssumeRole.As(ctx, &role, basetypes.ObjectAsOptions{})...)
		credentials, err = ossclient.AssumedCredentials(credentials, ossclient.AssumeRole{
			RoleARN:     role.RoleARN.ValueString(),
			SessionName: role.SessionName.ValueString(),
			Policy:      role.Policy.ValueString(),
			Expiration:  int(role.SessionExpiration.ValueInt64()),
			ExternalID:  role.ExternalID.ValueString(),
		})
	}
	if err != nil {
		diags.AddError("No Credentials", noCredentials(err))
		return credentials
	}
	key, err := credentials.Key()
	if err != nil {
		diags.AddError("No Credentials", noCredentials(err))
	}
	for _, part := range [][2]string{{"The access key id", key.AccessKeyID}, {"The access key secret", key.AccessKeySecret}, {"The security token", key.SecurityToken}} {
		if fault := rules.CheckCredential(part[0], part[1]); fault != "" {
			diags.AddError(unusableKey, fault)
		}
	}
	return credentials
}

// noCredentials says which places were searched for a key and what each of them lacked.
func noCredentials(err error) string {
	var none *ossclient.CredentialsError
	if !errors.As(err, &none) {
		return sentence(err.Error())
	}
	var b strings.Builder
	b.WriteString("There is no key to sign requests to OSS with. These places were searched, in this order:\n")
	for _, place := range none.Tried {
		fmt.Fprintf(&b, "\n  - %s: %s.", place.Name, place.Reason)
	}
	b.WriteString("\n\nThe shortest ways out: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or access_key_id and access_key_secret in the provider block, or name a profile of the Alibaba Cloud command line there.")
	return b.String()
}

func (m providerModel) baseCredentials() (ossclient.Credentials, error) {
	switch {
	case m.AccessKeyID.ValueString() != "":
		return ossclient.StaticCredentials{
			AccessKeyID:     m.AccessKeyID.ValueString(),
			AccessKeySecret: m.AccessKeySecret.ValueString(),
			SecurityToken:   m.SecurityToken.ValueString(),
			From:            "provider block",
		}, nil
	case !m.Profile.IsNull():
		return ossclient.ProfileCredentials(m.Profile.ValueString())
	case !m.ECSRoleName.IsNull():
		return ossclient.ECSCredentials(m.ECSRoleName.ValueString())
	}
	return ossclient.DefaultCredentials(), nil // also for "", as from a variable that is not set
}
