package rules

import (
	"strings"
	"testing"
)

func TestCredentials(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"": "", "LTAI5tS3cret": "", "S3cret/+=": "",
		"S3cret\n": "ends with a line break (U+000A)", "S3cret\r\n": "ends with a line break (U+000A)", " S3cret": "begins with a space (U+0020)",
		"S3\ncret": "contains a line break (U+000A) at position 3", "S3\ncret ": "contains a line break (U+000A) at position 3",
		"S3cret\u00a0": "ends with the invisible character U+00A0", "S3 cret": "contains a space (U+0020) at position 3", "\n": "white space only",
	} {
		got := CheckCredential("The key", value)
		if (got == "") != (want == "") || !strings.Contains(got, want) || strings.Contains(got, "cret") || strings.Contains(got, "S3") {
			t.Errorf("%q: %q, want %q", value, got, want)
		}
	}
}
