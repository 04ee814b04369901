package metadata

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// slugs lists the rules of findings, in order.
func slugs(found []Violation) []string {
	list := []string{}
	for _, v := range found {
		list = append(list, v.Rule)
	}
	return list
}

// wellFormed holds for every finding, whatever the rule.
func wellFormed(t *testing.T, found []Violation) {
	t.Helper()
	for _, v := range found {
		if v.Rule == "" || v.Summary == "" || v.Detail == "" {
			t.Errorf("incomplete finding %+v", v)
		}
		if strings.ContainsAny(v.Summary, `"'0123456789`) {
			t.Errorf("summary %q holds a value", v.Summary)
		}
		if !strings.HasSuffix(v.Detail, ".") && !strings.HasSuffix(v.Detail, "?") {
			t.Errorf("detail %q is not a sentence", v.Detail)
		}
		if !utf8.ValidString(v.Detail) || strings.ContainsAny(v.Detail, "\x00\r\n") {
			t.Errorf("detail %q cannot be printed", v.Detail)
		}
		if len(v.Detail) > 4000 {
			t.Errorf("detail of %s has %d bytes", v.Rule, len(v.Detail))
		}
	}
}

func TestEveryRuleHasASourceAndAUniqueSlug(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, table := range [][]limit{keyRules, bucketRules, nameRules, valueRules, headerRules, tagRules, dispositionRules, filenameRules, formRules} {
		for _, r := range table {
			if r.source == "" {
				t.Errorf("%s has no source", r.slug)
			}
			if seen[r.slug] {
				t.Errorf("%s is there twice", r.slug)
			}
			seen[r.slug] = true
		}
	}
	if len(seen) < 25 {
		t.Errorf("only %d rules seen", len(seen))
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	sixty := strings.Repeat("a", 60)
	tests := map[string]string{
		"":                              `""`,
		"a\"b":                          `"a\"b"`,
		sixty:                           `"` + sixty + `"`,
		sixty + "b":                     `"` + sixty + `…"`,
		sixty[:59] + "é" + "x":          `"` + sixty[:59] + `…"`,
		sixty[:58] + "é" + "x":          `"` + sixty[:58] + `é…"`,
		sixty[:57] + "\U0001F600" + "x": `"` + sixty[:57] + `…"`,
	}
	for in, want := range tests {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
	if got := quote(strings.Repeat("\x80", 100)); !strings.HasSuffix(got, `…"`) || len(got) > 60*4+10 {
		t.Errorf("quote of continuation bytes alone = %s", got)
	}
}

func TestSeverityWords(t *testing.T) {
	t.Parallel()
	if Error.String() != "error" || Warning.String() != "warning" {
		t.Errorf("got %q and %q", Error, Warning)
	}
}
