package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
)

// corsFinding is a diagnostic as Terraform gets it.
type corsFinding struct{ path, severity, summary, detail string }

// validateCORS checks rules as Terraform does before a plan. A rule is a map of fields, a field a list of strings.
func (p *protocol) validateCORS(bucket string, rules []map[string][]string) []corsFinding {
	p.t.Helper()
	kind, ok := p.schema.ResourceSchemas["oss_bucket_cors"].ValueType().(tftypes.Object)
	if !ok {
		p.t.Fatal("the schema is not an object")
	}
	blocks := kind.AttributeTypes["cors_rule"].(tftypes.List)
	block := blocks.ElementType.(tftypes.Object)
	var values []tftypes.Value
	for _, rule := range rules {
		fields := map[string]tftypes.Value{"max_age_seconds": tftypes.NewValue(tftypes.Number, nil)}
		for name, fieldKind := range block.AttributeTypes {
			if name == "max_age_seconds" {
				continue
			}
			var elements []tftypes.Value
			for _, element := range rule[name] {
				elements = append(elements, tftypes.NewValue(tftypes.String, element))
			}
			fields[name] = tftypes.NewValue(fieldKind, elements)
		}
		values = append(values, tftypes.NewValue(block, fields))
	}
	config := map[string]tftypes.Value{}
	for name, attribute := range kind.AttributeTypes {
		config[name] = tftypes.NewValue(attribute, nil)
	}
	config["bucket"] = tftypes.NewValue(tftypes.String, bucket)
	config["cors_rule"] = tftypes.NewValue(blocks, values)
	resp, err := p.server.ValidateResourceConfig(p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: "oss_bucket_cors", Config: p.value(kind, config)})
	if err != nil {
		p.t.Fatal(err)
	}
	var found []corsFinding
	for _, d := range resp.Diagnostics {
		found = append(found, corsFinding{pathText(d.Attribute), d.Severity.String(), d.Summary, d.Detail})
	}
	return found
}

// pathText writes a path as a configuration would: cors_rule[0].allowed_origins["null"].
func pathText(path *tftypes.AttributePath) string {
	var text strings.Builder
	for _, step := range path.Steps() {
		switch s := step.(type) {
		case tftypes.AttributeName:
			fmt.Fprintf(&text, ".%s", string(s))
		case tftypes.ElementKeyInt:
			fmt.Fprintf(&text, "[%d]", int64(s))
		case tftypes.ElementKeyValue:
			var element string
			value := tftypes.Value(s)
			if err := value.As(&element); err != nil {
				element = err.Error()
			}
			fmt.Fprintf(&text, "[%q]", element)
		}
	}
	return strings.TrimPrefix(text.String(), ".")
}

// Every warning of the package cors reaches Terraform at the rule, the field and the element that it is about.
func TestCORSWarningsReachTheRule(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	p := o.protocol()
	plain := map[string][]string{"allowed_origins": {"https://first.example.com"}, "allowed_methods": {"GET"}}
	second := func(origin string, fields ...string) []map[string][]string {
		rule := map[string][]string{"allowed_origins": {origin}, "allowed_methods": {"GET"}}
		for _, field := range fields {
			name, elements, _ := strings.Cut(field, "=")
			rule[name] = strings.Split(elements, ",")
		}
		return []map[string][]string{plain, rule}
	}
	const www = "https://www.example.com"
	for name, tc := range map[string]struct {
		rules      []map[string][]string
		path, word string
	}{
		"null":           {second("null"), `cors_rule[1].allowed_origins["null"]`, "sandboxed frame"},
		"space":          {second(www + " "), `cors_rule[1].allowed_origins["https://www.example.com "]`, "white space"},
		"scheme":         {second("www.example.com"), `cors_rule[1].allowed_origins["www.example.com"]`, "no scheme"},
		"pattern":        {second("*.example.io"), `cors_rule[1].allowed_origins["*.example.io"]`, "no scheme"},
		"host":           {second("https:///a"), `cors_rule[1].allowed_origins["https:///a"]`, "lacks its host"},
		"list":           {second(www + ",https://b.example"), `cors_rule[1].allowed_origins["https://www.example.com,https://b.example"]`, "several origins"},
		"path":           {second(www + "/"), `cors_rule[1].allowed_origins["https://www.example.com/"]`, "after the host"},
		"user":           {second("https://me@example.com"), `cors_rule[1].allowed_origins["https://me@example.com"]`, "user name"},
		"case":           {second("https://WWW.example.com"), `cors_rule[1].allowed_origins["https://WWW.example.com"]`, "upper-case"},
		"beyond ASCII":   {second("https://bücher.example"), `cors_rule[1].allowed_origins["https://bücher.example"]`, "xn--"},
		"default port":   {second(www + ":443"), `cors_rule[1].allowed_origins["https://www.example.com:443"]`, "default port"},
		"allowed header": {second(www, "allowed_headers=content type"), `cors_rule[1].allowed_headers["content type"]`, "name of a header"},
		"expose header":  {second(www, "expose_headers=ETag:"), `cors_rule[1].expose_headers["ETag:"]`, "name of a header"},
		"never answers":  {[]map[string][]string{plain, plain}, "cors_rule[1]", "cors_rule[0] matches every request"},
		"never exposed": {
			second("https://first.example.com", "allowed_headers=range", "expose_headers=ETag"), "cors_rule[1].expose_headers", "comes first there",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := p.validateCORS(o.bucket, tc.rules)
			if len(found) != 1 || found[0].severity != "WARNING" || found[0].path != tc.path || !strings.Contains(found[0].detail, tc.word) {
				t.Errorf("got %+v\nwant one warning at %s with %q", found, tc.path, tc.word)
				return
			}
			if place := fmt.Sprintf("cors_rule[1], whose first origin is %q: ", tc.rules[1]["allowed_origins"][0]); !strings.HasPrefix(found[0].detail, place) {
				t.Errorf("%q does not begin with %q", found[0].detail, place)
			}
		})
	}
	// The control: errors are errors, at the element as well, and good rules have no finding.
	for name, tc := range map[string]struct {
		rules      []map[string][]string
		path, word string
	}{
		"wildcard in expose_headers": {second(www, "expose_headers=x-oss-meta-*"), `cors_rule[1].expose_headers["x-oss-meta-*"]`, "all user metadata"},
		"case alone":                 {second(www, "allowed_headers=Authorization,authorization"), `cors_rule[1].allowed_headers["authorization"]`, `"Authorization" and "authorization" differ only in case`},
		"ftp":                        {second("ftp://a.example"), `cors_rule[1].allowed_origins["ftp://a.example"]`, `begins with "ftp://"`},
		"port":                       {second("https://a.example:99999"), `cors_rule[1].allowed_origins["https://a.example:99999"]`, "1 to 65535"},
		"broken origin":              {second("https://a.example\r\nX-B: c"), `cors_rule[1].allowed_origins["https://a.example\r\nX-B: c"]`, "control character"},
		"broken exposed header":      {second(www, "expose_headers=ETag\r\nX-B: c"), `cors_rule[1].expose_headers["ETag\r\nX-B: c"]`, "control character"},
	} {
		found := p.validateCORS(o.bucket, tc.rules)
		if len(found) != 1 || found[0].severity != "ERROR" || found[0].path != tc.path || !strings.HasPrefix(found[0].detail, "cors_rule[1], whose first origin is ") || !strings.Contains(found[0].detail, tc.word) {
			t.Errorf("%s: got %+v\nwant one error at %s with %q", name, found, tc.path, tc.word)
		}
	}
	if found := p.validateCORS(o.bucket, second(www)); len(found) != 0 {
		t.Errorf("good rules: %+v", found)
	}
}

// What is said of valid rules is for those who ask: no plan says it.
func TestCORSAdviceIsNotInPlans(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	p := o.protocol()
	upload := map[string][]string{"allowed_origins": {"https://a.example"}, "allowed_methods": {"PUT"}}
	if found := p.validateCORS(o.bucket, []map[string][]string{upload}); len(found) != 0 {
		t.Errorf("a plan says %+v", found)
	}
	if advice := cors.Check([]cors.Rule{{AllowedOrigins: []string{"https://a.example"}, AllowedMethods: []string{"PUT"}}}); len(advice) != 2 {
		t.Errorf("there is nothing that a plan could say: %+v", advice)
	}
}

// Findings of one title are one diagnostic that names all, at the place that holds them.
func TestCORSFindingsOfOneKind(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	p := o.protocol()
	nine := func(pattern string) []string {
		var origins []string
		for i := range 9 {
			origins = append(origins, fmt.Sprintf(pattern, i))
		}
		return origins
	}
	var each []map[string][]string
	for _, origin := range nine("%d.example.com") {
		each = append(each, map[string][]string{"allowed_origins": {origin}, "allowed_methods": {"GET"}})
	}
	for name, tc := range map[string]struct {
		rules                []map[string][]string
		severity, path, each string
		places               int
	}{
		"nine warnings in one rule": {[]map[string][]string{{"allowed_origins": nine("%d.example.com"), "allowed_methods": {"GET"}}}, "WARNING", "cors_rule[0].allowed_origins", `"%d.example.com" has no scheme`, 1},
		"nine errors in one rule":   {[]map[string][]string{{"allowed_origins": nine("ftp://%d.example.com"), "allowed_methods": {"GET"}}}, "ERROR", "cors_rule[0].allowed_origins", `"ftp://%d.example.com" begins with`, 1},
		"nine rules":                {each, "WARNING", "cors_rule", `"%d.example.com" has no scheme`, 9},
	} {
		found := p.validateCORS(o.bucket, tc.rules)
		if len(found) != 1 || found[0].severity != tc.severity || found[0].path != tc.path {
			t.Errorf("%s: got %+v", name, found)
			continue
		}
		for i := range 9 {
			if want := fmt.Sprintf(tc.each, i); !strings.Contains(found[0].detail, want) {
				t.Errorf("%s: %q lacks %q", name, found[0].detail, want)
			}
		}
		if got := strings.Count(found[0].detail, ", whose first origin is "); got != tc.places {
			t.Errorf("%s: %d rules are named, want %d: %s", name, got, tc.places, found[0].detail)
		}
	}
	// Errors of several rules are told apart, since Terraform shows the line of each.
	apart := p.validateCORS(o.bucket, []map[string][]string{
		{"allowed_origins": {"ftp://a.example"}, "allowed_methods": {"GET"}}, {"allowed_origins": {"ftp://b.example"}, "allowed_methods": {"GET"}},
	})
	if len(apart) != 2 || apart[0].path == apart[1].path {
		t.Errorf("got %+v", apart)
	}
}

// Terraform prints the warning with the line it is about.
func TestCORSWarningInTerraform(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	w.config(strings.Replace(corsWith(""), `"https://*.example.org"`, `"app.example.org"`, 1))
	out := flatten(w.must("plan", "-no-color"))
	for _, word := range []string{"Warning: CORS Origin Rarely What Is Meant", `allowed_origins = ["app.example.org"]`, `write "https://app.example.org"`} {
		if !strings.Contains(out, word) {
			t.Errorf("the plan does not say %q:\n%s", word, out)
		}
	}
}

// All rules of a dynamic block have one line, so the text names the rule and its first origin.
func TestCORSFindingInDynamicBlock(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	const config = `
resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  dynamic "cors_rule" {
    for_each = { a = "GET", b = "METHOD" }
    content {
      allowed_origins = ["https://${cors_rule.key}.example.com"]
      allowed_methods = [cors_rule.value]
      allowed_headers = [HEADER]
    }
  }
}`
	for name, tc := range map[string]struct{ method, header, words string }{
		"an error":     {"get", "", `cors_rule[1], whose first origin is "https://b.example.com": "get" is not spelt`},
		"a null":       {"PUT", "null", `cors_rule[0], whose first origin is "https://a.example.com": allowed_headers has an element that is null`},
		"only in case": {"PUT", `"Range", "range"`, `cors_rule[0], whose first origin is "https://a.example.com": "Range" and "range" differ only in case`},
	} {
		w.config(strings.NewReplacer("METHOD", tc.method, "HEADER", tc.header).Replace(config))
		if out := flatten(w.fails([]string{"Error"}, "plan", "-no-color")); !strings.Contains(out, tc.words) {
			t.Errorf("%s: no %q in\n%s", name, tc.words, out)
		}
	}
}
