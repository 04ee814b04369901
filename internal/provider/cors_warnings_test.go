package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// corsFinding is a diagnostic as Terraform gets it.
type corsFinding struct{ path, severity, summary, detail string }

// validateCORS checks rules as Terraform does before a plan. A rule is a map of fields, a field a list of strings.
func (p *protocol) validateCORS(bucket string, rules []map[string][]string) []corsFinding {
	p.t.Helper()
	kind, ok := p.schema.ResourceSchemas["oss_bucket_cors"].ValueType().(tftypes.Object)
	if !ok {
		p.t.Fatal("the schema is no object")
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
	eleven := make([]map[string][]string, 11)
	for i := range eleven {
		eleven[i] = map[string][]string{"allowed_origins": {fmt.Sprintf("https://%d.example.com", i)}, "allowed_methods": {"GET"}}
	}
	const www = "https://www.example.com"
	for name, tc := range map[string]struct {
		rules      []map[string][]string
		path, word string
	}{
		"null":           {second("null"), `cors_rule[1].allowed_origins["null"]`, "sandboxed frame"},
		"space":          {second(www + " "), `cors_rule[1].allowed_origins["https://www.example.com "]`, "white space"},
		"scheme":         {second("www.example.com"), `cors_rule[1].allowed_origins["www.example.com"]`, "no scheme"},
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
		"upload without ETag": {
			second(www, "allowed_methods=PUT", "allowed_headers=*", "expose_headers=x-oss-request-id"), "cors_rule[1].expose_headers", "does not expose ETag",
		},
		"upload without headers": {
			second(www, "allowed_methods=PUT", "allowed_headers=authorization", "expose_headers=ETag,x-oss-request-id"), "cors_rule[1].allowed_headers", "x-oss-date",
		},
		"many rules": {eleven, "cors_rule", "There are 11 rules"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := p.validateCORS(o.bucket, tc.rules)
			if len(found) != 1 || found[0].severity != "WARNING" || found[0].path != tc.path || !strings.Contains(found[0].detail, tc.word) {
				t.Errorf("got %+v\nwant one warning at %s with %q", found, tc.path, tc.word)
			}
		})
	}
	// The control: errors are errors, at the element as well, and good rules have no finding.
	if found := p.validateCORS(o.bucket, second(www, "expose_headers=x-oss-meta-*")); len(found) != 1 || found[0].severity != "ERROR" || found[0].path != `cors_rule[1].expose_headers["x-oss-meta-*"]` {
		t.Errorf("a wildcard in expose_headers: %+v", found)
	}
	if found := p.validateCORS(o.bucket, second(www)); len(found) != 0 {
		t.Errorf("good rules: %+v", found)
	}
}

// Terraform prints the warning with the line it is about.
func TestCORSWarningInTerraform(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	w := o.workspace()
	w.config(strings.Replace(corsWith(""), `"https://*.example.org"`, `"app.example.org"`, 1))
	out := flatten(w.must("plan", "-no-color"))
	for _, word := range []string{"Warning: CORS Origin Matches Nothing", `allowed_origins = ["app.example.org"]`, `write "https://app.example.org"`} {
		if !strings.Contains(out, word) {
			t.Errorf("the plan does not say %q:\n%s", word, out)
		}
	}
}
