package provider

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// undescribed is a validator without a description of its own: the attributes say what they take.
type undescribed struct{}

// Description is empty.
func (undescribed) Description(context.Context) string { return "" }

// MarkdownDescription is empty, too.
func (undescribed) MarkdownDescription(context.Context) string { return "" }

// stringCheck adapts a check of one known string to the framework.
type stringCheck struct {
	undescribed
	check func(req validator.StringRequest, diags *diag.Diagnostics)
}

// ValidateString runs the check on a known value.
func (c stringCheck) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() {
		c.check(req, &resp.Diagnostics)
	}
}

// unlessEmpty runs checks of an optional argument on a value that is not "". Modules pass "" where they mean null, and
// every argument that takes no "" says the same about it.
func unlessEmpty(checks ...validator.String) []validator.String {
	return []validator.String{nonEmpty{checks: checks}}
}

type nonEmpty struct {
	undescribed
	checks []validator.String
}

// ValidateString refuses "", and has the checks look at any other value, also at one that is not known yet.
func (n nonEmpty) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() && req.ConfigValue.ValueString() == "" {
		name := req.Path.String()
		name = name[strings.LastIndex(name, ".")+1:]
		resp.Diagnostics.AddAttributeError(req.Path, "Empty String", fmt.Sprintf(
			"%s is \"\", which is not the same as leaving it out. Write a value, or null where there is none, such as var.%s == \"\" ? null : var.%s.", name, name, name))
		return
	}
	for _, check := range n.checks {
		check.ValidateString(ctx, req, resp)
	}
}

// checkedBy reports the error of check under a title.
func checkedBy(summary string, check func(string) error) validator.String {
	return stringCheck{check: func(req validator.StringRequest, diags *diag.Diagnostics) {
		if err := check(req.ConfigValue.ValueString()); err != nil {
			diags.AddAttributeError(req.Path, summary, sentence(err.Error()))
		}
	}}
}

// ruledBy reports the violations of OSS's rules.
func ruledBy(check func(string) []finding.Finding) validator.String {
	return stringCheck{check: func(req validator.StringRequest, diags *diag.Diagnostics) {
		addViolations(diags, req.Path, check(req.ConfigValue.ValueString()))
	}}
}

// headerValue checks the value of a standard header.
func headerValue(name string) validator.String {
	return ruledBy(func(value string) []finding.Finding { return rules.CheckHeader(name, value) })
}

func isBase64() validator.String {
	return stringCheck{check: func(req validator.StringRequest, diags *diag.Diagnostics) {
		if _, err := base64.StdEncoding.DecodeString(req.ConfigValue.ValueString()); err != nil {
			diags.AddAttributeError(req.Path, "Invalid Base64", "The value is not standard base64 ("+err.Error()+"). "+
				"Use base64encode(\"...\") for text or filebase64(\"path\") for a file.")
		}
	}}
}

// userMetadata checks a metadata map as far as it is known, each finding at its key.
type userMetadata struct{ undescribed }

// ValidateMap checks names always, values and the total size as far as they are known.
func (userMetadata) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	known := map[string]string{}
	for name, element := range req.ConfigValue.Elements() {
		value, ok := element.(types.String)
		switch {
		case !ok || value.IsUnknown():
			// A name counts towards the size whatever its value will be.
			addViolations(&resp.Diagnostics, req.Path.AtMapKey(name), rules.CheckMetadataName(name))
		case value.IsNull():
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(name), "Null Metadata Value", nullMetadata(name))
		default:
			known[name] = value.ValueString()
		}
	}
	addNamedViolations(&resp.Diagnostics, req.Path, rules.CheckUserMetadata(known))
}

// objectTags checks a map of tags as far as it is known, each finding at its key.
type objectTags struct{ undescribed }

// ValidateMap checks each tag that is known, and their number.
func (objectTags) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	known := map[string]string{}
	for key, element := range req.ConfigValue.Elements() {
		value, ok := element.(types.String)
		if ok && value.IsNull() {
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(key), "Null Tag Value",
				quoted(key)+" is null. Write \"\" for a tag without a value, or leave the key out.")
			continue
		}
		known[key] = value.ValueString() // "" while unknown, which every tag may have
	}
	addNamedViolations(&resp.Diagnostics, req.Path, rules.CheckTags(known))
}

// onlyWithKMS refuses an argument that OSS takes with KMS alone.
func onlyWithKMS() validator.String { return withKMS{} }

type withKMS struct{ undescribed }

// ValidateString looks at server_side_encryption when the argument is set.
func (withKMS) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() {
		return
	}
	var method types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("server_side_encryption"), &method)...)
	if !method.IsUnknown() && method.ValueString() != "KMS" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Combination",
			req.Path.String()+" goes with server_side_encryption = \"KMS\" only. Set that, or remove "+req.Path.String()+".")
	}
}
