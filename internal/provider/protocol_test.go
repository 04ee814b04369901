package provider

import (
	"context"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// protocol drives the provider as a newer Terraform would, one that knows resource identity: Terraform 1.11 does
// not, so these tests speak the protocol themselves.
type protocol struct {
	t      testing.TB
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
	told   []*tfprotov6.Diagnostic // all that noErrors has seen
}

func (o *testOSS) protocol() *protocol {
	o.t.Helper()
	server, err := factories()["oss"]()
	o.must(err)
	schema, err := server.GetProviderSchema(o.t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	o.must(err)
	p := &protocol{t: o.t, server: server, schema: schema}
	config := map[string]tftypes.Value{}
	kind := schema.Provider.ValueType().(tftypes.Object)
	for name, attribute := range kind.AttributeTypes {
		config[name] = tftypes.NewValue(attribute, nil)
	}
	set := map[string]string{"endpoint": o.endpoint, "region": o.region}
	if o.server != nil {
		set["access_key_id"], set["access_key_secret"] = testKeyID, testSecret
	}
	for name, value := range set {
		config[name] = tftypes.NewValue(tftypes.String, value)
	}
	resp, err := server.ConfigureProvider(o.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: p.value(kind, config)})
	o.must(err)
	p.noErrors(resp.Diagnostics)
	return p
}

// protocolWithFewRetries is for tests whose calls fail for good, on a local server.
func (o *testOSS) protocolWithFewRetries() *protocol {
	o.t.Helper()
	p := o.protocol()
	p.configureWith(map[string]any{"endpoint": o.endpoint, "region": o.region, "access_key_id": testKeyID, "access_key_secret": testSecret, "max_retries": 1})
	return p
}

// configureWith validates a provider block and configures the provider with it, as Terraform does.
func (p *protocol) configureWith(config map[string]any) {
	p.t.Helper()
	value := valueOf(p.t, p.schema.Provider.ValueType(), config)
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		p.t.Fatal(err)
	}
	valid, err := p.server.ValidateProviderConfig(p.t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: &encoded})
	if err != nil {
		p.t.Fatal(err)
	}
	p.noErrors(valid.Diagnostics)
	resp, err := p.server.ConfigureProvider(p.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: &encoded})
	if err != nil {
		p.t.Fatal(err)
	}
	p.noErrors(resp.Diagnostics)
}

func (p *protocol) value(kind tftypes.Type, value any) *tfprotov6.DynamicValue {
	p.t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, value))
	if err != nil {
		p.t.Fatal(err)
	}
	return &encoded
}

func (p *protocol) noErrors(diagnostics []*tfprotov6.Diagnostic) {
	p.t.Helper()
	p.told = append(p.told, diagnostics...)
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			p.t.Fatalf("%s: %s", d.Summary, d.Detail)
		}
	}
}

// identity encodes an identity, all of whose attributes are strings.
func (p *protocol) identity(values map[string]string) *tfprotov6.ResourceIdentityData {
	p.t.Helper()
	kind := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	encoded := map[string]tftypes.Value{}
	for name, value := range values {
		kind.AttributeTypes[name] = tftypes.String
		encoded[name] = tftypes.NewValue(tftypes.String, value)
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: p.value(kind, encoded)}
}

// strings decodes the string attributes of a state or an identity.
func (p *protocol) strings(value *tfprotov6.DynamicValue, kind tftypes.Type) map[string]string {
	p.t.Helper()
	decoded, err := value.Unmarshal(kind)
	if err != nil {
		p.t.Fatal(err)
	}
	var attributes map[string]tftypes.Value
	if decoded.IsNull() {
		return nil
	}
	if err := decoded.As(&attributes); err != nil {
		p.t.Fatal(err)
	}
	result := map[string]string{}
	for name, attribute := range attributes {
		var text string
		if attribute.Type().Is(tftypes.String) && !attribute.IsNull() && attribute.As(&text) == nil {
			result[name] = text
		}
	}
	return result
}

// readData reads a data source and returns what is told.
func (p *protocol) readData(name string, config map[string]any) []*tfprotov6.Diagnostic {
	p.t.Helper()
	return p.answer(name, config).Diagnostics
}

// data reads a data source and returns what Terraform would have as its attributes, in the values that JSON has.
func (p *protocol) data(name string, config map[string]any) map[string]any {
	p.t.Helper()
	resp := p.answer(name, config)
	p.noErrors(resp.Diagnostics)
	return p.attributes(resp.State, p.schema.DataSourceSchemas[name].ValueType())
}

// attributes are those of a known state, in the values that JSON has; of what is not there, none.
func (p *protocol) attributes(state *tfprotov6.DynamicValue, kind tftypes.Type) map[string]any {
	p.t.Helper()
	value, err := state.Unmarshal(kind)
	if err != nil {
		p.t.Fatal(err)
	}
	attributes, _ := plainOf(p.t, value).(map[string]any)
	return attributes
}

// plainOf is a known value as JSON has it.
func plainOf(t testing.TB, value tftypes.Value) any {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var list []tftypes.Value
	var entries map[string]tftypes.Value
	switch kind := value.Type(); {
	case value.IsNull():
		return nil
	case kind.Is(tftypes.String):
		var text string
		must(value.As(&text))
		return text
	case kind.Is(tftypes.Bool):
		var truth bool
		must(value.As(&truth))
		return truth
	case kind.Is(tftypes.Number):
		number := new(big.Float)
		must(value.As(&number))
		float, _ := number.Float64()
		return float
	case value.As(&list) == nil:
		elements := []any{}
		for _, element := range list {
			elements = append(elements, plainOf(t, element))
		}
		return elements
	}
	must(value.As(&entries))
	result := map[string]any{}
	for name, entry := range entries {
		result[name] = plainOf(t, entry)
	}
	return result
}

func (p *protocol) answer(name string, config map[string]any) *tfprotov6.ReadDataSourceResponse {
	p.t.Helper()
	value := valueOf(p.t, p.schema.DataSourceSchemas[name].ValueType(), config)
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := p.server.ReadDataSource(p.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: &encoded})
	if err != nil {
		p.t.Fatal(err)
	}
	return resp
}

func identityKind(names ...string) tftypes.Object {
	kind := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	for _, name := range names {
		kind.AttributeTypes[name] = tftypes.String
	}
	return kind
}

// importByIdentity imports and refreshes as Terraform 1.12 does for an import block with an identity.
func (p *protocol) importByIdentity(ctx context.Context, resource string, identity map[string]string) map[string]string {
	p.t.Helper()
	imported, err := p.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: resource, Identity: p.identity(identity)})
	if err != nil {
		p.t.Fatal(err)
	}
	p.noErrors(imported.Diagnostics)
	one := imported.ImportedResources[0]
	read, err := p.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{
		TypeName: resource, CurrentState: one.State, CurrentIdentity: one.Identity, Private: one.Private,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.noErrors(read.Diagnostics)
	names := []string{}
	for name := range identity {
		names = append(names, name)
	}
	if read.NewIdentity == nil {
		p.t.Fatal("the refresh lost the identity")
	}
	for name, got := range p.strings(read.NewIdentity.IdentityData, identityKind(names...)) {
		if got != identity[name] {
			p.t.Errorf("identity %s is %q, want %q", name, got, identity[name])
		}
	}
	return p.strings(read.NewState, p.schema.ResourceSchemas[resource].ValueType())
}

func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	p := o.protocol()
	foreignObject(o, o.key("dir/foreign.bin"), "foreign body")
	foreignCORS(o, corsDocument(corsRuleTwo))
	object := p.importByIdentity(t.Context(), "oss_object", map[string]string{"bucket": o.bucket, "key": o.key("dir/foreign.bin")})
	if object["id"] != o.bucket+"/"+o.key("dir/foreign.bin") || object["content_type"] != "application/x-foreign" || object["crc64"] == "" {
		t.Errorf("imported %v", object)
	}
	cors := p.importByIdentity(t.Context(), "oss_bucket_cors", map[string]string{"bucket": o.bucket})
	if cors["id"] != o.bucket {
		t.Errorf("imported %v", cors)
	}
	// A resource that is gone keeps its identity in the answer: newer cores insist.
	gone := p.importByIdentity(t.Context(), "oss_object", map[string]string{"bucket": o.bucket, "key": o.key("absent")})
	if gone != nil {
		t.Errorf("imported %v, want nothing", gone)
	}
}
