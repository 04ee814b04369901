package rules

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestMetadataNameEveryPrintableASCII(t *testing.T) {
	t.Parallel()
	for c := byte(' '); c <= '~'; c++ {
		name := "a" + string(rune(c)) + "b"
		got := CheckMetadataName(name)
		findingtest.WellFormed(t, got)
		var want []string
		switch {
		case 'A' <= c && c <= 'Z':
			want = []string{"metadata-name-case"}
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		default:
			want = []string{"metadata-name-characters"}
		}
		if !slices.Equal(findingtest.Rules(got), append([]string{}, want...)) {
			t.Errorf("%q: got %v, want %v", name, findingtest.Rules(got), want)
		}
	}
}

func TestCheckMetadataName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want []string
		fix  string // the name that every finding proposes; "" for general advice
	}{
		{"owner", nil, ""}, {"a", nil, ""}, {"1", nil, ""}, {"-", nil, ""}, {"cost-center-2", nil, ""}, {"x-oss-met", nil, ""},
		{"", []string{"metadata-name-empty"}, ""},
		{"Owner", []string{"metadata-name-case"}, "owner"},
		{"cost_center", []string{"metadata-name-characters"}, "cost-center"},
		{"cost center", []string{"metadata-name-characters"}, "cost-center"},
		{"größe", []string{"metadata-name-characters"}, "gr-e"},
		{"键", []string{"metadata-name-characters"}, ""},
		{"a\nb", []string{"metadata-name-characters"}, "a-b"},
		{"\xff", []string{"metadata-name-characters"}, ""},
		{"x-oss-meta-owner", []string{"metadata-name-prefix"}, "owner"},
		{"x-oss-meta-", []string{"metadata-name-prefix"}, ""},
		{"X-OSS-META-Team_Name", []string{"metadata-name-prefix", "metadata-name-case", "metadata-name-characters"}, "team-name"},
		{"x-oss-meta-x-oss-meta-a", []string{"metadata-name-prefix"}, "a"},
		{"___", []string{"metadata-name-characters"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := CheckMetadataName(tt.name)
			findingtest.WellFormed(t, got)
			if !slices.Equal(findingtest.Rules(got), append([]string{}, tt.want...)) {
				t.Errorf("got %v, want %v", findingtest.Rules(got), tt.want)
			}
			for _, v := range got {
				if v.Name != tt.name || v.Severity != finding.Error {
					t.Errorf("got name %q, severity %v", v.Name, v.Severity)
				}
				if tt.fix != "" && !strings.HasSuffix(v.Detail, `write "`+tt.fix+`".`) {
					t.Errorf("%s does not propose %q", v.Detail, tt.fix)
				}
			}
			if tt.fix != "" && len(CheckMetadataName(tt.fix)) > 0 {
				t.Errorf("the fix %q is refused", tt.fix)
			}
		})
	}
}

func TestDetailOfTheDesignPage(t *testing.T) {
	t.Parallel()
	want := `"Owner" has an upper-case letter. OSS stores metadata names in lower case; write "owner".`
	if got := CheckMetadataName("Owner"); len(got) != 1 || got[0].Detail != want || got[0].Summary != "Invalid Metadata Key" {
		t.Errorf("got %+v", got)
	}
}

func TestCheckMetadataValue(t *testing.T) {
	t.Parallel()
	tests := []struct {
		value string
		want  []string
	}{
		{"alice", nil}, {"a b", nil}, {"héllo 中", nil}, {"\u00a0x", []string{"metadata-value-padding"}}, {strings.Repeat("v", 10_000), nil},
		{"", []string{"metadata-value-empty"}},
		{" a", []string{"metadata-value-padding"}},
		{"a ", []string{"metadata-value-padding"}},
		{" ", []string{"metadata-value-padding"}},
		{"a\tb", []string{"metadata-value-control"}},
		{"a\t", []string{"metadata-value-control", "metadata-value-padding"}},
		{"a\r\nx: y", []string{"metadata-value-control"}},
		{"\x00", []string{"metadata-value-control"}},
		{"a\u0085", []string{"metadata-value-control", "metadata-value-padding"}},
		{"\xff", []string{"metadata-value-utf8"}},
	}
	for _, tt := range tests {
		got := CheckMetadataValue("note", tt.value)
		findingtest.WellFormed(t, got)
		if !slices.Equal(findingtest.Rules(got), append([]string{}, tt.want...)) {
			t.Errorf("%q: got %v, want %v", tt.value, findingtest.Rules(got), tt.want)
		}
		for _, v := range got {
			if v.Name != "note" {
				t.Errorf("%q: finding names %q", tt.value, v.Name)
			}
		}
	}
}

func TestCheckUserMetadataSize(t *testing.T) {
	t.Parallel()
	// One entry named "a" takes 12 bytes besides its value.
	for total, want := range map[int][]string{
		8190: {}, 8191: {}, 8192: {"metadata-size"}, 8193: {"metadata-size"},
	} {
		m := map[string]string{"a": strings.Repeat("v", total-12)}
		if Size(m) != total {
			t.Fatalf("Size = %d, want %d", Size(m), total)
		}
		got := CheckUserMetadata(m)
		findingtest.WellFormed(t, got)
		if !slices.Equal(findingtest.Rules(got), want) {
			t.Errorf("%d bytes: got %v, want %v", total, findingtest.Rules(got), want)
		}
	}
	m := map[string]string{"a": strings.Repeat("é", 4000), "bb": strings.Repeat("v", 300)}
	if got, want := Size(m), 11+1+8000+11+2+300; got != want {
		t.Errorf("Size counts %d bytes, want %d", got, want)
	}
	got := CheckUserMetadata(m)
	if len(got) != 1 || got[0].Name != "" || !strings.Contains(got[0].Detail, `remove 134. The largest entry is "a" with 8012.`) {
		t.Errorf("got %+v", got)
	}
	if Size(nil) != 0 || len(CheckUserMetadata(nil)) != 0 {
		t.Error("an empty set has a size or a finding")
	}
}

func TestCheckUserMetadataOrderAndTwins(t *testing.T) {
	t.Parallel()
	m := map[string]string{"zone": "", "Owner": "x", "owner": "y", "OWNER": "z", "b_c": " v", "Solo": "s"}
	got := CheckUserMetadata(m)
	findingtest.WellFormed(t, got)
	want := []string{"metadata-name-case", "metadata-name-characters", "metadata-value-padding", "metadata-value-empty", "metadata-name-twins"}
	if !slices.Equal(findingtest.Rules(got), want) {
		t.Fatalf("got %v, want %v", findingtest.Rules(got), want)
	}
	if got[0].Name != "Solo" {
		t.Errorf("the case finding is about %q; twins have their own", got[0].Name)
	}
	if twins := got[4]; twins.Name != "OWNER" || !strings.HasPrefix(twins.Detail, `"OWNER", "Owner" and "owner" differ only in case.`) {
		t.Errorf("got %+v", twins)
	}
	for range 20 {
		if again := CheckUserMetadata(m); !slices.Equal(again, got) {
			t.Fatalf("the order changes: %v, then %v", findingtest.Rules(got), findingtest.Rules(again))
		}
	}
}

func TestLongValuesAreNotRepeated(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("s3cr3t ", 2000)
	long := regexp.MustCompile(`(s3cr3t ){9}`)
	for _, v := range append(CheckUserMetadata(map[string]string{secret: secret + "\n"}), CheckKey("/"+secret)...) {
		if long.MatchString(v.Detail) {
			t.Errorf("%s repeats the value: %.200s", v.Rule, v.Detail)
		}
	}
}
