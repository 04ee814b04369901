package provider

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// providerModel is the provider block.
type providerModel struct {
	Region          types.String `tfsdk:"region"`
	Endpoint        types.String `tfsdk:"endpoint"`
	UseCNAME        types.Bool   `tfsdk:"use_cname"`
	AccessKeyID     types.String `tfsdk:"access_key_id"`
	AccessKeySecret types.String `tfsdk:"access_key_secret"`
	SecurityToken   types.String `tfsdk:"security_token"`
	Profile         types.String `tfsdk:"profile"`
	ECSRoleName     types.String `tfsdk:"ecs_role_name"`
	AssumeRole      types.Object `tfsdk:"assume_role"`
	MaxRetries      types.Int64  `tfsdk:"max_retries"`

	MetadataPolicy types.Dynamic `tfsdk:"metadata_policy"`
}

// assumeRoleModel is the block assume_role.
type assumeRoleModel struct {
	RoleARN           types.String `tfsdk:"role_arn"`
	SessionName       types.String `tfsdk:"session_name"`
	Policy            types.String `tfsdk:"policy"`
	SessionExpiration types.Int64  `tfsdk:"session_expiration"`
	ExternalID        types.String `tfsdk:"external_id"`
}

// Schema describes the provider block.
func (p *ossProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages objects and CORS rules on Alibaba Cloud Object Storage Service (OSS). " +
			"An object's headers and user metadata are infrastructure here: they are planned, checked before anything is " +
			"uploaded, refreshed with HeadObject so that every drift shows, and repaired without moving the body again.",
		Attributes: map[string]schema.Attribute{
			"region": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Region id, such as `cn-hangzhou`; requests are signed for it (signature V4). " +
					"Else the environment variable `OSS_REGION`, else the region that `endpoint` names.",
				Validators: unlessEmpty(checkedBy("Invalid Region", ossclient.CheckRegion)),
			},
			"endpoint": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Scheme, host and port that requests go to, such as `https://oss-cn-hangzhou-internal.aliyuncs.com` or " +
					"`http://127.0.0.1:9000`; `https` where no scheme is written. Else the environment variable `OSS_ENDPOINT`, " +
					"else the public endpoint of the region.",
				Validators: unlessEmpty(checkedBy("Invalid Endpoint", ossclient.CheckEndpoint)),
			},
			"use_cname": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Set to `true` when `endpoint` is a custom domain bound to one bucket; " +
					"every resource of this provider then has to name that bucket.",
			},
			"max_retries": schema.Int64Attribute{
				CustomType: wholeNumber{},
				Optional:   true,
				MarkdownDescription: "How often a request is repeated after a server error, throttling, a broken connection or a timeout, " +
					"with growing pauses between; `5` unless set. Other refusals are never repeated.",
				Validators: []validator.Int64{int64validator.Between(0, 100)},
			},
			policyArgument: schema.DynamicAttribute{
				Optional: true,
				MarkdownDescription: "Rules of your team for headers, user metadata, tags, ACL and storage class, which every `oss_object`, every file of an `oss_directory`, and every upload that `oss_presigned_url` and `oss_upload_policy` let somebody make, is checked against at plan: a list of rules, or an object " +
					"`{ rules = [...] }` such as `yamldecode(file(\"policy.yaml\"))` returns. [The guide](guides/metadata-policy.md) has the fields of a rule.",
				Validators: []validator.Dynamic{soundPolicy{}},
			},
		},
		Blocks: map[string]schema.Block{"assume_role": assumeRoleBlock()},
	}
	maps.Copy(resp.Schema.Attributes, credentialsSchema())
}

func credentialsSchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"access_key_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Access key id. Better left out: see [Credentials](#credentials).",
		},
		"access_key_secret": schema.StringAttribute{
			Optional:            true,
			Sensitive:           true,
			MarkdownDescription: "Access key secret that belongs to `access_key_id`.",
		},
		"security_token": schema.StringAttribute{
			Optional:            true,
			Sensitive:           true,
			MarkdownDescription: "Security token, when `access_key_id` is a temporary key from STS.",
		},
		"profile": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Name of a profile of the Alibaba Cloud command line tool (`~/.aliyun/config.json`), or of the shared credentials file. " +
				"No other source answers in its place.",
			Validators: unlessEmpty(),
		},
		"ecs_role_name": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Name of the RAM role that is attached to the ECS instance Terraform runs on. No other source answers in its place.",
			Validators:          unlessEmpty(),
		},
	}
}

func assumeRoleBlock() schema.Block {
	return schema.SingleNestedBlock{
		MarkdownDescription: "A RAM role to take on with the credentials that the other arguments name. Its temporary keys are renewed in time, " +
			"also during a long apply.",
		Validators: []validator.Object{objectvalidator.AlsoRequires(path.MatchRelative().AtName("role_arn"))},
		Attributes: map[string]schema.Attribute{
			"role_arn": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ARN of the role, such as `acs:ram::123456789012:role/deploy`.",
				Validators:          unlessEmpty(stringvalidator.RegexMatches(roleARN, "must look like acs:ram::123456789012:role/deploy")),
			},
			"session_name": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Name of the session in the logs of STS and OSS: 2 to 64 letters, digits and `.@-_`.",
				Validators:          unlessEmpty(stringvalidator.RegexMatches(sessionName, "must have 2 to 64 letters, digits and . @ - _")),
			},
			"policy": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "RAM policy as JSON that narrows what the session may do.",
				Validators:          unlessEmpty(checkedBy("Invalid Policy", checkJSON)),
			},
			"session_expiration": schema.Int64Attribute{
				CustomType:          wholeNumber{},
				Optional:            true,
				MarkdownDescription: "How long a temporary key is good for, in seconds; 3600 unless set.",
				Validators:          []validator.Int64{int64validator.Between(900, 43200)},
			},
			"external_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "External id that the role's trust policy asks for.",
				Validators:          unlessEmpty(stringvalidator.LengthAtLeast(2)),
			},
		},
	}
}

var (
	roleARN     = regexp.MustCompile(`^acs:ram::\d+:role/[A-Za-z0-9.\-]+$`)
	sessionName = regexp.MustCompile(`^[A-Za-z0-9.@\-_]{2,64}$`)
)

func checkJSON(text string) error {
	if !json.Valid([]byte(text)) {
		return errors.New("the value is not JSON; jsonencode({...}) makes some")
	}
	return nil
}

const unusableKey = "Invalid Credentials"

// ValidateConfig checks what belongs together. Its findings never point at the line of a secret, because Terraform
// prints the lines that a finding points at.
func (p *ossProvider) ValidateConfig(ctx context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	given := func(s types.String) bool { return s.IsUnknown() || s.ValueString() != "" }
	const incomplete = "Incomplete Credentials"
	for _, part := range []struct {
		name  string
		value types.String
	}{{"access_key_id", model.AccessKeyID}, {"access_key_secret", model.AccessKeySecret}, {"security_token", model.SecurityToken}} {
		if fault := rules.CheckCredential(part.name, part.value.ValueString()); fault != "" {
			resp.Diagnostics.AddError(unusableKey, fault)
		}
	}
	id, secret, token := given(model.AccessKeyID), given(model.AccessKeySecret), given(model.SecurityToken)
	switch {
	case id && !secret:
		resp.Diagnostics.AddError(incomplete, "The provider block has access_key_id but no access_key_secret. Set both, or neither to use the environment or a profile.")
	case secret && !id:
		resp.Diagnostics.AddError(incomplete, "The provider block has access_key_secret but no access_key_id. Set both, or neither to use the environment or a profile.")
	case token && !id:
		resp.Diagnostics.AddError(incomplete, "The provider block has security_token alone. It belongs to a temporary key: set access_key_id and access_key_secret as well.")
	}
	var sources []string
	for _, source := range []struct {
		name string
		set  bool
	}{{"access_key_id", model.AccessKeyID.ValueString() != ""}, {"profile", model.Profile.ValueString() != ""}, {"ecs_role_name", model.ECSRoleName.ValueString() != ""}} {
		if source.set { // what is not known yet may turn out to be null
			sources = append(sources, source.name)
		}
	}
	if len(sources) > 1 {
		resp.Diagnostics.AddError("Ambiguous Credentials", "The provider block has "+strings.Join(sources, " and ")+
			", which each name other credentials. Keep one; assume_role goes with any of them.")
	}
}
