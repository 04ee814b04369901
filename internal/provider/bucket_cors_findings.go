package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// addCORSProblems adds what stops a plan or cannot work; advice is for those who ask. Findings of one kind become one
// diagnostic that names all: Terraform prints the first warning of a title and counts the others.
func addCORSProblems(diags *diag.Diagnostics, problems []cors.Problem) {
	var kinds []string
	groups := map[string][]cors.Problem{}
	for _, p := range problems {
		kind := p.Summary
		switch p.Severity {
		case finding.Advice:
			continue
		case finding.Error: // Terraform prints each, with its line, so those of different lines stay apart
			kind = fmt.Sprint(p.Summary, p.Index, p.Field)
		}
		if len(groups[kind]) == 0 {
			kinds = append(kinds, kind)
		}
		groups[kind] = append(groups[kind], p)
	}
	for _, kind := range kinds {
		group := groups[kind]
		at, text := corsProblemPath(group), corsProblemText(group)
		if group[0].Severity == finding.Warning {
			diags.AddAttributeWarning(at, group[0].Summary, text)
		} else {
			diags.AddAttributeError(at, group[0].Summary, text)
		}
	}
}

// corsProblemPath is the innermost place that holds all of a group.
func corsProblemPath(group []cors.Problem) path.Path {
	first, oneRule, oneField := group[0], true, true
	for _, p := range group {
		oneRule = oneRule && p.Index == first.Index
		oneField = oneField && p.Field == first.Field
	}
	at := path.Root("cors_rule")
	if !oneRule || first.Index < 0 {
		return at
	}
	at = at.AtListIndex(first.Index)
	if !oneField || first.Field == "" {
		return at
	}
	at = at.AtName(first.Field)
	if len(group) > 1 || first.Value == "" {
		return at
	}
	return at.AtSetValue(types.StringValue(first.Value))
}

// corsProblemText is a line for each of a group, below the rule that it is about.
func corsProblemText(group []cors.Problem) string {
	if len(group) == 1 {
		return group[0].Text()
	}
	var lines []string
	place := ""
	for _, p := range group {
		if p.Place() != place {
			place = p.Place()
			lines = append(lines, place+":")
		}
		lines = append(lines, "  "+p.Detail)
	}
	return strings.Join(lines, "\n")
}

// corsAdvice is all that there is to say, a text each.
func corsAdvice(problems []cors.Problem) types.List {
	values := make([]attr.Value, len(problems))
	for i, p := range problems {
		values[i] = types.StringValue(p.Text())
	}
	return types.ListValueMust(types.StringType, values)
}
