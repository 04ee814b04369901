package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// selectionSchema are the arguments that say which objects of a bucket are meant.
func selectionSchema() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"bucket": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the bucket.",
			Validators:          []validator.String{ruledBy(rules.CheckBucket)},
		},
		"prefix": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "Only keys that begin with this text.",
		},
		"glob": schema.StringAttribute{
			Optional: true,
			MarkdownDescription: "Only keys that match this glob as a whole. `*` stops at a slash, `**` between slashes does not: `site/**/*.html`. " +
				"`?`, `[a-z]` and `{a,b}` work as in a shell. What stands before the first of these characters narrows the listing itself.",
			Validators: unlessEmpty(ruledBy(rules.CheckKeyGlob)),
		},
	}
}

func checkSelection(prefix, glob types.String, diags *diag.Diagnostics) {
	if prefix.IsUnknown() || glob.IsUnknown() || glob.IsNull() {
		return
	}
	if fault := contradiction(prefix.ValueString(), glob.ValueString()); fault != "" {
		diags.AddAttributeError(path.Root("glob"), contradictorySelection, fault)
	}
}

const contradictorySelection = "Contradictory Prefix and Glob"

// contradiction says why no key can have a prefix and match a glob, or "".
func contradiction(prefix, glob string) string {
	begins := rules.GlobPrefix(glob)
	if strings.HasPrefix(prefix, begins) || strings.HasPrefix(begins, prefix) {
		return ""
	}
	return fmt.Sprintf("No key begins with the prefix %q and matches the glob %q, which begins with %q. A glob is matched against the whole key: write the prefix into it, and leave prefix out.",
		prefix, glob, begins)
}

// narrowest is the longer of a prefix and of what a glob begins with, one of which begins with the other.
func narrowest(prefix, glob string) string {
	if g := rules.GlobPrefix(glob); len(g) > len(prefix) {
		return g
	}
	return prefix
}
