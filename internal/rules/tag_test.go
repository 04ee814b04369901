package rules

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestCheckTag(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key, value string
		want       []string
	}{
		{"team", "web", nil}, {"a b", "", nil}, {"+-=._:/", "+-=._:/ ", nil},
		{strings.Repeat("k", 128), strings.Repeat("v", 256), nil},
		{"", "v", []string{"tag-key-empty"}},
		{strings.Repeat("k", 129), "v", []string{"tag-key-length"}},
		{"k", strings.Repeat("v", 257), []string{"tag-value-length"}},
		{"a&b", "v", []string{"tag-key-characters"}},
		{"a", "v?", []string{"tag-value-characters"}},
		{"a\n", "v\t", []string{"tag-key-characters", "tag-value-characters"}},
		{"a\xff", "\xff", []string{"tag-key-characters", "tag-value-characters"}},
		{"größe", "v", nil}, {"k", "部门", nil}, // OSS-268
		{"k", "部门!", []string{"tag-value-characters"}},
	}
	for _, tt := range tests {
		got := CheckTag(tt.key, tt.value)
		findingtest.WellFormed(t, got)
		if !slices.Equal(findingtest.Rules(got), append([]string{}, tt.want...)) {
			t.Errorf("CheckTag(%q, %q) = %v, want %v", tt.key, tt.value, findingtest.Rules(got), tt.want)
		}
		for _, v := range got {
			if v.Severity != finding.Error {
				t.Errorf("%s has severity %v", v.Rule, v.Severity)
			}
		}
	}
}

func TestTagEveryPrintableASCII(t *testing.T) {
	t.Parallel()
	for c := byte(' '); c <= '~'; c++ {
		allowed := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(" +-=._:/", c) >= 0
		if got := CheckTag("k"+string(rune(c)), "v"); (len(got) == 0) != allowed {
			t.Errorf("key with %q: got %v", c, findingtest.Rules(got))
		}
		if got := CheckTag("k", string(rune(c))+"v"); (len(got) == 0) != allowed {
			t.Errorf("value with %q: got %v", c, findingtest.Rules(got))
		}
	}
}

func TestCheckTagsCount(t *testing.T) {
	t.Parallel()
	tags := map[string]string{}
	for i := range 10 {
		tags[fmt.Sprintf("k%d", i)] = "v"
	}
	if got := CheckTags(tags); len(got) != 0 {
		t.Errorf("ten tags: %+v", got)
	}
	tags["k10"], tags["b!"], tags["a!"] = "v", "v", "v"
	got := CheckTags(tags)
	findingtest.WellFormed(t, got)
	if want := []string{"tag-key-characters", "tag-key-characters", "tag-count"}; !slices.Equal(findingtest.Rules(got), want) {
		t.Fatalf("got %v, want %v", findingtest.Rules(got), want)
	}
	if got[0].Name != "a!" || got[1].Name != "b!" || got[2].Name != "" {
		t.Errorf("wrong order: %+v", got)
	}
}
