package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

// headerNames are the standard headers that OSS stores with an object.
var headerNames = []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires"}

func TestCheckHeaderSyntax(t *testing.T) {
	t.Parallel()
	tests := []struct {
		value    string
		want     string
		severity finding.Severity
	}{
		{"", "header-empty", finding.Error},
		{"\xff", "header-utf8", finding.Error},
		{"a\nb", "header-control", finding.Error},
		{"a\r\nX-Injected: 1", "header-control", finding.Error},
		{"a\x00", "header-control", finding.Error},
		{"a\x1f", "header-control", finding.Error},
		{"a\x7f", "header-control", finding.Error},
		{" a", "header-padding", finding.Error},
		{"a\t", "header-padding", finding.Error},
		{" ", "header-padding", finding.Error},
		{"a\tb", "header-invisible", finding.Warning},
		{"a\u0085b", "header-invisible", finding.Warning},
	}
	for _, name := range headerNames {
		for _, tt := range tests {
			got := CheckHeader(name, tt.value)
			findingtest.WellFormed(t, got)
			i := slices.IndexFunc(got, func(v finding.Finding) bool { return v.Rule == tt.want })
			if i < 0 {
				t.Errorf("%s: %q: no %s in %v", name, tt.value, tt.want, findingtest.Rules(got))
				continue
			}
			if v := got[i]; v.Severity != tt.severity || v.Name != name || !strings.Contains(v.Detail, name) {
				t.Errorf("%s: %q: got %+v", name, tt.value, v)
			}
		}
	}
}

func TestCheckHeaderAccepts(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"Cache-Control":       {"no-store", "max-age=3600", "public, max-age=31536000, immutable"},
		"Content-Disposition": {"inline", `attachment; filename="a b.txt"`},
		"Content-Encoding":    {"gzip", "br"},
		"Content-Language":    {"en", "zh-Hans-CN, de"},
		"Content-Type":        {"text/html", "text/html; charset=utf-8"},
		"Expires":             {"Wed, 21 Oct 2026 07:28:00 GMT"},
	} {
		for _, value := range values {
			if got := CheckHeader(name, value); len(got) > 0 {
				t.Errorf("%s: %q: %+v", name, value, got)
			}
		}
	}
}
