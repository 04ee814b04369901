package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// What on_failure can say.
const (
	failByError   = "error"
	failByWarning = "warn"
)

var (
	callbackPath = path.Root("callback")
	// callbackPlace is where what is about the whole callback belongs: Terraform shows the line of an attribute, and for
	// a path that ends at a block only that of the resource.
	callbackPlace = callbackPath.AtName(callback.FieldURLs)
)

// callbackBlock describes the upload callback.
func callbackBlock() schema.Block {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	return schema.SingleNestedBlock{
		MarkdownDescription: "A request that OSS sends to an application server when the body has been uploaded, before it answers the upload; the server's answer is in `callback_response`. " +
			"It is sent for each upload of the body, at least once, and for nothing else: a change of headers, metadata, tags or ACL, a refresh, and a change of this block alone send none. " +
			"[A guide](../guides/upload-callbacks.md) says more.",
		Validators: []validator.Object{callbackRules{}},
		Attributes: map[string]schema.Attribute{
			"urls": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "URLs of the application server, 1 to 5; OSS tries them in order until one answers as it should. They must be reachable from the internet.",
			},
			"host": text("`Host` header of the request, a domain name or an IPv4 address; that of the URL unless set."),
			"body": text("Template of the body of the request, with the variables `${bucket}`, `${object}`, `${etag}`, `${size}`, `${mimeType}`, `${imageInfo.height}`, `${imageInfo.width}`, " +
				"`${imageInfo.format}`, `${crc64}`, `${contentMd5}`, `${vpcId}`, `${clientIp}`, `${reqId}`, `${operation}`, and `${x:name}` for each of `variables`. " +
				"HCL has the same syntax for its own expressions: **write `$${object}`**, with two dollar signs, to have `${object}` reach OSS."),
			"body_type": text("`application/x-www-form-urlencoded`, in which OSS replaces variables by their URL-encoded values, or `application/json`, in which it replaces them by JSON: "+
				"strings come with their own quotes, so write `{\"object\":$${object}}` and not `jsonencode`. The form unless set.", nonEmpty{}),
			"sni": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether the TLS handshake with an `https` URL names the host, without which many servers refuse it; `false` unless set.",
			},
			"variables": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType,
				MarkdownDescription: "Values of custom variables, which a plan does not show. Names are of lower-case letters, digits and underscores, without the `x:` that they have in the body.",
			},
			"on_failure": text("What to do when the callback fails. The object is stored in any case. `error` fails the apply, and the next one uploads again, so that OSS calls back again; "+
				"`warn` leaves it at a warning. `error` unless set.", nonEmpty{checks: []validator.String{stringvalidator.OneOf(failByError, failByWarning)}}),
		},
	}
}

// callbackModel is the block callback.
type callbackModel struct {
	URLs      types.List   `tfsdk:"urls"`
	Host      types.String `tfsdk:"host"`
	Body      types.String `tfsdk:"body"`
	BodyType  types.String `tfsdk:"body_type"`
	SNI       types.Bool   `tfsdk:"sni"`
	Variables types.Map    `tfsdk:"variables"`
	OnFailure types.String `tfsdk:"on_failure"`
}

// known is the callback as far as it is known, and the fields that are not, or not wholly.
func (m callbackModel) known() (c callback.Callback, unknown []string) {
	c = callback.Callback{Host: m.Host.ValueString(), Body: m.Body.ValueString(), BodyType: m.BodyType.ValueString(), SNI: m.SNI.ValueBoolPointer()}
	for field, value := range map[string]attr.Value{
		callback.FieldURLs: m.URLs, callback.FieldHost: m.Host, callback.FieldBody: m.Body, callback.FieldBodyType: m.BodyType,
		callback.FieldSNI: m.SNI, callback.FieldVariables: m.Variables,
	} {
		if value.IsUnknown() {
			unknown = append(unknown, field)
		}
	}
	for _, element := range m.URLs.Elements() {
		if url, ok := element.(types.String); ok && !url.IsUnknown() {
			c.URLs = append(c.URLs, url.ValueString())
		} else {
			unknown = append(unknown, callback.FieldURLs)
		}
	}
	// Of a variable whose value is not known the name is enough.
	c.Variables = textMap(m.Variables)
	return c, unknown
}

// callbackRules checks the block as far as it is known, each finding at its attribute.
type callbackRules struct{ undescribed }

// ValidateObject checks the callback, and that there is an upload for it.
func (callbackRules) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	var block callbackModel
	resp.Diagnostics.Append(req.ConfigValue.As(ctx, &block, basetypes.ObjectAsOptions{})...)
	var config objectModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.checkCallbackFires(&resp.Diagnostics)
	if !block.refuseNulls(&resp.Diagnostics) {
		return
	}
	c, unknown := block.known()
	found := callback.Check(c, unknown...)
	if slices.Contains(unknown, callback.FieldURLs) && len(block.URLs.Elements()) > callback.MaxURLs {
		resp.Diagnostics.AddAttributeError(callbackPath.AtName(callback.FieldURLs), "Invalid Callback URL",
			fmt.Sprintf("There are %d URLs. OSS allows at most %d.", len(block.URLs.Elements()), callback.MaxURLs))
	}
	addCallbackProblems(&resp.Diagnostics, block, found)
}

// checkCallbackFires refuses a callback that never comes: OSS calls back for uploads only.
func (m objectModel) checkCallbackFires(diags *diag.Diagnostics) {
	const summary = "Callback Never Fires"
	switch {
	case !m.CopySource.IsNull():
		diags.AddAttributeError(callbackPlace, summary, "The body is copied inside OSS, and OSS calls back for uploads only. "+
			"Remove the callback block, or upload the body with source or content instead of copy_source.")
	case !m.bodyInSight() && m.ContentWO.IsNull():
		diags.AddAttributeError(callbackPlace, summary, "The configuration has no body, so nothing is ever uploaded, and OSS calls back for uploads only. "+
			"Remove the callback block, or give the object a body (content, content_base64, source or content_wo).")
	}
}

// refuseNulls refuses elements that are null, of which OSS has no notion. It reports whether there are none.
func (m callbackModel) refuseNulls(diags *diag.Diagnostics) bool {
	before := diags.ErrorsCount()
	for i, url := range m.URLs.Elements() {
		if url.IsNull() {
			diags.AddAttributeError(callbackPath.AtName(callback.FieldURLs).AtListIndex(i), "Null Callback URL",
				fmt.Sprintf("urls[%d] is null. Leave it out, for example with compact([...]).", i))
		}
	}
	for name, value := range m.Variables.Elements() {
		if value.IsNull() {
			diags.AddAttributeError(callbackPath.AtName(callback.FieldVariables).AtMapKey(name), "Null Callback Variable",
				quoted(name)+" is null. Write \"\" for an empty value, or leave the variable out.")
		}
	}
	return diags.ErrorsCount() == before
}

// addCallbackProblems adds each finding at its attribute, the element included.
func addCallbackProblems(diags *diag.Diagnostics, block callbackModel, found []callback.Problem) {
	addViolationsAt(diags, found, func(p callback.Problem) (path.Path, finding.Finding) {
		at := callbackPlace
		if p.Field != "" {
			at = callbackPath.AtName(p.Field)
		}
		switch i := slices.Index(block.URLs.Elements(), attr.Value(types.StringValue(p.Element))); {
		case p.Field == callback.FieldVariables && p.Element != "":
			at = at.AtMapKey(p.Element)
		case p.Field == callback.FieldURLs && i >= 0:
			at = at.AtListIndex(i)
		}
		return at, p.Finding
	})
}

// hasCallback reports whether a configuration, plan or state has a callback, known or not.
func (m objectModel) hasCallback() bool { return !m.Callback.IsNull() }
