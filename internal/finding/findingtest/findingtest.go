// Package findingtest checks what holds for every finding, for the tests of the packages that make them.
package findingtest

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Rules lists the rules of findings, in order.
func Rules(found []finding.Finding) []string {
	list := []string{}
	for _, v := range found {
		list = append(list, v.Rule)
	}
	return list
}

// WellFormed holds for every finding, whatever the rule.
func WellFormed(t *testing.T, found []finding.Finding) {
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
