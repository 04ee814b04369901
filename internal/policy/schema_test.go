package policy

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaFile is where the schema is published; examples name it by its address.
const schemaFile = "../../docs/schemas/metadata-policy.json"

// See findingtest.Page.Compare: go test -run SchemaIsPublished -update writes the file again.
func TestSchemaIsPublished(t *testing.T) {
	t.Parallel()
	text, err := json.MarshalIndent(Schema(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(schemaFile, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	published, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(published) != string(text) {
		t.Errorf("%s is not the schema of the decoder; go test ./internal/policy -run SchemaIsPublished -update writes it again", schemaFile)
	}
}

// validator is the schema as an editor has it.
func validator(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := json.Marshal(Schema())
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("policy.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// generator writes policies field by field, now and then with a value that is wrong. What it never writes is what a schema
// cannot know: globs and patterns that are not well formed, and demands that cannot be met together.
type generator struct {
	*rand.Rand
	wrote map[string]bool
}

func (g *generator) oneOf(list ...any) any { return list[g.IntN(len(list))] }

// object has some of the fields, each with one of its right values, or of the wrong ones of all kinds.
func (g *generator) object(kind string, right map[string][]any, wrong map[string][]any, always ...string) any {
	if g.IntN(100) == 0 {
		return g.oneOf(nil, "text", true, 5.0, []any{})
	}
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(right)) { // in an order that the seed repeats
		values, must := right[name], slices.Contains(always, name)
		switch n := g.IntN(100); {
		case n < 2:
			object[name] = g.oneOf(nil, "web", "", true, 5.0, -1.0, []any{}, map[string]any{}, []any{"web"}, []any{nil})
		case n < 5 && len(wrong[name]) > 0:
			object[name] = g.oneOf(wrong[name]...)
		case n < 50 || must && n < 99:
			object[name] = g.oneOf(values...)
		default:
			continue
		}
		g.wrote[kind+"."+name] = true
	}
	if g.IntN(100) == 0 {
		object[g.oneOf("requierd", "Name", "x", "").(string)] = g.oneOf(true, "text")
	}
	return object
}

func (g *generator) demand() any {
	right := map[string][]any{
		"required": {true, false, nil}, "values": {[]any{"web"}, nil}, "pattern": {"[a-z]+", "web|ads", nil}, "max_length": {3.0, 5.0, 2147483647.0, nil},
	}
	if g.IntN(6) == 0 {
		right = map[string][]any{"forbidden": {true, false, nil}, "required": {false}}
	}
	wrong := map[string][]any{
		"required": {"true", 1.0}, "forbidden": {"true"}, "values": {[]any{}, []any{"web", "web"}, "web", []any{5.0}}, "pattern": {"", 5.0, []any{"a"}}, "max_length": {0.0, 2.5, "5", -1.0, 2147483648.0},
	}
	demand := g.object("demand", right, wrong)
	if fields, ok := demand.(map[string]any); ok && g.IntN(30) == 0 {
		fields["forbidden"] = true
	}
	return demand
}

func (g *generator) demands(names ...any) any {
	demands := map[string]any{}
	for range g.IntN(3) {
		demands[g.oneOf(names...).(string)] = g.demand()
	}
	return demands
}

func (g *generator) exceptions() any {
	list := []any{}
	for range g.IntN(3) {
		list = append(list, g.object("exception", map[string][]any{"keys": {[]any{"old/**"}, []any{"a", "b"}}, "reason": {"Moves in March."}},
			map[string][]any{"keys": {[]any{"**"}, []any{""}, "old/**"}, "reason": {" ", ""}}, "keys", "reason"))
	}
	return list
}

func (g *generator) rule(i int) any {
	metadata := g.demands("owner", "cost-centre")
	if g.IntN(30) == 0 {
		metadata = g.demands("Owner", "a_b", "x-oss-meta-a", "")
	}
	rule := g.object("rule", map[string][]any{
		"name": {fmt.Sprintf("rule-%d", i)}, "description": {"See the wiki.", "", nil}, "severity": {"error", "warning", nil}, "since": {"2026-01-31", "2024-02-29", "2026-01-31T00:00:00Z", "2026-01-31T08:30:00+08:00", nil},
		"buckets": {[]any{fmt.Sprintf("bucket-%d", i)}}, "keys": {[]any{"a/**"}, []any{"b", "b"}, nil}, "except": {g.exceptions(), nil},
		"headers": {g.demands("Cache-Control", "expires", "CONTENT-TYPE"), nil}, "metadata": {metadata, nil}, "only_listed": {true, false, nil},
		"tags": {g.demands("team", "Kostenstelle 5"), nil}, "acl": {[]any{"private", "default"}, []any{"public-read"}, nil}, "storage_class": {[]any{"IA"}, []any{"Standard", "Archive"}, nil},
	}, map[string][]any{
		"name": {"", " ", 5.0}, "severity": {"warn", "Error", "advice"}, "since": {"2026-02-30", "2026-1-31", "2026-01-31 00:00:00", "2026-01-31T25:00:00Z", "31.01.2026", 20260131.0},
		"buckets": {[]any{}, []any{""}, "bucket"}, "keys": {[]any{}, []any{""}, "a/**"}, "headers": {g.demands("Cash-Control", "X-Robots-Tag")},
		"tags": {g.demands("")}, "acl": {[]any{"privat"}, []any{"private", "private"}, "private"}, "storage_class": {[]any{"Glacier"}, []any{"ia"}, "IA"},
	}, "name", "buckets")
	// Without a bucket of its own a rule may contradict another.
	if fields, ok := rule.(map[string]any); ok && fields["buckets"] == nil {
		fields["buckets"] = []any{fmt.Sprintf("bucket-%d", i)}
	}
	return rule
}

func (g *generator) policy() any {
	rules := []any{}
	for i := range g.IntN(3) {
		rules = append(rules, g.rule(i))
	}
	switch g.IntN(20) {
	case 0:
		return g.oneOf(nil, "text", true, 5.0, map[string]any{}, map[string]any{"ruels": rules}, map[string]any{"rules": nil}, map[string]any{"rules": rules, "version": 1.0})
	case 1, 2, 3:
		return rules
	}
	return map[string]any{"rules": rules}
}

// What the decoder takes, the schema takes, and what the one refuses, the other does.
func TestSchemaAndDecoderAgree(t *testing.T) {
	t.Parallel()
	schema := validator(t)
	const seed = 16
	g := &generator{rand.New(rand.NewPCG(seed, 17)), map[string]bool{}}
	accepted, refused := 0, 0
	for i := range 10000 {
		document := g.policy()
		_, mistakes := Decode(document)
		err := schema.Validate(document)
		if (err == nil) != (len(mistakes) == 0) {
			text, _ := json.MarshalIndent(document, "", "  ")
			t.Fatalf("seed %d, document %d: the decoder says %v, the schema says %v, of\n%s", seed, i, mistakes, err, text)
		}
		if err == nil {
			accepted++
		} else {
			refused++
		}
	}
	if accepted < 1500 || refused < 1500 {
		t.Errorf("%d documents were accepted and %d refused: the test proves little", accepted, refused)
	}
	for kind, names := range map[string][]string{"rule": fieldNames(ruleFields), "demand": fieldNames(demandFields), "exception": {"keys", "reason"}} {
		for _, name := range names {
			if !g.wrote[kind+"."+name] {
				t.Errorf("the generator does not know the field %s of a %s", name, kind)
			}
		}
	}
}

func fieldNames[T any](fields []field[T]) []string {
	names := []string{}
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return names
}

// The policies of the tests, which people wrote, pass by the schema too.
func TestSchemaTakesWrittenPolicies(t *testing.T) {
	t.Parallel()
	schema := validator(t)
	for name, text := range map[string]string{"team": teamPolicy, "offer": offerPolicy, "tallied": talliedPolicy} {
		if err := schema.Validate(generic(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Each field says what it is for, which an editor shows, and stands in the guide.
func TestFieldsAreDescribed(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../templates/guides/metadata-policy.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	check := func(name, about string) {
		if !strings.HasSuffix(about, ".") {
			t.Errorf("%s is described as %q", name, about)
		}
		if !strings.Contains(string(guide), "| `"+name+"` |") {
			t.Errorf("the guide has no row for %s", name)
		}
	}
	for _, f := range ruleFields {
		check(f.Name, f.about)
	}
	for _, f := range demandFields {
		check(f.Name, f.about)
	}
}
