package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestCheckKey(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, key string
		want      []string
	}{
		{"one byte", "a", nil},
		{"plain", "site/index.html", nil},
		{"awkward but allowed", "a+b c~*'()!#%&?=;,:@$/日本.txt", nil},
		{"folder", "site/", nil},
		{"inner backslash", `a\b`, nil},
		{"double slash", "a//b", nil},
		{"dots in a segment", "a/..b/c..", nil},
		{"1,023 bytes", strings.Repeat("k", 1023), nil},
		{"341 three-byte runes", strings.Repeat("中", 341), nil},

		{"empty", "", []string{"key-empty"}},
		{"1,024 bytes", strings.Repeat("k", 1024), []string{"key-length"}},
		{"342 three-byte runes", strings.Repeat("中", 342), []string{"key-length"}},
		{"Latin-1", "caf\xe9", []string{"key-utf8"}},
		{"slash first", "/a", []string{"key-leading-slash"}},
		{"backslash first", `\a`, []string{"key-leading-slash"}},
		{"slash only", "/", []string{"key-leading-slash"}},
		{"line break", "a\nb", []string{"key-control"}},
		{"delete", "a\x7f", []string{"key-control"}},
		{"dot segment", "a/./b", []string{"key-dot-segment"}},
		{"parent segment", "a/..", []string{"key-dot-segment"}},
		{"several at once", "/a\x00\xff", []string{"key-utf8", "key-leading-slash", "key-control"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := CheckKey(tt.key)
			findingtest.WellFormed(t, got)
			if !slices.Equal(findingtest.Rules(got), append([]string{}, tt.want...)) {
				t.Errorf("CheckKey(%q) = %v, want %v", tt.key, findingtest.Rules(got), tt.want)
			}
		})
	}
}

func TestKeyMendIsSound(t *testing.T) {
	t.Parallel()
	got := CheckKey(`/\/logs/a.txt`)
	if len(got) != 1 || !strings.Contains(got[0].Detail, `write "logs/a.txt".`) {
		t.Fatalf("got %+v", got)
	}
	if rest := CheckKey("logs/a.txt"); len(rest) != 0 {
		t.Errorf("the fix is refused: %+v", rest)
	}
}

func TestKeySeverities(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]finding.Severity{"": finding.Error, "/a": finding.Error, "\xff": finding.Error, "a\x01": finding.Warning, "..": finding.Warning} {
		if got := CheckKey(key); len(got) != 1 || got[0].Severity != want {
			t.Errorf("CheckKey(%q) = %+v, want one %v", key, got, want)
		}
	}
}

func TestCheckBucket(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want []string
	}{
		{"abc", nil}, {"a-1", nil}, {"123", nil}, {"a--b", nil}, {strings.Repeat("b", 63), nil},
		{"", []string{"bucket-length"}},
		{"ab", []string{"bucket-length"}},
		{strings.Repeat("b", 64), []string{"bucket-length"}},
		{"Abc", []string{"bucket-characters"}},
		{"a_c", []string{"bucket-characters"}},
		{"a.c", []string{"bucket-characters"}},
		{"bücket", []string{"bucket-characters"}},
		{"a\xffc", []string{"bucket-characters"}},
		{"-abc", []string{"bucket-hyphen"}},
		{"abc-", []string{"bucket-hyphen"}},
	}
	for _, tt := range tests {
		got := CheckBucket(tt.name)
		findingtest.WellFormed(t, got)
		if !slices.Equal(findingtest.Rules(got), append([]string{}, tt.want...)) {
			t.Errorf("CheckBucket(%q) = %v, want %v", tt.name, findingtest.Rules(got), tt.want)
		}
	}
}
