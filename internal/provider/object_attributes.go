package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// An oss_object is read from what Terraform sends, and written to what it gets, through the list of its attributes here.
// The framework's Get and Set look for the fields of a struct by reflection and compile a regular expression for each of
// them each time (1.19), which was a fifth of the processor time of a plan.

// attribute is a field of a model.
type attribute interface {
	get() attr.Value
	set(attr.Value)
}

type fieldOf[T attr.Value] struct{ field *T }

func (a fieldOf[T]) get() attr.Value { return *a.field }

// set leaves out an unfitNumber, which the validation refuses beside what else it finds.
func (a fieldOf[T]) set(value attr.Value) {
	if fit, ok := value.(T); ok {
		*a.field = fit
	}
}

func of[T attr.Value](field *T) attribute { return fieldOf[T]{field} }

// attributes are the fields of the model by the names that they have in the schema.
func (m *objectModel) attributes() map[string]attribute {
	attributes := map[string]attribute{
		"id": of(&m.ID), "bucket": of(&m.Bucket), "key": of(&m.Key),
		"content": of(&m.Content), "content_base64": of(&m.ContentBase64), "source": of(&m.Source), "source_hash": of(&m.SourceHash),
		"content_wo": of(&m.ContentWO), "content_wo_version": of(&m.ContentWOVersion), "copy_source": of(&m.CopySource), "ignore_body_drift": of(&m.IgnoreBodyDrift),
		"callback": of(&m.Callback), "metadata": of(&m.Metadata), "tags": of(&m.Tags),
		"allow_overwrite": of(&m.AllowOverwrite), "deletion_policy": of(&m.DeletionPolicy), "timeouts": of(&m.Timeouts),
		"etag": of(&m.ETag), "crc64": of(&m.CRC64), "size": of(&m.Size), "version_id": of(&m.VersionID), "callback_response": of(&m.CallbackResponse),
	}
	for _, header := range m.fields() {
		attributes[header.attribute] = of(header.value)
	}
	for name, text := range m.texts() {
		attributes[name] = of(text)
	}
	return attributes
}

// typed is what the schemas of a configuration, a plan and a state have in common.
type typed interface{ Type() attr.Type }

// read takes over a configuration, a plan or a state.
func (m *objectModel) read(ctx context.Context, schema typed, raw tftypes.Value, diags *diag.Diagnostics) {
	value, err := schema.Type().ValueFromTerraform(ctx, raw)
	if err != nil {
		addUnexpectedValue(diags, err)
		return
	}
	read := value.(types.Object).Attributes()
	for name, attribute := range m.attributes() {
		attribute.set(read[name])
	}
}

// write puts the model into a plan or a state.
func (m *objectModel) write(ctx context.Context, schema typed, raw *tftypes.Value, diags *diag.Diagnostics) {
	written := map[string]attr.Value{}
	for name, attribute := range m.attributes() {
		written[name] = attribute.get()
	}
	value, d := types.ObjectValue(schema.Type().(attr.TypeWithAttributeTypes).AttributeTypes(), written)
	diags.Append(d...)
	encoded, err := value.ToTerraformValue(ctx)
	if err != nil {
		addUnexpectedValue(diags, err)
		return
	}
	*raw = encoded
}

func addUnexpectedValue(diags *diag.Diagnostics, err error) {
	diags.AddError("Unexpected Value", "A value of oss_object is not of the type that its schema says: "+sentence(err.Error())+" Please report this issue to the provider developers.")
}
