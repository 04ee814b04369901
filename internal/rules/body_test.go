package rules

import (
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func TestCheckBody(t *testing.T) {
	t.Parallel()
	const gz, text = "\x1f\x8b", "<h"
	for _, tt := range []struct{ beginning, contentType, encoding, rules string }{
		{gz, "text/html", "gzip", ""},
		{gz, "text/html", "GZIP", ""},
		{gz, "text/html", "br, gzip", ""},
		{gz, "application/gzip", "", ""},
		{gz, "application/octet-stream", "", ""},
		{gz, "text/html", "br", ""}, // gzip inside of br begins otherwise; what this is nobody knows
		{text, "text/html", "", ""},
		{text, "text/html", "br", ""},
		{text, "text/html", "gzip, br", ""},
		{"", "text/html", "gzip", ""},
		{text, "text/html", "gzip", "body-not-gzip"},
		{text, "application/octet-stream", " X-Gzip ", "body-not-gzip"},
		{"\x1f", "text/html", "gzip", "body-not-gzip"},
		{gz, "text/html", "", "body-gzip"},
		{gz, "text/css; charset=utf-8", "", "body-gzip"},
		{gz, "application/javascript", "", "body-gzip"},
		{gz, "image/svg+xml", "", "body-gzip"},
		{gz, "application/ld+json", "", "body-gzip"},
	} {
		got := CheckBody([]byte(tt.beginning), tt.contentType, tt.encoding)
		findingtest.WellFormed(t, got)
		if rules := strings.Join(findingtest.Rules(got), " "); rules != tt.rules {
			t.Errorf("%q as %q with %q: %q, want %q", tt.beginning, tt.contentType, tt.encoding, rules, tt.rules)
		}
	}
}
