package provider

import (
	"context"
	"math/big"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// decide calls the function as the framework does.
func decide(t *testing.T, rules attr.Value, origin, method string, headers attr.Value) (attr.Value, *function.FuncError) {
	t.Helper()
	resp := function.RunResponse{Result: function.NewResultData(types.ObjectUnknown(corsDecisionTypes))}
	corsDecisionFunction{}.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{
		types.DynamicValue(rules), types.StringValue(origin), types.StringValue(method), headers,
	})}, &resp)
	return resp.Result.Value(), resp.Error
}

func texts(values ...string) attr.Value { return stringSet(values) }

func tuple(values ...attr.Value) attr.Value {
	kinds := make([]attr.Type, len(values))
	for i, v := range values {
		kinds[i] = v.Type(context.Background())
	}
	return types.TupleValueMust(kinds, values)
}

func names(values ...string) types.List {
	elements := make([]attr.Value, len(values))
	for i, v := range values {
		elements[i] = types.StringValue(v)
	}
	return types.ListValueMust(types.StringType, elements)
}

// literal is a rule as it stands in a configuration, with only what is written there.
func literal(fields map[string]attr.Value) attr.Value {
	kinds := map[string]attr.Type{}
	for name, v := range fields {
		kinds[name] = v.Type(context.Background())
	}
	return types.ObjectValueMust(kinds, fields)
}

func readRule() attr.Value {
	return literal(map[string]attr.Value{"allowed_origins": texts("https://www.example.com"), "allowed_methods": texts("GET")})
}

func TestCORSDecisionKnown(t *testing.T) {
	t.Parallel()
	upload := types.ObjectValueMust(corsRuleTypes, map[string]attr.Value{ // as the resource has it
		"allowed_origins": texts("https://*.example.com"), "allowed_methods": texts("PUT"), "allowed_headers": texts("x-oss-*"),
		"expose_headers": texts("ETag"), "max_age_seconds": types.Int64Value(600),
	})
	// Advice is about the rules, whatever the request.
	aboutUpload := []string{`cors_rule[1], whose first origin is "https://*.example.com": The rule allows uploads but does not expose x-oss-request-id. ` +
		`Multipart uploads from browsers need ETag, and x-oss-request-id is what Alibaba Cloud support asks for; add them.`}
	for name, tc := range map[string]struct {
		rules          attr.Value
		origin, method string
		headers        types.List
		allowed        bool
		rule           int64
		reason         string
		answer         map[string]string
		advice         []string
	}{
		"first rule": {
			rules: tuple(readRule(), upload), origin: "https://www.example.com", method: "GET", headers: names(), allowed: true,
			answer: map[string]string{"Access-Control-Allow-Origin": "https://www.example.com", "Access-Control-Allow-Methods": "GET"}, advice: aboutUpload,
		},
		"second rule": {
			rules: tuple(readRule(), upload), origin: "https://www.example.com", method: "PUT", headers: names("X-OSS-Date", "x-oss-meta-year"), allowed: true, rule: 1,
			answer: map[string]string{
				"Access-Control-Allow-Origin": "https://www.example.com", "Access-Control-Allow-Methods": "PUT", "Access-Control-Allow-Headers": "x-oss-date, x-oss-meta-year",
				"Access-Control-Expose-Headers": "ETag", "Access-Control-Max-Age": "600",
			},
			advice: aboutUpload,
		},
		"all methods, any origin": { // OSS-241
			rules:  tuple(literal(map[string]attr.Value{"allowed_origins": texts("*"), "allowed_methods": texts("GET", "HEAD"), "allowed_headers": texts("*")})),
			origin: "https://a.example", method: "HEAD", headers: names("Range"), allowed: true,
			answer: map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "range"},
		},
		"a pattern without a scheme": { // matched as text, as by OSS, and rarely meant
			rules:  tuple(literal(map[string]attr.Value{"allowed_origins": texts("*.example.io"), "allowed_methods": texts("GET")})),
			origin: "http://a.example.io", method: "GET", headers: names(), allowed: true,
			answer: map[string]string{"Access-Control-Allow-Origin": "http://a.example.io", "Access-Control-Allow-Methods": "GET"},
			advice: []string{`cors_rule[0], whose first origin is "*.example.io": "*.example.io" has no scheme. Origins are compared as text, ` +
				`so its "*" stands for any scheme, http:// included; write "https://*.example.io".`},
		},
		"null, which browsers send": {
			rules: tuple(readRule()), origin: "null", method: "GET", headers: names(), reason: `No rule allows the origin "null".`,
		},
		"what OSS takes and the resource refuses": { // such rules may be in a bucket
			rules:  tuple(literal(map[string]attr.Value{"allowed_origins": texts("ftp://a.example"), "allowed_methods": texts("GET")}), readRule()),
			origin: "https://www.example.com", method: "GET", headers: names(), allowed: true, rule: 1,
			answer: map[string]string{"Access-Control-Allow-Origin": "https://www.example.com", "Access-Control-Allow-Methods": "GET"},
			advice: []string{`cors_rule[0], whose first origin is "ftp://a.example": "ftp://a.example" begins with "ftp://", ` +
				`and no page of a browser does; write the origin of the page that asks, such as "https://www.example.com".`},
		},
		"null headers": {
			rules: tuple(readRule()), origin: "https://www.example.com", method: "GET", headers: types.ListNull(types.StringType), allowed: true,
			answer: map[string]string{"Access-Control-Allow-Origin": "https://www.example.com", "Access-Control-Allow-Methods": "GET"},
		},
		"null parts": {
			rules: tuple(literal(map[string]attr.Value{
				"allowed_origins": texts("*"), "allowed_methods": texts("GET"), "allowed_headers": types.SetNull(types.StringType), "max_age_seconds": types.NumberNull(),
			})), origin: "https://a.example", method: "GET", headers: names(), allowed: true,
			answer: map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET"},
		},
		"no header": {
			rules: tuple(readRule()), origin: "https://www.example.com", method: "GET", headers: names("authorization"),
			reason: `cors_rule[0] allows the origin "https://www.example.com" and the method "GET" but not the header "authorization".`,
		},
		"no rule": {
			rules: tuple(), origin: "https://www.example.com", method: "GET", headers: names(), reason: `No rule allows the origin "https://www.example.com".`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, funcErr := decide(t, tc.rules, tc.origin, tc.method, tc.headers)
			if funcErr != nil {
				t.Fatal(funcErr)
			}
			advice := types.ListValueMust(types.StringType, names(tc.advice...).Elements())
			want := types.ObjectValueMust(corsDecisionTypes, map[string]attr.Value{
				"allowed": types.BoolValue(tc.allowed), "rule": types.Int64Null(), "reason": stringOrNull(tc.reason), "headers": stringMap(tc.answer), "advice": advice,
			})
			if tc.allowed {
				want = types.ObjectValueMust(corsDecisionTypes, map[string]attr.Value{
					"allowed": types.BoolValue(true), "rule": types.Int64Value(tc.rule), "reason": types.StringNull(), "headers": stringMap(tc.answer), "advice": advice,
				})
			}
			if !got.Equal(want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestCORSDecisionUnknown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rules   attr.Value
		headers types.List
	}{
		"origins of a rule": {tuple(literal(map[string]attr.Value{"allowed_origins": types.SetUnknown(types.StringType), "allowed_methods": texts("GET")})), names()},
		"one origin": {tuple(literal(map[string]attr.Value{
			"allowed_origins": types.SetValueMust(types.StringType, []attr.Value{types.StringUnknown()}), "allowed_methods": texts("GET"),
		})), names()},
		"max age":    {tuple(literal(map[string]attr.Value{"allowed_origins": texts("*"), "allowed_methods": texts("GET"), "max_age_seconds": types.Int64Unknown()})), names()},
		"a header":   {tuple(readRule()), types.ListValueMust(types.StringType, []attr.Value{types.StringUnknown()})},
		"a rule":     {types.TupleValueMust([]attr.Type{types.DynamicType}, []attr.Value{types.DynamicUnknown()}), names()},
		"wrong rule": {tuple(literal(map[string]attr.Value{"allowed_origin": texts("*"), "allowed_methods": types.SetUnknown(types.StringType)})), names()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, funcErr := decide(t, tc.rules, "https://www.example.com", "GET", tc.headers)
			if funcErr != nil {
				t.Fatal(funcErr)
			}
			if !got.IsUnknown() {
				t.Errorf("got %s, want unknown", got)
			}
		})
	}
}

func TestCORSDecisionErrors(t *testing.T) {
	t.Parallel()
	with := func(name string, value attr.Value) attr.Value {
		fields := map[string]attr.Value{"allowed_origins": texts("*"), "allowed_methods": texts("GET")}
		fields[name] = value
		return tuple(readRule(), literal(fields))
	}
	good := tuple(readRule())
	for name, tc := range map[string]struct {
		rules          attr.Value
		origin, method string
		headers        types.List
		argument       int64
		words          string
	}{
		"misspelt part":     {with("expose_header", texts("ETag")), "o", "GET", names(), 0, `rules[1].expose_header: There is no field "expose_header". Perhaps "expose_headers" is meant`},
		"text for a list":   {with("allowed_headers", types.StringValue("*")), "o", "GET", names(), 0, `rules[1].allowed_headers: It is a string; write a list: ["*"]`},
		"number in a list":  {with("allowed_headers", tuple(types.NumberValue(big.NewFloat(1)))), "o", "GET", names(), 0, "rules[1].allowed_headers[0]: It is a number; write text"},
		"null in a list":    {with("allowed_headers", types.SetValueMust(types.StringType, []attr.Value{types.StringNull()})), "o", "GET", names(), 0, "rules[1].allowed_headers[0]: It is null; write text"},
		"text for seconds":  {with("max_age_seconds", types.StringValue("soon")), "o", "GET", names(), 0, "rules[1].max_age_seconds: It is a string; write a whole number"},
		"half a second":     {with("max_age_seconds", types.NumberValue(big.NewFloat(0.5))), "o", "GET", names(), 0, "rules[1].max_age_seconds: 0.5 is not a number of seconds"},
		"what OSS refuses":  {with("allowed_methods", texts("get")), "o", "GET", names(), 0, `rules[1].allowed_methods: "get" is not spelt as OSS wants it; write "GET"`},
		"too many":          {tuple(make21()...), "o", "GET", names(), 0, "rules: There are 21 rules."},
		"no method at all":  {tuple(literal(map[string]attr.Value{"allowed_origins": texts("*")})), "o", "GET", names(), 0, "rules[0].allowed_methods: The rule allows no method"},
		"one rule, no list": {readRule(), "o", "GET", names(), 0, "rules: It is an object; write a list: [{ allowed_origins"},
		"a text":            {types.StringValue("rules"), "o", "GET", names(), 0, "rules: It is a string; write a list"},
		"list of texts":     {tuple(types.StringValue("rule")), "o", "GET", names(), 0, "rules[0]: It is a string; write an object"},
		"null rule":         {tuple(types.ObjectNull(corsRuleTypes)), "o", "GET", names(), 0, "rules[0]: It is null; write an object"},
		"set of rules":      {types.SetValueMust(readRule().Type(context.Background()), []attr.Value{readRule()}), "o", "GET", names(), 0, "rules: It is a set, which has no order. OSS answers with the first rule that matches, so write a list"},
		"empty origin":      {good, "", "GET", names(), 1, `origin: "" is not an origin; write the one of the page that asks`},
		"empty method":      {good, "https://www.example.com", "", names(), 2, `method: "" is not a method; write one`},
		"origin of a URL":   {good, "https://a.example/", "GET", names(), 1, `write "https://a.example"`},
		"origin with path":  {good, "https://a.example/app", "GET", names(), 1, `write "https://a.example"`},
		"bare origin":       {good, "a.example", "GET", names(), 1, `has no scheme, which the Origin header always has; write "https://a.example"`},
		"origin pattern":    {good, "https://*.example.com", "GET", names(), 1, `has a "*"`},
		"origin by ftp":     {good, "ftp://a.example", "GET", names(), 1, `begins with "ftp://"`},
		"port of an origin": {good, "https://a.example:70000", "GET", names(), 1, `has the port "70000"`},
		"broken origin":     {good, "https://a.example\r\nX-B: c", "GET", names(), 1, "contains a control character"},
		"lower-case method": {good, "https://a.example", "put", names(), 2, `write "PUT"`},
		"broken method":     {good, "https://a.example", "PUT\r\nX-B: c", names(), 2, "contains a control character"},
		"two methods":       {good, "https://a.example", "PUT GET", names(), 2, "is not a method"},
		"broken header":     {good, "https://a.example", "GET", names("range", "x-a\r\nX-B: c"), 3, `headers[1]: "x-a\r\nX-B: c" contains a control character`},
		"no name":           {good, "https://a.example", "GET", names("content type"), 3, `headers[0]: "content type" is not the name of a header`},
		"empty header":      {good, "https://www.example.com", "GET", names("range", ""), 3, "headers[1] is null or empty"},
		"null header":       {good, "https://www.example.com", "GET", types.ListValueMust(types.StringType, []attr.Value{types.StringNull()}), 3, "headers[0] is null or empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, funcErr := decide(t, tc.rules, tc.origin, tc.method, tc.headers)
			if funcErr == nil {
				t.Fatal("no error")
			}
			if funcErr.FunctionArgument == nil || *funcErr.FunctionArgument != tc.argument || !strings.Contains(funcErr.Text, tc.words) {
				t.Errorf("got %v, want %q at argument %d", funcErr, tc.words, tc.argument)
			}
		})
	}
}

func make21() []attr.Value {
	rules := make([]attr.Value, 21)
	for i := range rules {
		rules[i] = readRule()
	}
	return rules
}

// With the real Terraform: over the rules of a resource that is only planned, of the data source, and in a precondition
// that stops a plan; over rules that are known after apply only, the assertion waits.
func TestCORSDecisionInConfigurations(t *testing.T) {
	t.Parallel()
	o := startAnyOSS(t)
	o.ownCORS()
	w := o.workspace()
	const resources = `
resource "terraform_data" "late" {
  input = "https://late.example.com"
}
resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://www.example.com"]
    allowed_methods = ["GET"]
    expose_headers  = ["ETag"]
    max_age_seconds = 60
  }
  cors_rule {
    allowed_origins = [terraform_data.late.output]
    allowed_methods = ["HEAD"]
  }
}
locals {
  decision = provider::oss::cors_decision(oss_bucket_cors.test.cors_rule, "https://www.example.com", "METHOD", [])
}
output "decision" {
  value = local.decision
  precondition {
    condition     = local.decision.allowed
    error_message = coalesce(local.decision.reason, "none")
  }
}
`
	w.config(strings.Replace(resources, "METHOD", "GET", 1))
	decision, _ := w.outputs()["decision"].(map[string]any)
	if headers, _ := decision["headers"].(map[string]any); decision["allowed"] != true || decision["rule"] != 0.0 || decision["reason"] != nil || headers["Access-Control-Expose-Headers"] != "ETag" {
		t.Errorf("decided %+v", decision)
	}
	w.clean()
	w.config(strings.Replace(resources, "METHOD", "PUT", 1))
	w.fails([]string{`cors_rule[0] allows the origin "https://www.example.com" but not the method "PUT".`}, "plan", "-no-color")

	w.config(strings.Replace(resources, "METHOD", "GET", 1) + `
data "oss_bucket_cors" "test" {
  bucket = "BUCKET"
}
output "late" {
  value = provider::oss::cors_decision(data.oss_bucket_cors.test.cors_rule, "https://late.example.com", "HEAD", []).rule
}
output "wrong" {
  value = try(provider::oss::cors_decision([{ allowed_origins = ["*"], allowed_methods = ["GET"] }], "https://a.example", "GET", ["range"]).reason, "error")
}
`)
	outputs := w.outputs()
	if outputs["late"] != 1.0 {
		t.Errorf("rule %v answers, want 1", outputs["late"])
	}
	if reason, _ := outputs["wrong"].(string); !strings.Contains(reason, "not the header") {
		t.Errorf("the reason is %s", reason)
	}
	misspelt, null := `cors_decision([{ allowed_origin = ["*"], allowed_methods = ["GET"] }], "https://a.example", "GET", [])`, `cors_decision(null, "https://a.example", "GET", [])`
	for call, errors := range w.functionErrors([]string{misspelt, null}) {
		word := map[string]string{misspelt: `rules[0].allowed_origin: There is no field "allowed_origin"`, null: "null"}[call]
		if len(errors) != 1 || !strings.Contains(errors[0].Detail, `Invalid value for "rules" parameter`) || !strings.Contains(errors[0].Detail, word) {
			t.Errorf("%s: %+v", call, errors)
		}
	}
}
