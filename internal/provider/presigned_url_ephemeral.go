package provider

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newPresignedURLEphemeral() ephemeral.EphemeralResource { return &presignedURLEphemeral{} }

// presignedURLEphemeral is oss_presigned_url: no request is made for it.
type presignedURLEphemeral struct{ configuredEphemeral }

// presignedURLModel is the ephemeral resource oss_presigned_url.
type presignedURLModel struct {
	Bucket         types.String `tfsdk:"bucket"`
	Key            types.String `tfsdk:"key"`
	Method         types.String `tfsdk:"method"`
	ExpiresIn      types.Int64  `tfsdk:"expires_in"`
	VersionID      types.String `tfsdk:"version_id"`
	ContentType    types.String `tfsdk:"content_type"`
	Metadata       types.Map    `tfsdk:"metadata"`
	RequestHeaders types.Map    `tfsdk:"request_headers"`

	ResponseContentType        types.String `tfsdk:"response_content_type"`
	ResponseCacheControl       types.String `tfsdk:"response_cache_control"`
	ResponseContentDisposition types.String `tfsdk:"response_content_disposition"`
	ResponseContentEncoding    types.String `tfsdk:"response_content_encoding"`
	ResponseContentLanguage    types.String `tfsdk:"response_content_language"`
	ResponseExpires            types.String `tfsdk:"response_expires"`

	Callback types.Object `tfsdk:"callback"`

	URL       types.String `tfsdk:"url"`
	Headers   types.Map    `tfsdk:"headers"`
	ExpiresAt types.String `tfsdk:"expires_at"`
}

// Metadata names the ephemeral resource.
func (e *presignedURLEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "oss_presigned_url"
}

// Schema describes the ephemeral resource.
func (e *presignedURLEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	attributes := signedSchema("URL", rules.InURL, "Further headers that whoever uses the URL has to send exactly as they are here, such as `Cache-Control` or `x-oss-object-acl` of an upload, or `Content-Length`, "+
		"which browsers send by themselves and which binds the size of the body.")
	maps.Copy(attributes, presignedURLArguments())
	maps.Copy(attributes, responseOverrides())
	attributes["url"] = schema.StringAttribute{
		Computed: true, Sensitive: true,
		MarkdownDescription: "The URL. Whoever has it can make the request, as often as they like until it ends.",
	}
	attributes["headers"] = schema.MapAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "All headers that have to be sent along: `request_headers`, the content type and the metadata. " +
			"The request may have others, except `Content-Type`, `Content-MD5` and any that begin with `x-oss-`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A URL that carries its own signature (V4), so that whoever has it can make one kind of request to one object without a key, until it ends. " +
			"It is in no plan and no state, and no request is made for it. It is signed again each time Terraform plans or applies.\n\n" +
			"The host is that of the provider's `endpoint`: for a URL that browsers use, give this resource a provider whose endpoint they can reach. " +
			"The URL can do what the provider's keys can, no more. An upload is checked against the provider's `metadata_policy`.",
		Attributes: attributes,
		Blocks:     map[string]schema.Block{"callback": signedCallbackBlock()},
	}
}

func presignedURLArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"key": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the object in the bucket.",
			Validators:          []validator.String{ruledBy(rules.CheckKey)},
		},
		"method": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "What the URL is good for: `GET`, `HEAD`, `PUT` or `DELETE`; `GET` unless set.",
			Validators:          unlessEmpty(stringvalidator.OneOf(http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete)),
		},
		"version_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Version of the object; the current one unless set. Not with `PUT`.",
			Validators:          unlessEmpty(),
		},
		"content_type": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Content type that an upload has to send, with `PUT` only. Unless set it is the one that `oss_object` would choose for the key; " +
				"in both cases it is in `headers`.",
			Validators: unlessEmpty(headerValue("Content-Type")),
		},
	}
}

// responseHeaders are the headers of an answer that a URL can replace, by the attribute that does it.
func responseHeaders() map[string]string {
	headers := map[string]string{}
	for _, f := range new(headersModel).fields() {
		headers["response_"+f.attribute] = f.header
	}
	return headers
}

func responseOverrides() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for attribute, header := range responseHeaders() {
		attributes[attribute] = schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: fmt.Sprintf("`%s` of the answer, in place of the object's own; with `GET` only.", header),
			Validators:          unlessEmpty(headerValue(header)),
		}
	}
	disposition := attributes["response_content_disposition"].(schema.StringAttribute)
	disposition.MarkdownDescription += " The function `content_disposition` writes one for a file name in any language."
	attributes["response_content_disposition"] = disposition
	return attributes
}

// overrides are the attributes of responseHeaders.
func (m presignedURLModel) overrides() map[string]types.String {
	return map[string]types.String{
		"response_content_type": m.ResponseContentType, "response_cache_control": m.ResponseCacheControl,
		"response_content_disposition": m.ResponseContentDisposition, "response_content_encoding": m.ResponseContentEncoding,
		"response_content_language": m.ResponseContentLanguage, "response_expires": m.ResponseExpires,
	}
}

func (m presignedURLModel) method() string {
	if m.Method.IsNull() {
		return http.MethodGet
	}
	return m.Method.ValueString()
}

// ValidateConfig refuses arguments that do not go with the method.
func (e *presignedURLEphemeral) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var m presignedURLModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if !resp.Diagnostics.HasError() && !m.Method.IsUnknown() {
		m.checkMethod(&resp.Diagnostics)
	}
}

// checkMethod looks at the arguments that go with one method.
func (m presignedURLModel) checkMethod(diags *diag.Diagnostics) {
	needs := map[string]string{"content_type": http.MethodPut, "metadata": http.MethodPut, "callback": http.MethodPut}
	values := map[string]attr.Value{"content_type": m.ContentType, "metadata": m.Metadata, "callback": m.Callback}
	for name, value := range m.overrides() {
		needs[name], values[name] = http.MethodGet, value
	}
	if m.method() == http.MethodPut {
		needs["version_id"], values["version_id"] = http.MethodGet, m.VersionID
	}
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		if m.method() == needs[name] || values[name].IsNull() {
			continue
		}
		at := path.Root(name)
		if name == "callback" {
			at = callbackPlace
		}
		diags.AddAttributeError(at, "Invalid Attribute Combination",
			fmt.Sprintf("%s goes with the method %s, and the method here is %s. Change the method, or remove %s.", name, needs[name], m.method(), name))
	}
}

// Open signs the URL.
func (e *presignedURLEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m presignedURLModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, client, end := e.begin(ctx, m.Bucket, req, resp)
	defer end()
	if client == nil {
		return
	}
	request := m.request(ctx, &resp.Diagnostics)
	if m.method() == http.MethodPut {
		addSignedViolations(&resp.Diagnostics, request.Key, m.RequestHeaders, m.Metadata, "content_type", e.data.policy.Check(m.policyObject(request)))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	signed, err := client.SignURL(request)
	if err != nil {
		callError(&resp.Diagnostics, "Unable to Sign URL", fmt.Sprintf("sign a URL for %q in bucket %q", request.Key, request.Bucket), err)
		return
	}
	m.URL, m.Headers, m.ExpiresAt = types.StringValue(signed.URL), stringMap(request.Header), timeOrNull(signed.Expires)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &m)...)
}

// request is what the URL lets its user do.
func (m presignedURLModel) request(ctx context.Context, diags *diag.Diagnostics) ossclient.URLRequest {
	r := ossclient.URLRequest{
		Method: m.method(), Bucket: m.Bucket.ValueString(), Key: m.Key.ValueString(), ExpiresIn: validity(m.ExpiresIn),
		Query: map[string]string{}, Header: textMap(m.RequestHeaders),
	}
	if !m.VersionID.IsNull() {
		r.Query["versionId"] = m.VersionID.ValueString()
	}
	for attribute, value := range m.overrides() {
		if !value.IsNull() {
			r.Query[strings.ReplaceAll(attribute, "_", "-")] = value.ValueString()
		}
	}
	if r.Method != http.MethodPut {
		return r
	}
	r.Header["Content-Type"] = m.contentType()
	for name, value := range textMap(m.Metadata) {
		r.Header["x-oss-meta-"+name] = value
	}
	if c := signedCallback(ctx, m.Callback, diags); c != nil {
		header, variables, err := callback.Encode(*c)
		if err != nil {
			diags.AddAttributeError(callbackPlace, "Invalid Callback", sentence(err.Error()))
		}
		r.Query["callback"] = header
		if variables != "" {
			r.Query["callback-var"] = variables
		}
	}
	return r
}

func (m presignedURLModel) contentType() string {
	if m.ContentType.IsNull() {
		return rules.ContentType(m.Key.ValueString())
	}
	return m.ContentType.ValueString()
}

// policyObject is the object that an upload by the URL makes. The signature fixes the type and all metadata; another header
// than those that are demanded, an uploader may add.
func (m presignedURLModel) policyObject(r ossclient.URLRequest) policy.Object {
	o := signedPolicyObject(r.Bucket, r.Key, m.RequestHeaders, m.Metadata)
	o.Headers["Content-Type"] = r.Header["Content-Type"]
	return o
}
