package callback

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// sound is a callback without a finding, for tests to change.
func sound(change func(*Callback)) Callback {
	c := Callback{
		URLs: []string{"https://app.example.com/oss?id=1&index=2"}, SNI: new(true), BodyType: JSONType,
		Body: `{"object":${object},"by":${x:user}}`, Variables: map[string]string{"user": "alice"},
	}
	change(&c)
	return c
}

func slugs(found []Problem) []string {
	list := []string{}
	for _, p := range found {
		list = append(list, p.Rule)
	}
	return list
}

func wellFormed(t *testing.T, found []Problem) {
	t.Helper()
	for _, p := range found {
		if p.Rule == "" || p.Summary == "" || strings.ContainsAny(p.Summary, `"'0123456789`) {
			t.Errorf("incomplete finding, or a summary with a value: %+v", p)
		}
		if !strings.HasSuffix(p.Detail, ".") && !strings.HasSuffix(p.Detail, "?") || !utf8.ValidString(p.Detail) || len(p.Detail) > 1200 || strings.ContainsAny(p.Detail, "\x00\n") {
			t.Errorf("%s: detail %q", p.Rule, p.Detail)
		}
	}
}

func hasError(found []Problem) bool {
	return slices.ContainsFunc(found, func(p Problem) bool { return p.Severity == finding.Error })
}

// expect holds one callback against the one finding it should have, or none.
func expect(t *testing.T, c Callback, slug string, severity finding.Severity, words string) {
	t.Helper()
	got := Check(c)
	wellFormed(t, got)
	if slug == "" {
		if len(got) > 0 {
			t.Errorf("got %+v", got)
		}
		return
	}
	if len(got) != 1 || got[0].Rule != slug || got[0].Severity != severity {
		t.Fatalf("got %+v, want one %s", got, slug)
	}
	if !strings.Contains(got[0].Detail, words) || strings.Contains(got[0].Detail, "%!") {
		t.Errorf("detail %q lacks %q", got[0].Detail, words)
	}
}

func TestCheckURLs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url, slug string
		severity  finding.Severity
		words     string
	}{
		{"https://app.example.com/oss/callback", "", 0, ""},
		{"http://app.example.com:8080/a%20b?x=%3B", "", 0, ""},
		{"app.example.com", "", 0, ""},
		{"app.example.com:8080/x", "", 0, ""},
		{"HTTPS://App.Example.com", "", 0, ""},
		{"http://8.8.8.8/", "", 0, ""},
		{"http://app.example.com:65535/", "", 0, ""},
		{"http://my_app.example.com./", "", 0, ""},
		{"", "callback-url-empty", finding.Error, "empty"},
		{"http://a.com;http://b.com", "callback-url-semicolon", finding.Error, "element of its own"},
		{"http://a.com/x y", "callback-url-characters", finding.Error, "a space"},
		{"http://a.com/\n", "callback-url-characters", finding.Error, "U+000A"},
		{"http://例子.com/", "callback-url-characters", finding.Error, "xn--"},
		{"http://a.com/中", "callback-url-characters", finding.Error, "Percent-encode"},
		{"http://a.com/${object}", "callback-url-variable", finding.Warning, "body only"},
		{"ftp://a.com/", "callback-url-scheme", finding.Error, `"ftp"`},
		{"http://a.com:0/", "callback-url-port", finding.Error, "1 to 65535"},
		{"http://a.com:65536/", "callback-url-port", finding.Error, "1 to 65535"},
		{"http://a.com:/", "callback-url-port", finding.Error, "leave it out"},
		{"http://a.com:x/", "callback-url-syntax", finding.Error, "invalid port"},
		{"http://a.com/%zz", "callback-url-syntax", finding.Error, "invalid URL escape"},
		{"http:///x", "callback-url-host", finding.Error, "no host"},
		{"http://a..com/", "callback-url-host", finding.Error, "not a domain name"},
		{"http://" + strings.Repeat("a", 64) + ".com/", "callback-url-host", finding.Error, "not a domain name"},
		{"http://a!b.com/", "callback-url-host", finding.Error, "not a domain name"},
		{"http://[2001:db8::1]/", "callback-url-ipv6", finding.Error, "IPv6"},
		{"http://[::1]:80/", "callback-url-ipv6", finding.Error, "IPv6"},
		{"http://user:secret@a.com/", "callback-url-user", finding.Error, "signature"},
		{"http://a.com/x#y", "callback-url-fragment", finding.Warning, "never sent"},
		{"http://127.0.0.1:9001/x", "callback-url-private", finding.Warning, "Private address is forbidden to callback."},
		{"http://192.168.1.1/", "callback-url-private", finding.Warning, ""},
		{"http://10.0.0.1/", "callback-url-private", finding.Warning, ""},
		{"http://172.16.0.1/", "callback-url-private", finding.Warning, ""},
		{"http://172.32.0.1/", "", 0, ""},
		{"http://169.254.1.1/", "callback-url-private", finding.Warning, ""},
		{"http://100.100.100.200/", "callback-url-private", finding.Warning, ""},
		{"http://0.0.0.0/", "callback-url-private", finding.Warning, ""},
		{"http://localhost:8080/", "callback-url-private", finding.Warning, ""},
		{"http://app.localhost/", "callback-url-private", finding.Warning, ""},
		{"http://app/", "callback-url-private", finding.Warning, ""},
		{"http://db.internal/", "callback-url-private", finding.Warning, ""},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			t.Parallel()
			c := sound(func(c *Callback) { c.URLs = []string{tt.url} })
			expect(t, c, tt.slug, tt.severity, tt.words)
			if got := Check(c); len(got) == 1 && (got[0].Field != FieldURLs || got[0].Element != tt.url) {
				t.Errorf("got %+v", got[0])
			}
		})
	}
}

func TestCheckCountOfURLs(t *testing.T) {
	t.Parallel()
	urls := []string{"http://a.example.com", "http://b.example.com", "http://c.example.com", "http://d.example.com", "http://e.example.com", "http://f.example.com"}
	expect(t, sound(func(c *Callback) { c.URLs = nil }), "callback-url-missing", finding.Error, "no URL")
	expect(t, sound(func(c *Callback) { c.URLs = urls[:5] }), "", 0, "")
	expect(t, sound(func(c *Callback) { c.URLs = urls }), "callback-url-count", finding.Error, "remove 1")
	expect(t, sound(func(c *Callback) { c.URLs = append(urls[:1:1], urls[0]) }), "callback-url-repeated", finding.Warning, "twice")
}

func TestCheckHostTypeAndSNI(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		change   func(*Callback)
		slug     string
		severity finding.Severity
		words    string
	}{
		{"host", func(c *Callback) { c.Host = "app.example.com" }, "", 0, ""},
		{"host that is an address", func(c *Callback) { c.Host = "8.8.8.8" }, "", 0, ""},
		{"host with a scheme", func(c *Callback) { c.Host = "https://app.example.com/x" }, "callback-host", finding.Error, `write "app.example.com"`},
		{"host with a path", func(c *Callback) { c.Host = "app.example.com/x" }, "callback-host", finding.Error, `write "app.example.com"`},
		{"host with a port", func(c *Callback) { c.Host = "app.example.com:80" }, "callback-host", finding.Error, `write "app.example.com"`},
		{"host with a space", func(c *Callback) { c.Host = "a b" }, "callback-host", finding.Error, "a space"},
		{"host with a mark", func(c *Callback) { c.Host = "a,b" }, "callback-host", finding.Error, "not a domain name"},
		{"host in IPv6", func(c *Callback) { c.Host = "[::1]" }, "callback-host", finding.Error, "IPv6"},
		{"JSON with a charset", func(c *Callback) { c.BodyType = "application/json; charset=utf-8" }, "callback-body-type", finding.Error, `write "application/json"`},
		{"form by its short name", func(c *Callback) { c.BodyType = "form" }, "callback-body-type", finding.Error, `write "application/x-www-form-urlencoded"`},
		{"another type", func(c *Callback) { c.BodyType = "text/xml" }, "callback-body-type", finding.Error, "or"},
		{"https without SNI", func(c *Callback) { c.SNI = nil }, "callback-sni", finding.Warning, "sni = true"},
		{"https with SNI off", func(c *Callback) { c.SNI = new(false) }, "callback-sni", finding.Warning, "sni = true"},
		{"http without SNI", func(c *Callback) { c.SNI, c.URLs = nil, []string{"http://a.example.com"} }, "", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			expect(t, sound(tt.change), tt.slug, tt.severity, tt.words)
		})
	}
}

func TestCheckVariables(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ slug, words string }{
		"user": {}, "my_var": {}, "a": {}, "v2": {},
		"":       {"callback-variable-name", "empty name"},
		"User":   {"callback-variable-name", `write "user"`},
		"my-var": {"callback-variable-name", `write "my_var"`},
		"2nd":    {"callback-variable-name", `write "nd"`},
		"_x":     {"callback-variable-name", `write "x"`},
		"键":      {"callback-variable-name", `write "my_var"`},
		"x:user": {"callback-variable-prefix", `write "user" here and "${x:user}" in the body`},
		"X:User": {"callback-variable-prefix", `write "user" here`},
	} {
		c := sound(func(c *Callback) {
			c.Variables, c.Body = map[string]string{name: "v"}, `{"object":${object},"v":${x:`+name+`}}`
		})
		got := slices.DeleteFunc(Check(c, FieldBody), func(p Problem) bool { return p.Field != FieldVariables })
		wellFormed(t, got)
		if want.slug == "" {
			if len(got) > 0 {
				t.Errorf("%q: got %+v", name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Rule != want.slug || got[0].Element != name || got[0].Severity != finding.Error || !strings.Contains(got[0].Detail, want.words) {
			t.Errorf("%q: got %+v, want %v", name, got, want)
		}
	}
	expect(t, sound(func(c *Callback) { c.Variables["user"] = "\xff" }), "callback-variable-value", finding.Error, "base64")
	expect(t, sound(func(c *Callback) { c.Variables["user"] = "line\nbreak & \"quotes\" 中" }), "", 0, "")
}

func TestCheckSize(t *testing.T) {
	t.Parallel()
	sized := func(body int) Callback {
		return sound(func(c *Callback) { c.Body = `{"o":${object},"u":${x:user},"a":"` + strings.Repeat("a", body) + `"}` })
	}
	header, _, err := Encode(sized(0))
	if err != nil {
		t.Fatal(err)
	}
	fill := (MaxHeaderSize - len(header)) / 4 * 3
	for len(mustEncode(t, sized(fill+1))) == MaxHeaderSize {
		fill++
	}
	if size := len(mustEncode(t, sized(fill))); size != 5120 {
		t.Fatalf("the test fills %d bytes", size)
	}
	expect(t, sized(fill), "", 0, "")
	expect(t, sized(fill+1), "callback-size", finding.Error, "takes 5124 bytes of base64, of which OSS allows 5120. Shorten the body or the list of URLs by 3 bytes")
	values := func(size int) Callback {
		return sound(func(c *Callback) { c.Variables["user"] = strings.Repeat("v", size) })
	}
	const around = len(`{"x:user":""}`)
	expect(t, values(3840-around), "", 0, "")
	expect(t, values(3841-around), "callback-variables-size", finding.Error, "take 5124 bytes")
}

func mustEncode(t *testing.T, c Callback) string {
	t.Helper()
	callback, _ := c.json()
	return encoded(callback)
}

func TestCheckUnknown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Callback{
		"nothing is known":    {},
		"variables only":      {Variables: map[string]string{"user": ""}},
		"a reference":         {Body: "u=${x:later}"},
		"https URL":           {URLs: []string{"https://a.example.com"}},
		"JSON without a type": {Body: `{"a":${object}}`},
	} {
		if got := Check(c, FieldURLs, FieldBody, FieldBodyType, FieldSNI, FieldVariables); len(got) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := slugs(Check(sound(func(c *Callback) { c.Body = "u=${x:later}&o=${object}"; c.BodyType = "" }), FieldVariables)); len(got) > 0 {
		t.Errorf("a variable that may come is missed: %v", got)
	}
	got := Check(Callback{URLs: []string{"ftp://a.example.com"}, Body: "o=${objct}", BodyType: "xml"}, FieldURLs, FieldVariables, FieldSNI)
	if want := []string{"callback-url-scheme", "callback-body-type", "callback-variable-unknown"}; !slices.Equal(slugs(got), want) {
		t.Errorf("what is known is not checked: %v, want %v", slugs(got), want)
	}
}

func TestLongValuesAreNotRepeated(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s", 4000)
	for _, p := range Check(Callback{URLs: []string{"ftp://" + long, long + " "}, Host: long, Body: "${" + long + "}&$(" + long + ")", BodyType: long, Variables: map[string]string{"A" + long: long}}) {
		if strings.Contains(p.Detail, strings.Repeat("s", 61)) {
			t.Errorf("%s repeats a long value: %.300s", p.Rule, p.Detail)
		}
	}
}
