package cors

import (
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

var suggestion = regexp.MustCompile(`write "([^"]*)"\.$`)

// Whoever writes what a warning says gets no further one.
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
		"*Example.com/":                     "https://*.example.com",
		"*example.com:8443":                 "https://*.example.com:8443",
		"*:8080":                            "https://*:8080",
		"*/":                                "https://*",
		"http*":                             "https://*",
		"http*.Example.com":                 "https://*.example.com",
		"www.*":                             "https://www.*",
		"localhost:3000":                    "https://localhost:3000",
		"https://example.com:":              "https://example.com",
		"example.com:":                      "https://example.com",
		"capacitor://localhost/index.html?": "capacitor://localhost",
	} {
		found := checkOrigin(origin)
		if len(found) != 1 || found[0].Severity != finding.Warning {
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
	if found := checkOrigin("a.com, b.com"); len(found) != 1 || found[0].Rule != "cors-origin-list" {
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
		"https://a.com https://b.com": "more than one origin",
		"x.example/":                  `has no scheme, which the Origin header always has; write "https://x.example"`,
		"https://x.example/":          `write "https://x.example"`,
		"https://X.example":           `write "https://x.example"`,
		"https://x.example:443":       `write "https://x.example"`,
		"https://x.example:":          `write "https://x.example"`,
		"https://x.example:0":         `has the port "0". Write a number from 1 to 65535`,
		"https://x.example:99999":     `has the port "99999"`,
		"ftp://x.example":             `begins with "ftp://"`,
		"":                            `"" is not an origin; write the one of the page that asks`,
		" https://x.example":          `white space around it; write "https://x.example"`,
		"https://x.example\r\n":       `white space around it; write "https://x.example"`,
		"https://x.example\r\nX: y":   "control character",
		"https://x\xff":               "UTF-8",
		"https://<x>":                 `contains '<'`,
	} {
		err := CheckRequestOrigin(origin)
		if (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q", origin, err, words)
		}
	}
}

func TestCheckRequestMethod(t *testing.T) {
	t.Parallel()
	for method, words := range map[string]string{
		"GET": "", "PATCH": "", "OPTIONS": "", "X-OWN": "",
		"":          `"" is not a method; write one, such as "PUT"`,
		"put":       `"put" is not in upper case, as methods are; write "PUT"`,
		"PUT ":      `white space around it; write "PUT"`,
		"PUT\r\n":   `white space around it; write "PUT"`,
		"PUT\r\nX:": "control character",
		"PUT GET":   "is not a method",
	} {
		err := CheckRequestMethod(method)
		if (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q", method, err, words)
		}
	}
}

func TestCheckRequestHeader(t *testing.T) {
	t.Parallel()
	for name, words := range map[string]string{
		"content-type": "", "X-OSS-Date": "", "x_y": "",
		"":              "is not the name of a header",
		"a b":           "is not the name of a header",
		"größe":         "is not the name of a header",
		"range ":        `write "range"`,
		"range\nX-A: b": "control character",
	} {
		err := CheckRequestHeader(name)
		if (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v, want %q", name, err, words)
		}
	}
}

// A pattern without a scheme is matched as the text that it is, and the titles agree with what Decide says about what
// browsers send: what matches nothing matches none of them.
func TestTitlesAgreeWithDecisions(t *testing.T) {
	t.Parallel()
	sent := []string{"https://a.example.io", "http://a.example.io", "https://aexample.io", "https://example.io", "https://example.io:8443", "http://localhost:3000", "null"}
	for pattern, want := range map[string]struct {
		summary string
		matches int
	}{
		"*.example.io":            {originRarely, 2},
		"*example.io":             {originRarely, 4},
		"http*":                   {originRarely, 6},
		"*:8443":                  {originRarely, 1},
		"example.io":              {originRarely, 0},
		"null":                    {originRarely, 1},
		"Null":                    {originNoMatch, 0},
		"https://example.io/":     {originNoMatch, 0},
		"https://example.io:443":  {originNoMatch, 0},
		"https://Example.io":      {originNoMatch, 0},
		"https://*.example.io/*":  {invalidOrigin, 0},
		"https://*.example.io":    {"", 1},
		"http*://example.io":      {"", 1},
		"*://a.example.io":        {"", 2},
		"https://example.io:*":    {"", 1},
		"https://example.io:8443": {"", 1},
		"*":                       {"", 7},
	} {
		found := checkOrigin(pattern)
		if (len(found) > 0) != (want.summary != "") || len(found) > 0 && found[0].Summary != want.summary {
			t.Errorf("%q: got %+v, want the title %q", pattern, found, want.summary)
		}
		count := 0
		for _, origin := range sent {
			if err := CheckRequestOrigin(origin); err != nil {
				t.Error(err)
			}
			if Decide([]Rule{{AllowedOrigins: []string{pattern}, AllowedMethods: []string{"GET"}}}, false, origin, "GET", nil).Allowed {
				count++
			}
		}
		if count != want.matches {
			t.Errorf("%q matches %d of %q, want %d", pattern, count, sent, want.matches)
		}
	}
}
