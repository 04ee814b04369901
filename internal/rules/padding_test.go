package rules

import (
	"strings"
	"testing"
	"unicode"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

// Every code point that Unicode calls white space, and the byte order mark, is refused at either end of a value, with its
// number and name, and let through inside.
func TestPaddingOfEveryKind(t *testing.T) {
	t.Parallel()
	kinds := []rune{'\ufeff'}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if unicode.IsSpace(r) {
			kinds = append(kinds, r)
		}
	}
	if len(kinds) < 26 {
		t.Fatalf("only %d kinds of white space", len(kinds))
	}
	for _, r := range kinds {
		name := spaceName(r)
		if _, ok := spaceNames[r]; !ok && r > ' ' {
			t.Errorf("%U has no name", r)
		}
		for value, words := range map[string]string{
			string(r) + "a": "begins with " + name + ".", "a" + string(r): "ends with " + name + ".",
			string(r) + "a" + string(r): "begins with " + name + " and ends with " + name + ".", "a" + string(r) + " ": "ends with a space (U+0020).",
			string(r): "white space only, beginning with " + name, string(r) + string(r): "white space only",
		} {
			for what, found := range map[string][]finding.Finding{"Cache-Control": CheckHeader("Cache-Control", value), "owner": CheckMetadataValue("owner", value)} {
				findingtest.WellFormed(t, found)
				said := false
				for _, v := range found {
					said = said || strings.HasSuffix(v.Rule, "-padding") && v.Severity == finding.Error && strings.Contains(v.Detail, words)
				}
				if !said {
					t.Errorf("%s: %q: no word of %q in %+v", what, value, words, found)
				}
			}
		}
		for _, found := range [][]finding.Finding{CheckHeader("Expires", "a"+string(r)+"b"), CheckMetadataValue("owner", "a"+string(r)+"b")} {
			for _, v := range found {
				if strings.HasSuffix(v.Rule, "-padding") {
					t.Errorf("%U inside a value: %s", r, v.Detail)
				}
			}
		}
	}
	for _, value := range []string{"a", "艾玛", "\u200ba\u200b", "é", "\U0001f600"} {
		if found := CheckMetadataValue("owner", value); len(found) != 0 {
			t.Errorf("%q: %v", value, found)
		}
	}
}

// The value itself may be one that nobody may see.
func TestPaddingDoesNotRepeatTheValue(t *testing.T) {
	t.Parallel()
	for _, found := range [][]finding.Finding{CheckHeader("Expires", "hunter2\u3000"), CheckMetadataValue("owner", "hunter2\u3000")} {
		for _, v := range found {
			if strings.HasSuffix(v.Rule, "-padding") && strings.Contains(v.Detail, "hunter2") {
				t.Errorf("shows the value: %s", v.Detail)
			}
		}
	}
}
