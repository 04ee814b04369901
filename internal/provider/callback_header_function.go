package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
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
	value, err := argument.UnderlyingValue().ToTerraformValue(ctx)
	if err != nil {
		resp.Error = argumentError(0, sentence(err.Error()))
		return
	}
	if !value.IsFullyKnown() {
		resp.Error = resp.Result.Set(ctx, types.ObjectUnknown(callbackHeaderTypes))
		return
	}
	decoded, err := decodeCallback(value)
	if err != nil {
		resp.Error = argumentError(0, sentence("callback"+err.Error()))
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

// decodeCallback reads a callback that is known through and through. Its errors continue the path to it.
func decodeCallback(value tftypes.Value) (callback.Callback, error) {
	var c callback.Callback
	fields, err := decodeFields(value)
	if err != nil {
		return c, fmt.Errorf(" %w with urls and body", err)
	}
	var ignored string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		field := fields[name]
		if field.IsNull() {
			continue
		}
		switch name {
		case callback.FieldURLs:
			if field.Type().Is(tftypes.Set{}) {
				err = errors.New(" is a set, which has no order; OSS tries the URLs in order, so pass a list")
			} else {
				c.URLs, err = decodeStrings(field)
			}
		case callback.FieldHost:
			err = decodeString(field, &c.Host)
		case callback.FieldBody:
			err = decodeString(field, &c.Body)
		case callback.FieldBodyType:
			err = decodeString(field, &c.BodyType)
		case "on_failure":
			err = decodeString(field, &ignored)
		case callback.FieldSNI:
			c.SNI = new(bool)
			if field.As(c.SNI) != nil {
				err = errors.New(" is neither true nor false")
			}
		case callback.FieldVariables:
			c.Variables, err = decodeStringMap(field)
		default:
			err = errors.New(" is no part of a callback; a callback has urls, host, body, body_type, sni, variables and on_failure")
		}
		if err != nil {
			return c, fmt.Errorf(".%s%w", name, err)
		}
	}
	return c, nil
}

// decodeFields reads the attributes of an object or the elements of a map.
func decodeFields(value tftypes.Value) (map[string]tftypes.Value, error) {
	var fields map[string]tftypes.Value
	if kind := value.Type(); value.IsNull() || !kind.Is(tftypes.Object{}) && !kind.Is(tftypes.Map{}) || value.As(&fields) != nil {
		return nil, errors.New("is no object")
	}
	return fields, nil
}

func decodeString(value tftypes.Value, to *string) error {
	if value.As(to) != nil {
		return errors.New(" is no string")
	}
	return nil
}

// decodeStringMap reads a map or an object of strings.
func decodeStringMap(value tftypes.Value) (map[string]string, error) {
	fields, err := decodeFields(value)
	if err != nil {
		return nil, errors.New(" is no map of strings")
	}
	texts := make(map[string]string, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var text string
		if field := fields[name]; field.IsNull() || field.As(&text) != nil {
			return nil, fmt.Errorf("[%q] is no string", name)
		}
		texts[name] = text
	}
	return texts, nil
}
