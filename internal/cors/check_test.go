package cors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// one is a sound rule for tests to change.
func one(change func(*Rule)) []Rule {
	r := Rule{AllowedOrigins: []string{"https://www.example.com"}, AllowedMethods: []string{"GET"}}
	change(&r)
	return []Rule{r}
}

// limits leaves out the advice about upload rules, which upload_test.go is about.
func limits(found []Problem) []Problem {
	return slices.DeleteFunc(found, func(p Problem) bool { return strings.HasPrefix(p.Rule, "cors-upload-") })
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
		if !strings.HasSuffix(p.Detail, ".") || !utf8.ValidString(p.Detail) || len(p.Detail) > 1000 || strings.ContainsAny(p.Detail, "\x00\n") {
			t.Errorf("%s: detail %q", p.Rule, p.Detail)
		}
	}
}

func age(seconds int64) *int64 { return &seconds }

func TestCheckElements(t *testing.T) {
	t.Parallel()
	set := map[string]func(*Rule, string){
		FieldOrigins: func(r *Rule, v string) { r.AllowedOrigins = []string{v} },
		FieldMethods: func(r *Rule, v string) { r.AllowedMethods = []string{v} },
		FieldHeaders: func(r *Rule, v string) { r.AllowedHeaders = []string{v} },
		FieldExpose:  func(r *Rule, v string) { r.ExposeHeaders = []string{v} },
	}
	tests := []struct {
		field, value, slug string
		severity           finding.Severity
		words              string // in the detail
	}{
		{FieldOrigins, "*", "", 0, ""},
		{FieldOrigins, "https://example.com", "", 0, ""},
		{FieldOrigins, "http://localhost:8080", "", 0, ""},
		{FieldOrigins, "https://*.example.com", "", 0, ""},
		{FieldOrigins, "http*", "cors-origin-scheme", finding.Warning, `stands for any scheme, http:// included; write "https://*"`},
		{FieldOrigins, "*.example.com", "cors-origin-scheme", finding.Warning, `write "https://*.example.com"`},
		{FieldOrigins, "*example.com", "cors-origin-scheme", finding.Warning, "the beginning of any host that ends alike"},
		{FieldOrigins, "https://example.com:8443", "", 0, ""},
		{FieldOrigins, "http://[::1]:8080", "", 0, ""},
		{FieldOrigins, "http://[::1]", "", 0, ""},
		{FieldOrigins, "http://localhost:*", "", 0, ""},
		{FieldOrigins, "https://example.com:65535", "", 0, ""},
		{FieldOrigins, "https://example.com:65536", "cors-origin-port-range", finding.Error, "from 1 to 65535"},
		{FieldOrigins, "https://example.com:99999/app", "cors-origin-port-range", finding.Error, `"99999"`},
		{FieldOrigins, "https://example.com:0", "cors-origin-port-range", finding.Error, `"0"`},
		{FieldOrigins, "https://example.com:080", "cors-origin-port-range", finding.Error, "leading zeros"},
		{FieldOrigins, "https://example.com:http", "cors-origin-port-range", finding.Error, `"http"`},
		{FieldOrigins, "https://*.example.com:70000", "cors-origin-port-range", finding.Error, `"70000"`},
		{FieldOrigins, "example.com:70000", "cors-origin-port-range", finding.Error, `"70000"`},
		{FieldOrigins, "mailto:me", "cors-origin-scheme", finding.Warning, "no scheme"},
		{FieldOrigins, "https://example.com:", "cors-origin-port", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "ftp://example.com", "cors-origin-pageless", finding.Error, `begins with "ftp://"`},
		{FieldOrigins, "FTP://*", "cors-origin-pageless", finding.Error, `begins with "FTP://"`},
		{FieldOrigins, "wss://example.com", "cors-origin-pageless", finding.Error, "no page"},
		{FieldOrigins, "https://a.example\r\nX-Evil: 1", "cors-element-control", finding.Error, "control"},
		{FieldOrigins, "http://example.com:443", "", 0, ""},
		{FieldOrigins, "capacitor://localhost", "", 0, ""},
		{FieldOrigins, "https://*.*.example.com", "cors-origin-wildcard", finding.Error, "more than one"},
		{FieldOrigins, "**", "cors-origin-wildcard", finding.Error, "more than one"},
		{FieldOrigins, "", "cors-element-empty", finding.Error, "empty"},
		{FieldOrigins, "https://a\xff", "cors-element-utf8", finding.Error, "UTF-8"},
		{FieldOrigins, "https://a\n", "cors-element-control", finding.Error, "control"},
		{FieldOrigins, "example.com", "cors-origin-scheme", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "//example.com", "cors-origin-scheme", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "https://example.com/", "cors-origin-path", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "https://example.com/app?x", "cors-origin-path", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "https://", "cors-origin-host", finding.Warning, "host"},
		{FieldOrigins, "https:///a", "cors-origin-host", finding.Warning, "host"},
		{FieldOrigins, "://a", "cors-origin-host", finding.Warning, "scheme"},
		{FieldOrigins, "null", "cors-origin-null", finding.Warning, "what browsers send from a file or a sandboxed frame"},
		{FieldOrigins, "NULL", "cors-origin-case", finding.Warning, "upper-case"},
		{FieldOrigins, " https://example.com", "cors-origin-space", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "https://a.com, https://b.com", "cors-origin-list", finding.Warning, "element of its own"},
		{FieldOrigins, "https://a.com,b.com", "cors-origin-list", finding.Warning, "element of its own"},
		{FieldOrigins, "https://me@example.com", "cors-origin-user", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "HTTPS://Example.com", "cors-origin-case", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "https://bücher.example", "cors-origin-ascii", finding.Warning, "xn--"},
		{FieldOrigins, "https://example.com:443", "cors-origin-port", finding.Warning, `write "https://example.com"`},
		{FieldOrigins, "http://example.com:80", "cors-origin-port", finding.Warning, `write "http://example.com"`},

		{FieldMethods, "GET", "", 0, ""}, {FieldMethods, "PUT", "", 0, ""}, {FieldMethods, "DELETE", "", 0, ""},
		{FieldMethods, "POST", "", 0, ""}, {FieldMethods, "HEAD", "", 0, ""},
		{FieldMethods, "get", "cors-method-unknown", finding.Error, `write "GET"`},
		{FieldMethods, "Put ", "cors-method-unknown", finding.Error, `write "PUT"`},
		{FieldMethods, "PATCH", "cors-method-unknown", finding.Error, "GET, PUT, DELETE, POST, HEAD"},
		{FieldMethods, "OPTIONS", "cors-method-unknown", finding.Error, "preflight"},
		{FieldMethods, "*", "cors-method-unknown", finding.Error, "List them"},
		{FieldMethods, "", "cors-method-unknown", finding.Error, "GET, PUT"},

		{FieldHeaders, "*", "", 0, ""}, {FieldHeaders, "x-oss-*", "", 0, ""}, {FieldHeaders, "Content-Type", "", 0, ""}, {FieldHeaders, "x_y", "", 0, ""},
		{FieldHeaders, "x-*-*", "cors-header-wildcard", finding.Error, "more than one"},
		{FieldHeaders, "", "cors-element-empty", finding.Error, "empty"},
		{FieldHeaders, "x-a\n", "cors-element-control", finding.Error, "control"},
		{FieldHeaders, "a b", "cors-header-name", finding.Warning, "matches nothing"},
		{FieldHeaders, "a:", "cors-header-name", finding.Warning, `write "a"`},
		{FieldHeaders, "a, b", "cors-header-name", finding.Warning, "element of its own"},
		{FieldHeaders, "größe", "cors-header-name", finding.Warning, "matches nothing"},

		{FieldExpose, "ETag", "", 0, ""}, {FieldExpose, "x-oss-request-id", "", 0, ""},
		{FieldExpose, "*", "cors-expose-wildcard", finding.Error, "full name"},
		{FieldExpose, "x-oss-*", "cors-expose-wildcard", finding.Error, "full name"},
		{FieldExpose, "x-oss-meta-*", "cors-expose-wildcard", finding.Error, "all user metadata"},
		{FieldExpose, "X-Oss-Meta-*", "cors-expose-wildcard", finding.Error, "all user metadata"},
		{FieldExpose, "", "cors-element-empty", finding.Error, "empty"},
		{FieldExpose, "ETag\r\nX-Evil: 1", "cors-element-control", finding.Error, "control"},
		{FieldExpose, "ETag:", "cors-header-name", finding.Warning, `write "ETag"`},
	}
	for _, tt := range tests {
		t.Run(tt.field+"/"+tt.value, func(t *testing.T) {
			t.Parallel()
			got := limits(Check(one(func(r *Rule) { set[tt.field](r, tt.value) })))
			wellFormed(t, got)
			if tt.slug == "" {
				if len(got) > 0 {
					t.Errorf("got %+v", got)
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("got %+v, want one finding", got)
			}
			p := got[0]
			if p.Rule != tt.slug || p.Severity != tt.severity || p.Index != 0 || p.Field != tt.field || p.Value != tt.value {
				t.Errorf("got %+v", p)
			}
			if !strings.Contains(p.Detail, tt.words) {
				t.Errorf("detail %q lacks %q", p.Detail, tt.words)
			}
		})
	}
}

func TestForbiddenCharacters(t *testing.T) {
	t.Parallel()
	for c := byte(' '); c <= '~'; c++ {
		forbiddenHere := strings.IndexByte(`<>&'"`, c) >= 0
		v := "x" + string(rune(c)) + "y"
		got := Check(one(func(r *Rule) {
			r.AllowedOrigins, r.AllowedHeaders, r.ExposeHeaders = []string{"https://" + v}, []string{v}, []string{v}
		}))
		wellFormed(t, got)
		count := 0
		for _, p := range got {
			if p.Rule == "cors-element-characters" && p.Severity == finding.Error {
				count++
			}
		}
		if want := map[bool]int{true: 3, false: 0}[forbiddenHere]; count != want {
			t.Errorf("%q: %d findings, want %d", c, count, want)
		}
	}
}

func TestCheckMissing(t *testing.T) {
	t.Parallel()
	if got := slugs(Check([]Rule{{}})); !slices.Equal(got, []string{"cors-origin-missing", "cors-method-missing"}) {
		t.Errorf("an empty rule: %v", got)
	}
	if got := Check([]Rule{{Partial: true}}); len(got) != 0 {
		t.Errorf("a rule of unknown values: %+v", got)
	}
	got := Check([]Rule{{Partial: true, AllowedMethods: []string{"get"}}})
	if !slices.Equal(slugs(got), []string{"cors-method-unknown"}) {
		t.Errorf("what is known is not checked: %+v", got)
	}
	for _, none := range [][]Rule{nil, {}} {
		if got := Check(none); len(got) != 1 || got[0].Rule != "cors-rules-missing" || got[0].Index != -1 || got[0].Severity != finding.Error {
			t.Errorf("no rule: %+v", got)
		}
	}
}

func TestCheckMaxAge(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int64]int{-1: 1, 0: 0, 600: 0, 999_999_999: 0, 1_000_000_000: 1} {
		got := Check(one(func(r *Rule) { r.MaxAgeSeconds = age(seconds) }))
		wellFormed(t, got)
		if len(got) != want {
			t.Errorf("%d: got %+v", seconds, got)
		}
		for _, p := range got {
			if p.Rule != "cors-max-age-range" || p.Field != FieldMaxAge || p.Severity != finding.Error {
				t.Errorf("%d: got %+v", seconds, p)
			}
		}
	}
}

func TestCheckCount(t *testing.T) {
	t.Parallel()
	many := func(count int) []Rule {
		rules := []Rule{}
		for i := range count {
			rules = append(rules, Rule{AllowedOrigins: []string{fmt.Sprintf("https://h%d.example.com", i)}, AllowedMethods: []string{"GET"}})
		}
		return rules
	}
	for count, want := range map[int]string{1: "", 10: "", 11: "advice", 20: "advice", 21: "error"} {
		got := Check(many(count))
		wellFormed(t, got)
		if want == "" {
			if len(got) != 0 {
				t.Errorf("%d rules: %+v", count, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Rule != "cors-rules-count" || got[0].Severity.String() != want || got[0].Index != -1 {
			t.Errorf("%d rules: got %+v, want one %s", count, got, want)
		}
	}
}

func TestCheckXMLSize(t *testing.T) {
	t.Parallel()
	sized := func(extra int) []Rule {
		return one(func(r *Rule) { r.AllowedHeaders = []string{"a" + strings.Repeat("a", extra)} })
	}
	fill := 16<<10 - xmlSize(sized(0))
	if size := xmlSize(sized(fill)); size != 16384 {
		t.Fatalf("the test fills %d bytes", size)
	}
	if got := Check(sized(fill)); len(got) != 0 {
		t.Errorf("16,384 bytes: %+v", got)
	}
	got := Check(sized(fill + 1))
	wellFormed(t, got)
	if !slices.Equal(slugs(got), []string{"cors-xml-size"}) || got[0].Severity != finding.Error {
		t.Errorf("16,385 bytes: %+v", got)
	}
}

// The form that OSS documents, written out by hand.
func TestXMLSizeCountsTheDocumentedForm(t *testing.T) {
	t.Parallel()
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>` +
		`<AllowedHeader>x</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>` +
		`<ResponseVary>false</ResponseVary></CORSConfiguration>`
	rule := Rule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}, AllowedHeaders: []string{"x"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: age(60)}
	if got := xmlSize([]Rule{rule}); got != len(want) {
		t.Errorf("counted %d bytes, the body has %d", got, len(want))
	}
	// The SDK sends a max age of 0 where none is set.
	rule.MaxAgeSeconds = nil
	if got := xmlSize([]Rule{rule}); got != len(want)-1 {
		t.Errorf("counted %d bytes without a max age, the body has %d", got, len(want)-1)
	}
}

func TestRuleIndexAndLongValues(t *testing.T) {
	t.Parallel()
	rules := []Rule{one(func(*Rule) {})[0], one(func(r *Rule) { r.AllowedHeaders = []string{strings.Repeat("<", 1000)} })[0]}
	got := Check(rules)
	if len(got) != 1 || got[0].Index != 1 || strings.Contains(got[0].Detail, strings.Repeat("<", 61)) {
		t.Errorf("got %+v", got)
	}
}

// OSS-240: two elements that differ only in case are one to OSS.
func TestCheckHeaderCase(t *testing.T) {
	t.Parallel()
	got := Check(one(func(r *Rule) {
		r.AllowedHeaders = []string{"Authorization", "X-OSS-*", "authorization", "range", "range", "x-oss-*", "X-Oss-*"}
		r.ExposeHeaders = []string{"ETag", "etag"} // these keep their case
	}))
	wellFormed(t, got)
	if !slices.Equal(slugs(got), []string{"cors-header-case", "cors-header-case"}) {
		t.Fatalf("got %+v", got)
	}
	for i, want := range []struct{ value, words string }{
		{"authorization", `"Authorization" and "authorization" differ only in case`}, {"x-oss-*", `"X-OSS-*" and "x-oss-*" and "X-Oss-*" differ only in case`},
	} {
		p := got[i]
		if p.Severity != finding.Error || !p.Ours || p.Field != FieldHeaders || p.Value != want.value || !strings.Contains(p.Detail, want.words) {
			t.Errorf("got %+v, want %+v", p, want)
		}
	}
}

// The text of each finding about a rule says which, since a dynamic block has one line for all.
func TestTextNamesTheRule(t *testing.T) {
	t.Parallel()
	long := "https://" + strings.Repeat("a", 100)
	rules := []Rule{
		{AllowedOrigins: []string{"https://a.example", "b.example"}, AllowedMethods: []string{"get"}},
		{AllowedOrigins: []string{long}, AllowedMethods: []string{"PUT"}},
		{AllowedMethods: []string{"GET"}},
		{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"get"}},
	}
	want := []string{
		`cors_rule[0], whose first origin is "https://a.example": "b.example" has no scheme`,
		`cors_rule[0], whose first origin is "https://a.example": "get" is not spelt`,
		`cors_rule[1], whose first origin is "https://aaaa`,
		`cors_rule[1], whose first origin is "https://aaaa`,
		`cors_rule[2]: The rule allows no origin`,
		`cors_rule[3], whose first origin is "https://a.example": "get" is not spelt`,
		`cors_rule[3], whose first origin is "https://a.example": OSS answers with the first rule that matches`,
	}
	got := Check(rules)
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, p := range got {
		if !strings.HasPrefix(p.Text(), want[i]) || strings.Contains(p.Text(), long) {
			t.Errorf("got %q, want %q", p.Text(), want[i])
		}
	}
	if all := Check(nil)[0]; all.Text() != all.Detail || all.Place() != "" {
		t.Errorf("a finding about all rules: %q", all.Text())
	}
}
