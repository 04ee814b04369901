package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Most of what is wrong with a configuration is told by its validation, which needs neither Terraform nor a server.

// later is a value of a configuration that is not known yet.
const later = "\x00later"

// Kinds of configuration.
const (
	providerKind  = "provider"
	resourceKind  = "resource"
	dataKind      = "data"
	ephemeralKind = "ephemeral"
)

// validation validates configurations.
type validation struct {
	t      testing.TB
	server tfprotov6.ProviderServer
	schema *tfprotov6.GetProviderSchemaResponse
}

func newValidation(t testing.TB) *validation {
	t.Helper()
	server, err := factories()["oss"]()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return &validation{t: t, server: server, schema: schema}
}

// of validates a configuration; what it leaves out is null.
func (v *validation) of(kind, name string, config map[string]any) []*tfprotov6.Diagnostic {
	v.t.Helper()
	schema := map[string]*tfprotov6.Schema{
		providerKind: v.schema.Provider, resourceKind: v.schema.ResourceSchemas[name],
		dataKind: v.schema.DataSourceSchemas[name], ephemeralKind: v.schema.EphemeralResourceSchemas[name],
	}[kind]
	for _, block := range schema.Block.BlockTypes {
		if _, given := config[block.TypeName]; !given && block.Nesting == tfprotov6.SchemaNestedBlockNestingModeList {
			config = with(config, map[string]any{block.TypeName: []any{}})
		}
	}
	value := valueOf(v.t, schema.ValueType(), config)
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		v.t.Fatal(err)
	}
	var found []*tfprotov6.Diagnostic
	switch kind {
	case providerKind:
		resp, e := v.server.ValidateProviderConfig(v.t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: &encoded})
		found, err = resp.Diagnostics, e
	case resourceKind:
		resp, e := v.server.ValidateResourceConfig(v.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
			TypeName: name, Config: &encoded, ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
		})
		found, err = resp.Diagnostics, e
	case dataKind:
		resp, e := v.server.ValidateDataResourceConfig(v.t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: &encoded})
		found, err = resp.Diagnostics, e
	case ephemeralKind:
		resp, e := v.server.ValidateEphemeralResourceConfig(v.t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: &encoded})
		found, err = resp.Diagnostics, e
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return found
}

// configure configures the provider.
func (v *validation) configure(config map[string]any) []string {
	v.t.Helper()
	value := valueOf(v.t, v.schema.Provider.ValueType(), config)
	encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
	if err != nil {
		v.t.Fatal(err)
	}
	resp, err := v.server.ConfigureProvider(v.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: &encoded, TerraformVersion: "1.14.0"})
	if err != nil {
		v.t.Fatal(err)
	}
	return lines(resp.Diagnostics)
}

// call calls a function and returns its answer, as text, or the text of its error.
func (v *validation) call(name string, arguments ...any) (result, fault string) {
	v.t.Helper()
	function := v.schema.Functions[name]
	req := &tfprotov6.CallFunctionRequest{Name: name}
	for i, argument := range arguments {
		value := valueOf(v.t, function.Parameters[i].Type, argument)
		encoded, err := tfprotov6.NewDynamicValue(value.Type(), value)
		if err != nil {
			v.t.Fatal(err)
		}
		req.Arguments = append(req.Arguments, &encoded)
	}
	resp, err := v.server.CallFunction(v.t.Context(), req)
	if err != nil {
		v.t.Fatal(err)
	}
	if resp.Error != nil {
		return "", resp.Error.Text
	}
	value, err := resp.Result.Unmarshal(function.Return.Type)
	if err != nil {
		v.t.Fatal(err)
	}
	return fmt.Sprint(value), ""
}

// valueOf makes a value of Terraform: nil, and what a map leaves out of an object, is null.
func valueOf(t testing.TB, kind tftypes.Type, from any) tftypes.Value {
	t.Helper()
	if from == later {
		return tftypes.NewValue(kind, tftypes.UnknownValue)
	}
	if made, ok := from.(tftypes.Value); ok { // of a type that the schema leaves open
		return made
	}
	elements := func(element tftypes.Type) []tftypes.Value {
		list := []tftypes.Value{}
		for _, one := range from.([]any) {
			list = append(list, valueOf(t, element, one))
		}
		return list
	}
	switch k := kind.(type) {
	case tftypes.Object:
		if from == nil {
			return tftypes.NewValue(kind, nil)
		}
		given := from.(map[string]any)
		attributes := map[string]tftypes.Value{}
		for name, attribute := range k.AttributeTypes {
			attributes[name] = valueOf(t, attribute, given[name])
		}
		for name := range given {
			if _, known := k.AttributeTypes[name]; !known {
				t.Fatalf("there is no %q", name)
			}
		}
		return tftypes.NewValue(kind, attributes)
	case tftypes.Map:
		if from == nil {
			return tftypes.NewValue(kind, nil)
		}
		entries := map[string]tftypes.Value{}
		for name, entry := range from.(map[string]any) {
			entries[name] = valueOf(t, k.ElementType, entry)
		}
		return tftypes.NewValue(kind, entries)
	case tftypes.List:
		if from != nil {
			return tftypes.NewValue(kind, elements(k.ElementType))
		}
	case tftypes.Set:
		if from != nil {
			return tftypes.NewValue(kind, elements(k.ElementType))
		}
	}
	if kind.Is(tftypes.DynamicPseudoType) && from != nil {
		return tftypes.NewValue(tftypes.String, from)
	}
	return tftypes.NewValue(kind, from)
}

// line is a diagnostic in one line: its severity, where it points, title and text.
func line(d *tfprotov6.Diagnostic) string {
	severity, at := "warning", ""
	if d.Severity == tfprotov6.DiagnosticSeverityError {
		severity = "error"
	}
	if d.Attribute != nil {
		at = placeOf(d.Attribute)
	}
	return fmt.Sprintf("%s at %s: %s: %s", severity, at, d.Summary, d.Detail)
}

// lines are diagnostics, a line each.
func lines(found []*tfprotov6.Diagnostic) []string {
	all := []string{}
	for _, d := range found {
		all = append(all, line(d))
	}
	return all
}

// placeOf writes a path as in a configuration.
func placeOf(path *tftypes.AttributePath) string {
	var b strings.Builder
	for _, step := range path.Steps() {
		switch s := step.(type) {
		case tftypes.AttributeName:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(string(s))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&b, "[%d]", s)
		case tftypes.ElementKeyString:
			fmt.Fprintf(&b, "[%q]", string(s))
		default:
			b.WriteString("[...]")
		}
	}
	return b.String()
}

// expectTold holds that exactly one diagnostic is told and that it has each of the words.
func expectTold(t *testing.T, found []*tfprotov6.Diagnostic, words ...string) {
	t.Helper()
	all := lines(found)
	if len(all) != 1 || slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(all[0], word) }) {
		t.Errorf("told is %q, want one with %q", all, words)
	}
}

// with is a configuration with more, or something else, in it.
func with(config map[string]any, more map[string]any) map[string]any {
	all := map[string]any{}
	for name, value := range config {
		all[name] = value
	}
	for name, value := range more {
		all[name] = value
	}
	return all
}

var soundCallback = map[string]any{"urls": []any{"http://app.example.com/"}, "body": "o=${object}"}

// Configurations that nothing is wrong with, of each kind that takes arguments.
var sound = []struct {
	kind, name string
	config     map[string]any
}{
	{providerKind, "", map[string]any{"region": "cn-hangzhou", "assume_role": map[string]any{"role_arn": "acs:ram::123456789012:role/deploy"}}},
	{resourceKind, "oss_object", map[string]any{"bucket": "b-1", "key": "k", "content": "x"}},
	{resourceKind, "oss_object", map[string]any{"bucket": "b-1", "key": "k", "content": "x", "callback": soundCallback, "server_side_encryption": "KMS"}},
	{resourceKind, "oss_object", map[string]any{"bucket": "b-1", "key": "k", "copy_source": map[string]any{"bucket": "b-1", "key": "s"}}},
	{resourceKind, "oss_directory", map[string]any{"bucket": "b-1", "source": "site", "file": []any{map[string]any{"match": []any{"**"}}}}},
	{resourceKind, "oss_bucket_cors", map[string]any{"bucket": "b-1", "cors_rule": []any{map[string]any{"allowed_origins": []any{"*"}, "allowed_methods": []any{"GET"}}}}},
	{dataKind, "oss_object", map[string]any{"bucket": "b-1", "key": "k"}},
	{dataKind, "oss_objects", map[string]any{"bucket": "b-1"}},
	{dataKind, "oss_bucket_cors", map[string]any{"bucket": "b-1"}},
	{dataKind, "oss_metadata_violations", map[string]any{"bucket": "b-1"}},
	{dataKind, "oss_cors_preflight", map[string]any{"bucket": "b-1", "origin": "https://a.example.com", "method": "GET"}},
	{ephemeralKind, "oss_object", map[string]any{"bucket": "b-1", "key": "k"}},
	{ephemeralKind, "oss_presigned_url", map[string]any{"bucket": "b-1", "key": "k"}},
	{ephemeralKind, "oss_presigned_url", map[string]any{"bucket": "b-1", "key": "k", "method": "PUT", "callback": soundCallback}},
	{ephemeralKind, "oss_upload_policy", map[string]any{"bucket": "b-1", "key": "k", "callback": soundCallback}},
}

func TestSoundConfigurations(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	for _, s := range sound {
		if told := lines(v.of(s.kind, s.name, s.config)); len(told) > 0 {
			t.Errorf("%s %s: %q", s.kind, s.name, told)
		}
	}
	kinds := map[string]bool{}
	for _, s := range sound {
		kinds[s.kind+s.name] = true
	}
	if all := len(v.schema.ResourceSchemas) + len(v.schema.DataSourceSchemas) + len(v.schema.EphemeralResourceSchemas) + 1; all != len(kinds) {
		t.Errorf("%d of %d kinds have a sound configuration here", len(kinds), all)
	}
}

// argument is one argument of a configuration, in a block of a kind or at its top.
type argument struct {
	*tfprotov6.SchemaAttribute
	kind, name string
	config     map[string]any // that is sound
	block      *tfprotov6.SchemaNestedBlock
}

func (a argument) String() string {
	place := a.Name
	if a.block != nil {
		place = a.block.TypeName + "." + place
	}
	return strings.TrimSpace(a.kind+" "+a.name) + ": " + place
}

// set is the sound configuration with a value for the argument.
func (a argument) set(value any) map[string]any {
	if a.block == nil {
		return with(a.config, map[string]any{a.Name: value})
	}
	block, _ := a.config[a.block.TypeName].(map[string]any)
	if list, ok := a.config[a.block.TypeName].([]any); ok {
		block = list[0].(map[string]any)
	}
	var filled any = with(block, map[string]any{a.Name: value})
	if a.block.Nesting == tfprotov6.SchemaNestedBlockNestingModeList {
		filled = []any{filled}
	}
	return with(a.config, map[string]any{a.block.TypeName: filled})
}

// arguments are all that can be written, wherever.
func (v *validation) arguments() []argument {
	var all []argument
	for _, s := range sound {
		schema := map[string]*tfprotov6.Schema{
			providerKind: v.schema.Provider, resourceKind: v.schema.ResourceSchemas[s.name],
			dataKind: v.schema.DataSourceSchemas[s.name], ephemeralKind: v.schema.EphemeralResourceSchemas[s.name],
		}[s.kind]
		add := func(attributes []*tfprotov6.SchemaAttribute, block *tfprotov6.SchemaNestedBlock) {
			for _, attribute := range attributes {
				if attribute.Required || attribute.Optional {
					all = append(all, argument{SchemaAttribute: attribute, kind: s.kind, name: s.name, config: s.config, block: block})
				}
			}
		}
		add(schema.Block.Attributes, nil)
		for _, block := range schema.Block.BlockTypes {
			if _, given := s.config[block.TypeName]; !given && block.TypeName != "timeouts" {
				continue
			}
			add(block.Block.Attributes, block)
		}
	}
	return all
}

// told is what is said about the argument with a value.
func (v *validation) about(a argument, value any) []string {
	v.t.Helper()
	return lines(v.of(a.kind, a.name, a.set(value)))
}

// What a number, an element that is null or something not known yet brings is never called an error of the provider.
func TestNothingIsCalledAnErrorOfTheProvider(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("validates every argument, one after the other")
	}
	v := newValidation(t)
	numbers := 0
	for _, a := range v.arguments() {
		values := []any{later}
		switch {
		case a.Type.Is(tftypes.Number):
			numbers++
			values = append(values, 1.5, -1, 1e300)
			told := v.about(a, 1.5)
			if !slices.ContainsFunc(told, func(l string) bool {
				return strings.Contains(l, "Not a Whole Number") && strings.Contains(l, "1.5") && strings.Contains(l, a.Name)
			}) {
				t.Errorf("%s = 1.5: %q", a, told)
			}
		case a.Type.Is(tftypes.List{}), a.Type.Is(tftypes.Set{}):
			values = append(values, []any{}, []any{nil}, []any{later}, []any{""})
		case a.Type.Is(tftypes.Map{}):
			values = append(values, map[string]any{}, map[string]any{"a": nil}, map[string]any{"a": later}, map[string]any{"": ""})
		}
		for _, value := range values {
			for _, l := range v.about(a, value) {
				if strings.Contains(l, "rovider developer") || strings.Contains(l, "error in the provider") {
					t.Errorf("%s = %v: %s", a, value, l)
				}
			}
		}
	}
	if numbers < 8 {
		t.Errorf("only %d numbers were tried", numbers)
	}
}

// What modules write for an argument that is not set is told in one sentence, which says what to write.
func TestEmptyStrings(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	// Where "" is a value like others: a body, any text, an allowed form, or what a variable gives that is not set.
	taken := []string{"content", "content_base64", "content_wo", "source_hash", "access_key_id", "access_key_secret", "security_token", "host", "body", "delimiter", "prefix", "start_after", "key_prefix"}
	tried := 0
	for _, a := range v.arguments() {
		if !a.Type.Is(tftypes.String) || !a.Optional || slices.Contains(taken, a.Name) {
			continue
		}
		tried++
		var told []string
		for _, l := range v.about(a, "") {
			if (strings.Contains(l, "."+a.Name+":") || strings.Contains(l, " "+a.Name+":")) && !strings.Contains(l, "Invalid Attribute Combination") {
				told = append(told, l)
			}
		}
		if len(told) != 1 || !strings.Contains(told[0], `Empty String: `+a.Name+` is ""`) || !strings.Contains(told[0], "or null where there is none") {
			t.Errorf("%s = \"\": %q", a, told)
		}
	}
	if tried < 30 {
		t.Errorf("only %d arguments were tried", tried)
	}
}
