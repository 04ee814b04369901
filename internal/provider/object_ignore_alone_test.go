package provider

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// ignoringEach are objects of one kind, each of which ignores one argument alone, and those that ignore many. A body that is
// given in Base64 or as a file is one that is known, as content is: headers and settings are ignored there.
func ignoringEach(kind, url string) []ignoring {
	arguments := argumentsOf(kind, url)
	objects := ignoringMany(kind, url)
	ignored := arguments
	if kind == "content_base64" || kind == "source" {
		ignored = arguments[len(arguments)-len(bodyKinds[kind])-1:] // the callback and the body
	}
	for _, a := range ignored {
		objects = append(objects, ignoring{kind: kind, key: kind + "-" + a.name, names: []string{a.name}, arguments: arguments})
	}
	return objects
}

// For each kind of body each argument is ignored alone, and all are, and the headers, and the settings: what is planned after
// the apply is nothing, nor after somebody else has changed what is ignored; what is planned later is done, and no more.
// Terraform's part in ignore_changes is played: it takes what the state has for what is configured. TestIgnoreChanges has
// these arguments validated.
func TestIgnoreEachAlone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("ignores every argument of every kind of body")
	}
	f := startIgnoring(t, ignoringEach)
	places := []string{"BUCKET", f.bucket}
	for _, letter := range []string{"a", "b"} {
		file := filepath.Join(t.TempDir(), letter+".txt")
		f.must(os.WriteFile(file, []byte("body "+letter), 0o600))
		places = append(places, strconv.Quote(letter+".txt"), strconv.Quote(file))
	}
	in := strings.NewReplacer(places...)
	p := f.protocol()
	resources := make([]*protocolResource, len(f.objects))
	for n, i := range f.objects {
		resources[n] = p.manage("oss_object", argumentsOfBlock(t, in.Replace(i.block(false))))
		resources[n].applyTo(resources[n].written(), resources[n].planAgain())
		resources[n].ignored = i.names
		if i.all {
			for _, a := range i.arguments {
				resources[n].ignored = append(resources[n].ignored, a.name)
			}
		}
		if beside := slices.ContainsFunc(ignorables, func(a ignorable) bool { return i.ignores(a.name) }); !beside || len(i.names) != 1 {
			resources[n].expectNothing() // for a single argument beside the body, the plan after the drift covers this
		}
	}
	f.drift()
	called := len(f.receiver.bodies())
	f.local().ResetRecords()
	changes := map[string]change{}
	for n, i := range f.objects {
		r := resources[n]
		r.expectNothing()
		r.config = argumentsOfBlock(t, in.Replace(i.block(true)))
		plan := r.planAgain() // of what the refresh has just seen
		_, attributes := r.differences(plan)
		changes["oss_object."+i.key] = change{attributes: attributes}
		r.applyTo(r.written(), plan)
		r.expectNothing()
	}
	f.expectCalled(called)
	f.expectPlanned(changes)
	f.expect()
}

// expectNothing is clean for a configuration that is known to be valid.
func (r *protocolResource) expectNothing() {
	r.p.t.Helper()
	r.refresh()
	if action, attributes := r.differences(r.planAgain()); action != "" {
		r.p.t.Fatalf("the plan of %v is not empty: %s of %q", r.config["key"], action, attributes)
	}
}

// argumentsOfBlock are those of a resource in HCL, all of which are literals.
func argumentsOfBlock(t *testing.T, text string) map[string]any {
	t.Helper()
	file, problems := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	var arguments func(*hclsyntax.Body) map[string]any
	arguments = func(body *hclsyntax.Body) map[string]any {
		values := map[string]any{}
		for name, attribute := range body.Attributes {
			value, problems := attribute.Expr.Value(nil)
			if problems.HasErrors() {
				t.Fatal(problems)
			}
			values[name] = goValue(value)
		}
		for _, block := range body.Blocks {
			if block.Type != "lifecycle" { // which is Terraform's
				values[block.Type] = arguments(block.Body)
			}
		}
		return values
	}
	return arguments(file.Body.(*hclsyntax.Body).Blocks[0].Body)
}

// goValue is a value of HCL in Go.
func goValue(value cty.Value) any {
	switch kind := value.Type(); {
	case kind == cty.String:
		return value.AsString()
	case kind == cty.Bool:
		return value.True()
	case kind == cty.Number:
		number, _ := value.AsBigFloat().Int64()
		return number
	case kind.IsTupleType():
		list := []any{}
		for _, element := range value.AsValueSlice() {
			list = append(list, goValue(element))
		}
		return list
	}
	entries := map[string]any{}
	for name, entry := range value.AsValueMap() {
		entries[name] = goValue(entry)
	}
	return entries
}
