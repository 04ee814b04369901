package cors

import (
	"regexp"
	"strings"
	"testing"
)

var suggestion = regexp.MustCompile(`write "([^"]*)"\.$`)

// Who writes what a warning says gets no further one.
func TestSuggestedOriginsAreSound(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]string{
		"example.com":                       "https://example.com",
		"example.com/":                      "https://example.com",
		"//Example.com/a?b#c":               "https://example.com",
		"me@Example.com:443/":               "https://example.com",
		"*.Example.com:443/x":               "https://*.example.com",
		"/":                                 "https://www.example.com",
		"HTTP://Example.com:80/x":           "http://example.com",
		"https://me@Example.com:443":        "https://example.com",
		"https://Example.com:443":           "https://example.com",
		"https://Example.com:8443/":         "https://example.com:8443",
		"https://example.com:443":           "https://example.com",
		"*Example.com/":                     "*example.com",
		"capacitor://localhost/index.html?": "capacitor://localhost",
	} {
		found := checkOrigin(origin)
		if len(found) != 1 || found[0].Severity != Warning {
			t.Errorf("%q: got %+v", origin, found)
			continue
		}
		match := suggestion.FindStringSubmatch(found[0].Detail)
		if match == nil || match[1] != want {
			t.Errorf("%q: got %q, want %q", origin, found[0].Detail, want)
			continue
		}
		if again := checkOrigin(match[1]); len(again) > 0 {
			t.Errorf("%q: the suggestion %q gets %+v", origin, match[1], again)
		}
	}
	if found := checkOrigin("a.com, b.com"); len(found) != 1 || found[0].Slug != "cors-origin-list" {
		t.Errorf("two origins without schemes: %+v", found)
	}
}

func TestCheckRequestOrigin(t *testing.T) {
	t.Parallel()
	for origin, words := range map[string]string{
		"https://www.example.com": "", "http://localhost:3000": "", "null": "", "capacitor://localhost": "",
		"NULL":                        `write "null"`,
		"*":                           `has a "*"`,
		"https://*.example.com":       `has a "*"`,
		"https://a.com,https://b.com": "more than one origin",
		"x.example/":                  `has no scheme, which the Origin header always has; write "https://x.example"`,
		"https://x.example/":          `write "https://x.example"`,
		"https://X.example":           `write "https://x.example"`,
		"https://x.example:443":       `write "https://x.example"`,
	} {
		err := CheckRequestOrigin(origin)
		if (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q", origin, err, words)
		}
	}
}
