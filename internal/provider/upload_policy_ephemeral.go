package provider

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newUploadPolicyEphemeral() ephemeral.EphemeralResource { return &uploadPolicyEphemeral{} }

// uploadPolicyEphemeral is oss_upload_policy: no request is made for it.
type uploadPolicyEphemeral struct{ configuredEphemeral }

// uploadPolicyModel is the ephemeral resource oss_upload_policy.
type uploadPolicyModel struct {
	Bucket              types.String `tfsdk:"bucket"`
	Key                 types.String `tfsdk:"key"`
	KeyPrefix           types.String `tfsdk:"key_prefix"`
	ExpiresIn           types.Int64  `tfsdk:"expires_in"`
	MinSize             types.Int64  `tfsdk:"min_size"`
	MaxSize             types.Int64  `tfsdk:"max_size"`
	ContentTypes        types.Set    `tfsdk:"content_types"`
	Metadata            types.Map    `tfsdk:"metadata"`
	RequestHeaders      types.Map    `tfsdk:"request_headers"`
	SuccessActionStatus types.Int64  `tfsdk:"success_action_status"`
	Callback            types.Object `tfsdk:"callback"`

	URL       types.String `tfsdk:"url"`
	Fields    types.Map    `tfsdk:"fields"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

// Metadata names the ephemeral resource.
func (e *uploadPolicyEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "oss_upload_policy"
}

// Schema describes the ephemeral resource.
func (e *uploadPolicyEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	attributes := signedSchema("form", rules.InForm, "Headers of the stored object that the form has to send exactly as they are here, as fields: `Cache-Control`, `Content-Disposition`, `Content-Encoding`, "+
		"`Content-Language`, `Expires`, `x-oss-object-acl`, `x-oss-storage-class`, `x-oss-forbid-overwrite`, `x-oss-tagging` and those of encryption.")
	maps.Copy(attributes, uploadPolicyArguments())
	attributes["url"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Where the form is posted to, as `multipart/form-data`."}
	attributes["fields"] = schema.MapAttribute{
		Computed: true, Sensitive: true, ElementType: types.StringType,
		MarkdownDescription: "The fields of the form, all of which have to be sent, in any order and before the file, whose field is named `file` and comes last. " +
			"With `key_prefix` the field `key` is the prefix and `${filename}`, in whose place OSS puts the name of the file; a page may write any other key with the prefix. " +
			"With several `content_types`, or all of a kind, the page adds the field `Content-Type`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The fields of a form with which a browser, or whoever has them, can upload to a bucket without a key (PostObject, signature V4), within the bounds that are set here and until the form ends. " +
			"They are in no plan and no state, and no request is made for them. They are signed again each time Terraform plans or applies.\n\n" +
			"Everything set here is demanded of the upload: OSS refuses one that leaves a field out or changes it. What is not set is the uploader's choice, and OSS stores other headers and metadata " +
			"that a form adds. What the form lists is checked against the provider's `metadata_policy`, for any key and any type that it allows: a rule that speaks about all of these keys refuses the form, " +
			"one that speaks about some of them warns.\n\n" +
			"`url` has the host of the provider's `endpoint`: for browsers, give this resource a provider whose endpoint they can reach, and the bucket a rule of `oss_bucket_cors` for `POST`.",
		Attributes: attributes,
		Blocks:     map[string]schema.Block{"callback": signedCallbackBlock()},
	}
}

func uploadPolicyArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"key": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Key of the one object that the form uploads. Either this or `key_prefix` has to be set.",
			Validators:          unlessEmpty(ruledBy(rules.CheckFormKey), stringvalidator.ExactlyOneOf(path.MatchRoot("key_prefix"))),
		},
		"key_prefix": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "What every key begins with that the form may upload, such as `uploads/`.",
			Validators:          []validator.String{ruledBy(rules.CheckFormPrefix)},
		},
		"min_size": schema.Int64Attribute{
			CustomType:          wholeNumber{},
			Optional:            true,
			MarkdownDescription: "Smallest size of the file in bytes; 0 unless set.",
			Validators:          []validator.Int64{int64validator.Between(0, ossclient.MaxPostSize)},
		},
		"max_size": schema.Int64Attribute{
			CustomType:          wholeNumber{},
			Optional:            true,
			MarkdownDescription: "Largest size of the file in bytes; unless set the 5 GiB that OSS allows.",
			Validators:          []validator.Int64{int64validator.Between(1, ossclient.MaxPostSize)},
		},
		"content_types": schema.SetAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Content types one of which the file has to have, or one entry such as `image/*` for all of a kind; any unless set. OSS compares the field `Content-Type` and does not look into the file.",
			Validators:          []validator.Set{setvalidator.SizeAtLeast(1), formTypes{}},
		},
		"success_action_status": schema.Int64Attribute{
			CustomType: wholeNumber{},
			Optional:   true,
			MarkdownDescription: "Status of the answer to an upload without callback: `200`, `201`, which comes with a document that names the object, or `204`; " +
				"unless set it is 204.",
			Validators: []validator.Int64{int64validator.OneOf(200, 201, 204)},
		},
	}
}

// formTypes checks content types as far as they are known, each finding at its element.
type formTypes struct{ undescribed }

// ValidateSet checks the elements that are known.
func (formTypes) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	var known []string
	for _, element := range req.ConfigValue.Elements() {
		value, ok := element.(types.String)
		switch {
		case !ok || value.IsUnknown():
		case value.IsNull():
			resp.Diagnostics.AddAttributeError(req.Path, "Null Content Type", "One of the content types is null. Leave it out, for example with compact([...]).")
		default:
			known = append(known, value.ValueString())
		}
	}
	addViolationsAt(&resp.Diagnostics, rules.CheckFormTypes(known), func(v finding.Finding) (path.Path, finding.Finding) {
		return req.Path.AtSetValue(types.StringValue(v.Name)), v
	})
}

// ValidateConfig refuses bounds that no file fits between.
func (e *uploadPolicyEphemeral) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var m uploadPolicyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if low, high := m.MinSize, m.MaxSize; !low.IsUnknown() && !high.IsUnknown() && !high.IsNull() && low.ValueInt64() > high.ValueInt64() {
		resp.Diagnostics.AddAttributeError(path.Root("min_size"), "Invalid Size Range",
			fmt.Sprintf("No file has at least %d bytes and at most %d. Exchange min_size and max_size, or correct one of them.", low.ValueInt64(), high.ValueInt64()))
	}
}

// Open signs the form.
func (e *uploadPolicyEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m uploadPolicyModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client, end := e.begin(ctx, m.Bucket, req, resp)
	defer end()
	if client == nil {
		return
	}
	request := m.request(ctx, &resp.Diagnostics)
	addSignedViolations(&resp.Diagnostics, request.Key+request.KeyPrefix, m.RequestHeaders, m.Metadata, "content_types", e.data.policy.CheckOffer(m.offer(request)))
	if resp.Diagnostics.HasError() {
		return
	}
	form, err := client.SignForm(request)
	if err != nil {
		callError(&resp.Diagnostics, "Unable to Sign Upload Form", fmt.Sprintf("sign a form for bucket %q", request.Bucket), err)
		return
	}
	m.URL, m.Fields, m.ExpiresAt = types.StringValue(form.URL), stringMap(form.Fields), timeOrNull(form.Expires)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &m)...)
}

// request is what the form lets its user upload.
func (m uploadPolicyModel) request(ctx context.Context, diags *diag.Diagnostics) ossclient.FormRequest {
	r := ossclient.FormRequest{
		Bucket: m.Bucket.ValueString(), Key: m.Key.ValueString(), KeyPrefix: m.KeyPrefix.ValueString(),
		MinSize: m.MinSize.ValueInt64(), MaxSize: m.MaxSize.ValueInt64(), ExpiresIn: validity(m.ExpiresIn),
		Fields: textMap(m.RequestHeaders),
	}
	diags.Append(m.ContentTypes.ElementsAs(ctx, &r.ContentTypes, false)...)
	for name, value := range textMap(m.Metadata) {
		r.Fields["x-oss-meta-"+name] = value
	}
	if !m.SuccessActionStatus.IsNull() {
		r.Fields["success_action_status"] = strconv.FormatInt(m.SuccessActionStatus.ValueInt64(), 10)
	}
	if c := signedCallback(ctx, m.Callback, diags); c != nil {
		header, _, err := callback.Encode(*c)
		if err != nil {
			diags.AddAttributeError(callbackPlace, "Invalid Callback", sentence(err.Error()))
		}
		r.Fields["callback"] = header
		for name, value := range c.Variables { // each has a field of its own
			r.Fields["x:"+name] = value
		}
	}
	return r
}

// offer is the form as a policy looks at it.
func (m uploadPolicyModel) offer(r ossclient.FormRequest) policy.Offer {
	return policy.Offer{
		Object: signedPolicyObject(r.Bucket, r.Key, m.RequestHeaders, m.Metadata),
		Prefix: r.KeyPrefix, ContentTypes: r.ContentTypes,
	}
}
