package provider

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// capability is a part of the protocol that not every Terraform and OpenTofu knows.
type capability struct {
	name                string // as the table calls it
	terraform, openTofu string // the first release that has it
	used                []string
}

// capabilities are those that the provider makes use of.
func capabilities(t *testing.T) []capability {
	t.Helper()
	server, err := factories()["oss"]()
	if err != nil {
		t.Fatal(err)
	}
	schema, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(schema.ActionSchemas)+len(schema.StateStoreSchemas) > 0 {
		t.Error("the provider has something for which this test has no line yet")
	}
	var writeOnly []string
	for name, resource := range schema.ResourceSchemas {
		for _, argument := range writeOnlyArguments(resource.Block) {
			writeOnly = append(writeOnly, fmt.Sprintf("`%s` of `%s`", argument, name))
		}
	}
	return []capability{
		{"Functions", "1.8", "1.7", quotedNames(schema.Functions)},
		{"`moved` from another type", "1.8", "1.10", movable(t.Context())},
		{"Ephemeral resources", "1.10", "1.11", quotedNames(schema.EphemeralResourceSchemas)},
		{"Write-only arguments", "1.11", "1.11", slices.Sorted(slices.Values(writeOnly))},
		{"Import by identity", "1.12", "1.12", quotedNames(identities.IdentitySchemas)},
		{"List resources", "1.14", "none", quotedNames(schema.ListResourceSchemas)},
	}
}

func quotedNames[T any](schemas map[string]T) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		names = append(names, "`"+name+"`")
	}
	return names
}

func writeOnlyArguments(block *tfprotov6.SchemaBlock) (names []string) {
	for _, attribute := range block.Attributes {
		if attribute.WriteOnly {
			names = append(names, attribute.Name)
		}
	}
	for _, nested := range block.BlockTypes {
		names = append(names, writeOnlyArguments(nested.Block)...)
	}
	return names
}

// movable are the resources that take over the state of another type.
func movable(ctx context.Context) (names []string) {
	for _, construct := range New("test")().Resources(ctx) {
		r := construct()
		if _, ok := r.(resource.ResourceWithMoveState); ok {
			var resp resource.MetadataResponse
			r.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "oss"}, &resp)
			names = append(names, "`"+resp.TypeName+"`")
		}
	}
	slices.Sort(names)
	return names
}

// The documentation has one table of what needs which Terraform and OpenTofu: a row for each capability that the provider
// makes use of, which names all that does, and no other row.
func TestVersionsPerFeature(t *testing.T) {
	t.Parallel()
	var want []string
	for _, c := range capabilities(t) {
		if len(c.used) > 0 {
			want = append(want, fmt.Sprintf("| %s | %s | %s | %s |", c.name, c.terraform, c.openTofu, strings.Join(c.used, ", ")))
		}
	}
	for _, page := range []string{"../../templates/index.md.tmpl", "../../docs/index.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		_, table, found := strings.Cut(string(text), "| Feature | Terraform | OpenTofu | In this provider |\n|---|---|---|---|\n")
		if !found {
			t.Fatalf("%s has no table of versions", page)
		}
		table, _, _ = strings.Cut(table, "\n\n")
		if have := strings.Split(table, "\n"); !slices.Equal(have, want) {
			t.Errorf("%s has the rows\n%s\nwant\n%s", page, table, strings.Join(want, "\n"))
		}
	}
}
