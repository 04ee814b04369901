package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/plain"
)

func newCallbackHeaderFunction() function.Function { return callbackHeaderFunction{} }

// callbackHeaderFunction is provider::oss::callback_header.
type callbackHeaderFunction struct{}

// callbackHeaderModel is what the function returns.
type callbackHeaderModel struct {
	Callback    types.String `tfsdk:"callback"`
	CallbackVar types.String `tfsdk:"callback_var"`
}

var callbackHeaderTypes = map[string]attr.Type{"callback": types.StringType, "callback_var": types.StringType}

// Metadata names the function.
func (callbackHeaderFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "callback_header"
}

// Definition describes the function. The callback is dynamic so that a literal may leave out what a callback block may.
func (callbackHeaderFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "An upload callback as the headers that carry it",
		MarkdownDescription: "Checks an upload callback and encodes it as OSS wants it, so that a browser or a backend can upload with the same callback as Terraform. It makes no request. The answer is an object:\n\n" +
			"- `callback` - the value of the header `x-oss-callback`, or of the form field `callback`\n" +
			"- `callback_var` - the value of the header `x-oss-callback-var`; null without custom variables\n\n" +
			"The values are base64 of JSON and hide nothing. `variables` of the block of `oss_object` are sensitive, and with them the answer.",
		Parameters: []function.Parameter{
			function.DynamicParameter{
				Name: "callback",
				MarkdownDescription: "The callback, such as `oss_object.example.callback`: an object with `urls`, `body` and, where there are any, `host`, `body_type`, `sni` and `variables`, " +
					"as in the block of [`oss_object`](../resources/object.md#nestedblock--callback). `on_failure` is Terraform's own and is ignored.",
			},
		},
		Return: function.ObjectReturn{AttributeTypes: callbackHeaderTypes},
	}
}

// Run encodes. A part that is not known yet makes the whole answer unknown. Errors are those of callback.Check and of
// decoding, at the argument.
func (callbackHeaderFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var argument types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &argument); resp.Error != nil {
		return
	}
	value, known := plainValue(argument)
	if !known {
		resp.Error = resp.Result.Set(ctx, types.ObjectUnknown(callbackHeaderTypes))
		return
	}
	decoder := plain.Decoder{Whole: "callback"}
	decoded := plain.Object(&decoder, "callback", value, callbackFields)
	if resp.Error = mistakenArgument(0, decoder); resp.Error != nil {
		return
	}
	var faults []string
	for _, p := range callback.Check(decoded) {
		if p.Severity == finding.Error {
			faults = append(faults, "callback"+strings.TrimSuffix("."+p.Field, ".")+": "+p.Detail)
		}
	}
	if len(faults) > 0 {
		resp.Error = argumentError(0, faults...)
		return
	}
	header, variables, err := callback.Encode(decoded)
	if err != nil {
		resp.Error = argumentError(0, sentence(err.Error()))
		return
	}
	resp.Error = resp.Result.Set(ctx, callbackHeaderModel{Callback: types.StringValue(header), CallbackVar: stringOrNull(variables)})
}

// callbackFields are the parts of a callback.
var callbackFields = []plain.Field[callback.Callback]{
	{Name: callback.FieldURLs, Read: func(d *plain.Decoder, place string, v any, c *callback.Callback) {
		c.URLs = plain.Ordered(d, place, v, `"https://…"`, "OSS tries the URLs in order", plain.Text)
	}},
	{Name: callback.FieldHost, Read: func(d *plain.Decoder, place string, v any, c *callback.Callback) { c.Host = plain.Text(d, place, v) }},
	{Name: callback.FieldBody, Read: func(d *plain.Decoder, place string, v any, c *callback.Callback) { c.Body = plain.Text(d, place, v) }},
	{Name: callback.FieldBodyType, Read: func(d *plain.Decoder, place string, v any, c *callback.Callback) {
		c.BodyType = plain.Text(d, place, v)
	}},
	{Name: callback.FieldSNI, Read: func(d *plain.Decoder, place string, v any, c *callback.Callback) {
		c.SNI = new(plain.Truth(d, place, v))
	}},
	{Name: callback.FieldVariables, Read: func(d *plain.Decoder, place string, v any, c *callback.Callback) {
		c.Variables = plain.Map(d, place, v, `text for each name: { "note" = "…" }`, plain.Text)
	}},
	{Name: "on_failure", Read: func(d *plain.Decoder, place string, v any, _ *callback.Callback) { plain.Text(d, place, v) }}, // Terraform's own
}
