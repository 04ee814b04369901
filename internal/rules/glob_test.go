package rules

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestCheckKeyGlob(t *testing.T) {
	t.Parallel()
	for glob, words := range map[string]string{
		"**": "", "logs/**/*.gz": "", "{a,b}/*": "", `a\*`: "", "[a-c]x?": "", "plain": "",
		"": "is empty", "/a": `Write "a"`, "a[": "not well formed", "a{b": "not well formed", "logs/": `"logs/**"`, "**.html": `"**/*.html"`,
	} {
		got := CheckKeyGlob(glob)
		findingtest.WellFormed(t, got)
		if (words == "") != (len(got) == 0) || len(got) > 0 && (!strings.Contains(got[0].Detail, words) || got[0].Severity != finding.Error) {
			t.Errorf("%q: got %+v, want %q", glob, got, words)
		}
	}
}

func TestMatchKey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		glob, key string
		want      bool
	}{
		{"*.html", "a.html", true}, {"*.html", "x/a.html", false}, {"**/*.html", "x/y/a.html", true}, {"**/*.html", "a.html", true},
		{"**", "x/y", true}, {"x/**", "x/y/z", true}, {"x/**", "xy", false}, {"{a,b}.txt", "b.txt", true}, {`a\*`, "a*", true}, {`a\*`, "ab", false},
	} {
		if got := MatchKey(tt.glob, tt.key); got != tt.want {
			t.Errorf("MatchKey(%q, %q) = %v", tt.glob, tt.key, got)
		}
	}
}

// A listing is narrowed to this prefix, so no key outside it may match.
func FuzzGlobPrefix(f *testing.F) {
	for _, glob := range []string{"a/b*", "a/**", "a/{**,x}", "a/{*,}*", "a/**/**", "a/**/c", `a\*b`, "{a,b}", "plain", "a[b]", "a?", ""} {
		f.Add(glob, "a/b/c")
		f.Add(glob, glob)
		f.Add(glob, "a")
	}
	f.Fuzz(func(t *testing.T, glob, key string) {
		if !utf8.ValidString(glob) || !utf8.ValidString(key) {
			return // neither Terraform nor OSS has such text
		}
		if len(CheckKeyGlob(glob)) == 0 && MatchKey(glob, key) && !strings.HasPrefix(key, GlobPrefix(glob)) {
			t.Errorf("%q matches %q, which does not begin with %q", glob, key, GlobPrefix(glob))
		}
	})
}
