package rules

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestCheckForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		found []finding.Finding
		rules string
		words string
	}{
		{"key", CheckFormKey("up/a.txt"), "", ""},
		{"key of the file's name", CheckFormKey("up/${filename}"), "form-filename", `Write key_prefix with what stands before it`},
		{"key with a slash", CheckFormKey("/up"), "key-leading-slash", ""},
		{"prefix", CheckFormPrefix("up/"), "", ""},
		{"no prefix", CheckFormPrefix(""), "form-prefix-empty", "replace every object"},
		{"prefix with a slash", CheckFormPrefix("/up/"), "key-leading-slash", ""},
		{"prefix of the file's name", CheckFormPrefix("${filename}"), "form-filename", ""},
		{"no types", CheckFormTypes(nil), "", ""},
		{"types", CheckFormTypes([]string{"image/png", "text/plain; charset=utf-8"}), "", ""},
		{"all images", CheckFormTypes([]string{"image/*"}), "", ""},
		{"all images among others", CheckFormTypes([]string{"image/*", "text/plain"}), "form-types", "one entry alone"},
		{"every type", CheckFormTypes([]string{"*/*"}), "form-types", "Leave content_types out"},
		{"every type, short", CheckFormTypes([]string{"*"}), "form-types", "Leave content_types out"},
		{"a part of a type", CheckFormTypes([]string{"image/p*"}), "form-types", `or "image/*" for all images`},
		{"half a type", CheckFormTypes([]string{"*/png"}), "form-types", `or "image/*" for all images`},
		{"not a type", CheckFormTypes([]string{"png", ""}), "header-empty content-type-syntax", ""},
	} {
		findingtest.WellFormed(t, tt.found)
		if rules := strings.Join(findingtest.Rules(tt.found), " "); rules != tt.rules {
			t.Errorf("%s: got %q, want %q", tt.name, rules, tt.rules)
		} else if len(tt.found) > 0 && !strings.Contains(tt.found[0].Detail, tt.words) {
			t.Errorf("%s: detail %q lacks %q", tt.name, tt.found[0].Detail, tt.words)
		}
	}
}
