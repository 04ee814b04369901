package provider

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// headers calls the function as the framework does.
func headers(t *testing.T, argument attr.Value) (attr.Value, *function.FuncError) {
	t.Helper()
	resp := function.RunResponse{Result: function.NewResultData(types.ObjectUnknown(callbackHeaderTypes))}
	callbackHeaderFunction{}.Run(t.Context(), function.RunRequest{Arguments: function.NewArgumentsData([]attr.Value{types.DynamicValue(argument)})}, &resp)
	return resp.Result.Value(), resp.Error
}

// decoded is the JSON in one of the two values.
func decoded(t *testing.T, result attr.Value, name string) string {
	t.Helper()
	text := result.(types.Object).Attributes()[name].(types.String)
	data, err := base64.StdEncoding.DecodeString(text.ValueString())
	if err != nil || text.IsNull() {
		t.Fatalf("%s is %s: %v", name, text, err)
	}
	return string(data)
}

func TestCallbackHeader(t *testing.T) {
	t.Parallel()
	urls := names("https://app.example.com/done", "http://b.example.com")
	got, funcErr := headers(t, literal(map[string]attr.Value{
		"urls": urls, "host": types.StringValue("app.example.com"), "body": types.StringValue("o=${object}&n=${x:note}"), "body_type": types.StringNull(),
		"sni": types.BoolValue(true), "on_failure": types.StringValue("warn"), "variables": stringMap(map[string]string{"note": `a "b"`}),
	}))
	if funcErr != nil {
		t.Fatal(funcErr)
	}
	if got, want := decoded(t, got, "callback"), `{"callbackUrl":"https://app.example.com/done;http://b.example.com","callbackHost":"app.example.com","callbackBody":"o=${object}&n=${x:note}","callbackSNI":true}`; got != want {
		t.Errorf("callback\n%s\nwant\n%s", got, want)
	}
	if got, want := decoded(t, got, "callback_var"), `{"x:note":"a \"b\""}`; got != want {
		t.Errorf("callback_var\n%s\nwant\n%s", got, want)
	}
	got, funcErr = headers(t, literal(map[string]attr.Value{"urls": urls, "body": types.StringValue("o=${object}")}))
	if funcErr != nil {
		t.Fatal(funcErr)
	}
	if got := got.(types.Object).Attributes()["callback_var"]; !got.IsNull() {
		t.Errorf("callback_var is %s without variables", got)
	}
}

func TestCallbackHeaderUnknown(t *testing.T) {
	t.Parallel()
	got, funcErr := headers(t, literal(map[string]attr.Value{"urls": types.ListUnknown(types.StringType), "body": types.StringValue("o=${object}")}))
	if funcErr != nil || !got.IsUnknown() {
		t.Errorf("got %s, %v", got, funcErr)
	}
}

func TestCallbackHeaderRefuses(t *testing.T) {
	t.Parallel()
	with := func(name string, value attr.Value) attr.Value {
		fields := map[string]attr.Value{"urls": names("https://app.example.com/"), "body": types.StringValue("o=${object}")}
		fields[name] = value
		return literal(fields)
	}
	for name, tc := range map[string]struct {
		argument attr.Value
		words    string
	}{
		"null":              {types.StringNull(), "callback: It is null; write an object"},
		"string":            {types.StringValue("x"), "callback: It is a string; write an object"},
		"misspelt":          {with("url", types.StringValue("x")), `callback.url: There is no field "url". Perhaps "urls" is meant`},
		"set of URLs":       {with("urls", texts("https://app.example.com/")), "callback.urls: It is a set, which has no order. OSS tries the URLs in order"},
		"one URL":           {with("urls", types.StringValue("https://app.example.com/")), `callback.urls: It is a string; write a list: ["https://…"]`},
		"body":              {with("body", types.BoolValue(true)), "callback.body: It is true or false; write text"},
		"sni":               {with("sni", types.StringValue("yes")), "callback.sni: It is a string; write true or false"},
		"variables":         {with("variables", types.StringValue("x")), "callback.variables: It is a string; write an object with text for each name"},
		"variable":          {with("variables", literal(map[string]attr.Value{"n": types.BoolValue(true)})), `callback.variables["n"]: It is true or false; write text`},
		"on_failure":        {with("on_failure", types.BoolValue(true)), "callback.on_failure: It is true or false; write text"},
		"check of the URL":  {with("urls", names("ftp://app.example.com/")), `callback.urls: "ftp://app.example.com/" has the scheme "ftp"`},
		"check of the body": {with("body", types.StringValue("")), "callback.body: The body is empty"},
		"size":              {with("body", types.StringValue("o=${object}&p="+strings.Repeat("x", 5000))), "callback: The callback takes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, funcErr := headers(t, tc.argument)
			if funcErr == nil || funcErr.FunctionArgument == nil || *funcErr.FunctionArgument != 0 || !strings.Contains(funcErr.Text, tc.words) {
				t.Errorf("error %v, want %q", funcErr, tc.words)
			}
		})
	}
}

// What the function gives is what an upload sends: a backend that uses it has OSS call back in the same way.
func TestCallbackHeaderOfAnObject(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	r := plainReceiver(t)
	w := o.workspace()
	block := small(r.URL) + "\n variables = { note = \"a b\" }\n on_failure = \"warn\""
	w.config(strings.ReplaceAll(strings.Replace(called("k", `content = "one"`, block), "object=$${object}", "object=$${object}&note=$${x:note}", 1), "%", "%%") +
		`output "header" {
  sensitive = true
  value = provider::oss::callback_header(oss_object.k.callback)
}
`)
	w.apply()
	sent := map[string]string{}
	for _, record := range o.local().Records() {
		if record.Operation == "PutObject" {
			sent["callback"], sent["callback_var"] = record.Header.Get("X-Oss-Callback"), record.Header.Get("X-Oss-Callback-Var")
		}
	}
	out := w.must("output", "-json", "header")
	for name, value := range sent {
		if value == "" || !strings.Contains(out, `"`+name+`":"`+value+`"`) {
			t.Errorf("%s was sent as %q, and the function says %s", name, value, out)
		}
	}
}
