package provider

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// What signed URLs and forms have in common.

const (
	defaultSigned = 3600 // seconds
	maxSigned     = int64(ossclient.MaxSigned / time.Second)
)

// signedSchema are the attributes that a signed URL and a form share; headers describes request_headers.
func signedSchema(what string, carrier rules.Carrier, headers string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"bucket": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the bucket.",
			Validators:          []validator.String{ruledBy(rules.CheckBucket)},
		},
		"expires_in": schema.Int64Attribute{
			CustomType: wholeNumber{},
			Optional:   true,
			MarkdownDescription: fmt.Sprintf("How long the %s is good for, in seconds from 1 to %d (7 days); %d unless set. "+
				"One that is signed with temporary keys ends with these, if they end earlier.", what, maxSigned, defaultSigned),
			Validators: []validator.Int64{int64validator.Between(1, maxSigned)},
		},
		"metadata": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "User metadata that an upload has to send exactly as it is here, names without the `x-oss-meta-` prefix.",
			Validators:          []validator.Map{userMetadata{}},
		},
		"request_headers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: headers,
			Validators:          []validator.Map{signedHeaders{carrier: carrier}},
		},
		"expires_at": schema.StringAttribute{
			Computed:            true,
			MarkdownDescription: fmt.Sprintf("When the %s ends, in RFC 3339, such as `2026-01-02T03:04:05Z`.", what),
		},
	}
}

// validity is how long expires_in says; 1 hour unless set.
func validity(expiresIn types.Int64) time.Duration {
	if expiresIn.IsNull() {
		return defaultSigned * time.Second
	}
	return time.Duration(expiresIn.ValueInt64()) * time.Second
}

// signedHeaders checks the headers that a signature binds, each finding at its key.
type signedHeaders struct {
	undescribed
	carrier rules.Carrier
}

// ValidateMap checks names always, values as far as they are known.
func (h signedHeaders) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	known := map[string]string{}
	for name, element := range req.ConfigValue.Elements() {
		value, ok := element.(types.String)
		switch {
		case !ok || value.IsUnknown():
			addViolations(&resp.Diagnostics, req.Path.AtMapKey(name), rules.CheckSignedHeaderName(h.carrier, name))
		case value.IsNull():
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(name), "Null Request Header", quoted(name)+" is null. Leave the header out.")
		default:
			known[name] = value.ValueString()
		}
	}
	addNamedViolations(&resp.Diagnostics, req.Path, rules.CheckSignedHeaders(h.carrier, known))
}

// signedCallbackBlock describes the callback of an upload that somebody else makes.
func signedCallbackBlock() schema.Block {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	return schema.SingleNestedBlock{
		MarkdownDescription: "A request that OSS sends to an application server when the body has been uploaded, before it answers the upload; " +
			"[A guide](../guides/upload-callbacks.md) says more. The uploader can neither change it nor leave it out.",
		Validators: []validator.Object{signedCallbackRules{}},
		Attributes: map[string]schema.Attribute{
			"urls": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "URLs of the application server, 1 to 5; OSS tries them in order until one answers as it should.",
			},
			"host": text("`Host` header of the request, a domain name or an IPv4 address; that of the URL unless set."),
			"body": text("Template of the body of the request, with the variables of OSS such as `${object}` and `${size}`, and `${x:name}` for each of `variables`. " +
				"**Write `$${object}`**, with two dollar signs, to have `${object}` reach OSS."),
			"body_type": text("`application/x-www-form-urlencoded` or `application/json`; the form unless set.", nonEmpty{}),
			"sni": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether the TLS handshake with an `https` URL names the host; `false` unless set.",
			},
			"variables": schema.MapAttribute{
				Optional: true, Sensitive: true, ElementType: types.StringType,
				MarkdownDescription: "Values of custom variables. Names are of lower-case letters, digits and underscores, without the `x:` that they have in the body.",
			},
		},
	}
}

// signedCallbackModel is the block callback, which has no on_failure: somebody else uploads.
type signedCallbackModel struct {
	URLs      types.List   `tfsdk:"urls"`
	Host      types.String `tfsdk:"host"`
	Body      types.String `tfsdk:"body"`
	BodyType  types.String `tfsdk:"body_type"`
	SNI       types.Bool   `tfsdk:"sni"`
	Variables types.Map    `tfsdk:"variables"`
}

func (m signedCallbackModel) block() callbackModel {
	return callbackModel{URLs: m.URLs, Host: m.Host, Body: m.Body, BodyType: m.BodyType, SNI: m.SNI, Variables: m.Variables}
}

// signedCallbackRules checks the block as far as it is known, each finding at its attribute.
type signedCallbackRules struct{ undescribed }

// ValidateObject checks the callback.
func (signedCallbackRules) ValidateObject(ctx context.Context, req validator.ObjectRequest, resp *validator.ObjectResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	var m signedCallbackModel
	resp.Diagnostics.Append(req.ConfigValue.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	if resp.Diagnostics.HasError() || !m.block().refuseNulls(&resp.Diagnostics) {
		return
	}
	c, unknown := m.block().known()
	addCallbackProblems(&resp.Diagnostics, m.block(), callback.Check(c, unknown...))
}

// signedCallback decodes the block; nil is none. All of it must be known.
func signedCallback(ctx context.Context, block types.Object, diags *diag.Diagnostics) *callback.Callback {
	if block.IsNull() {
		return nil
	}
	var m signedCallbackModel
	diags.Append(block.As(ctx, &m, basetypes.ObjectAsOptions{})...)
	c, _ := m.block().known()
	return &c
}

// What a request header is that a policy calls otherwise.
const (
	aclHeader     = "x-oss-object-acl"
	classHeader   = "x-oss-storage-class"
	taggingHeader = "x-oss-tagging"
)

// signedPolicyObject is what an upload makes that sends the request headers and the metadata. What does not send an ACL or
// tags has OSS's default of one and none of the other; the class may be any that the bucket has by default.
func signedPolicyObject(bucket, key string, headers, metadata types.Map) policy.Object {
	o := policy.Object{Bucket: bucket, Key: key, Headers: map[string]string{}, Metadata: textMap(metadata), Tags: map[string]string{}, ACL: "default"}
	for name, value := range textMap(headers) {
		switch name := strings.ToLower(name); name {
		case aclHeader:
			o.ACL = value
		case classHeader:
			o.StorageClass = value
		case taggingHeader:
			tags, _ := url.ParseQuery(value) // validated
			for key := range tags {
				o.Tags[key] = tags.Get(key)
			}
		default:
			if slices.ContainsFunc(rules.StandardHeaders, func(h string) bool { return strings.EqualFold(h, name) }) {
				o.Headers[name] = value
			}
		}
	}
	return o
}

// addSignedViolations reports what an upload breaks of a team's policy, at the arguments that put it right.
func addSignedViolations(diags *diag.Diagnostics, key string, headers, meta types.Map, contentType string, found []policy.Violation) {
	addViolationsOf(diags, key, found, func(v policy.Violation) path.Path {
		header := map[string]string{policy.Headers: v.Name, policy.ACL: aclHeader, policy.StorageClass: classHeader, policy.Tags: taggingHeader}[v.Part]
		switch {
		case v.Part == policy.Metadata:
			return entryPlace(policy.Metadata, meta, v.Name)
		case header == "Content-Type":
			return path.Root(contentType)
		}
		for name := range headers.Elements() {
			if strings.EqualFold(name, header) {
				return path.Root("request_headers").AtMapKey(name)
			}
		}
		return path.Root("request_headers")
	})
}
