package provider

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/plain"
)

// addViolations adds one diagnostic per title: a value that breaks two rules is still one thing to fix.
func addViolations(diags *diag.Diagnostics, at path.Path, found []finding.Finding) {
	for i, v := range found {
		if slices.ContainsFunc(found[:i], func(o finding.Finding) bool { return sameTitle(o, v) }) {
			continue
		}
		detail := v.Detail
		for _, other := range found[i+1:] {
			if sameTitle(other, v) {
				detail += "\n" + other.Detail
			}
		}
		if v.Severity == finding.Warning {
			diags.AddAttributeWarning(at, v.Summary, detail)
		} else {
			diags.AddAttributeError(at, v.Summary, detail)
		}
	}
}

func sameTitle(a, b finding.Finding) bool {
	return a.Summary == b.Summary && a.Severity == b.Severity
}

// addNamedViolations adds each violation at its key of the map; those without a name are about the whole map.
func addNamedViolations(diags *diag.Diagnostics, at path.Path, found []finding.Finding) {
	byName := map[string][]finding.Finding{}
	for _, v := range found {
		byName[v.Name] = append(byName[v.Name], v)
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		place := at
		if name != "" {
			place = at.AtMapKey(name)
		}
		addViolations(diags, place, byName[name])
	}
}

// addViolationsAt reports each finding at its place, the findings of one place together.
func addViolationsAt[F any](diags *diag.Diagnostics, found []F, place func(F) (path.Path, finding.Finding)) {
	places := []path.Path{}
	byPlace := map[string][]finding.Finding{}
	for _, f := range found {
		at, v := place(f)
		if byPlace[at.String()] == nil {
			places = append(places, at)
		}
		byPlace[at.String()] = append(byPlace[at.String()], v)
	}
	for _, at := range places {
		addViolations(diags, at, byPlace[at.String()])
	}
}

// argumentError is the error of a function at one of its arguments, counted from 0; nil without a fault. Each fault is
// a sentence. Terraform ends the text with a full stop of its own, so the last one goes, and a question at the end becomes
// a statement.
func argumentError(position int64, faults ...string) *function.FuncError {
	if len(faults) == 0 {
		return nil
	}
	text := strings.TrimSuffix(strings.Join(faults, "\n"), ".")
	const question = "Did you mean "
	if i := strings.LastIndex(text, question); i >= 0 && strings.HasSuffix(text, "?") {
		text = text[:i] + "Perhaps " + strings.TrimSuffix(text[i+len(question):], "?") + " is meant"
	}
	return function.NewArgumentFuncError(position, text)
}

func quoted(s string) string { return strconv.Quote(s) }

// sentence ends a text with a full stop.
func sentence(s string) string {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

// nullMetadata says what is wrong with a metadata value that is null.
func nullMetadata(name string) string {
	return quoted(name) + " is null, which OSS cannot store. Leave the key out, " +
		"for example with { for k, v in local.all : k => v if v != null }."
}

// mistakenArgument is the error of a function for what was wrong in an argument, nil without a mistake.
func mistakenArgument(position int64, d plain.Decoder) *function.FuncError {
	faults := make([]string, len(d.Mistakes))
	for i, m := range d.Mistakes {
		faults[i] = m.Place + ": " + m.Detail
	}
	return argumentError(position, faults...)
}
