package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Inputs that once passed the plan and failed, or misled, later. Each is told where it stands.
func TestInputThatPassedThePlan(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	object := func(more map[string]any) map[string]any {
		return with(map[string]any{"bucket": "b-1", "key": "k", "content": "x"}, more)
	}
	kms := func(id string) map[string]any {
		return object(map[string]any{"server_side_encryption": "KMS", "server_side_encryption_key_id": id})
	}
	limit := func(create string) map[string]any {
		return object(map[string]any{"timeouts": map[string]any{"create": create}})
	}
	callback := func(more map[string]any) map[string]any {
		return object(map[string]any{"callback": with(soundCallback, more)})
	}
	cors := func(more map[string]any) map[string]any {
		return map[string]any{"bucket": "b-1", "cors_rule": []any{with(map[string]any{"allowed_origins": []any{"*"}, "allowed_methods": []any{"GET"}}, more)}}
	}
	keys := func(more map[string]any) map[string]any {
		return with(map[string]any{"region": "cn-hangzhou", "access_key_id": "id", "access_key_secret": "S3cret"}, more)
	}
	for _, tc := range []struct {
		name, kind, of string
		config         map[string]any
		at, words      string
	}{
		{"padded id of a key", resourceKind, "oss_object", kms("id "), "server_side_encryption_key_id", "a space (U+0020) at position 3"},
		{"line break in the id of a key", resourceKind, "oss_object", kms("id\r\n"), "server_side_encryption_key_id", "a line break (U+000D) at position 3"},
		{"no time", resourceKind, "oss_object", limit("0s"), "timeouts.create", `"0s" leaves no time at all`},
		{"negative time", resourceKind, "oss_object", limit("-5m"), "timeouts.create", `"-5m" leaves no time at all`},
		{"time without unit", resourceKind, "oss_object", limit("20"), "timeouts.create", `"20" is not a duration`},
		{"no time to read", dataKind, "oss_objects", map[string]any{"bucket": "b-1", "timeouts": map[string]any{"read": "0"}}, "timeouts.read", `"0" leaves no time at all`},
		{"host that begins with a hyphen", resourceKind, "oss_object", callback(map[string]any{"urls": []any{"http://-a.example.com/"}}), "callback.urls[0]", "hyphen"},
		{"host that ends with a hyphen", resourceKind, "oss_object", callback(map[string]any{"urls": []any{"http://a-.example.com/"}}), "callback.urls[0]", "hyphen"},
		{"user in a URL", resourceKind, "oss_object", callback(map[string]any{"urls": []any{"http://u:S3cret@a.example.com/"}}), "callback.urls[0]", "user name"},
		{"port of a host", resourceKind, "oss_object", callback(map[string]any{"host": "a.example.com:80"}), "callback.host", `has the port "80"`},
		{"variable that nobody knows", resourceKind, "oss_object", callback(map[string]any{"body": "o=${unknown}"}), "callback.body", "a variable at position 3 that is not among those of OSS"},
		{"network of this host", resourceKind, "oss_object", callback(map[string]any{"urls": []any{"http://0.1.2.3/"}}), "callback.urls[0]", "not reachable from the internet"},
		{"line break in a key id", providerKind, "", keys(map[string]any{"access_key_id": "id\n"}), "", "access_key_id ends with a line break (U+000A)"},
		{"padded secret", providerKind, "", keys(map[string]any{"access_key_secret": " S3cret"}), "", "access_key_secret begins with a space (U+0020)"},
		{"line break in a secret", providerKind, "", keys(map[string]any{"access_key_secret": "S3c\r\nret"}), "", "access_key_secret contains a line break (U+000D) at position 4"},
		{"line break in a token", providerKind, "", keys(map[string]any{"security_token": "S3cret\n"}), "", "security_token ends with a line break (U+000A)"},
		{"port 0", providerKind, "", keys(map[string]any{"endpoint": "https://oss.example.com:0"}), "endpoint", "port"},
		{"port 99999", providerKind, "", keys(map[string]any{"endpoint": "oss.example.com:99999"}), "endpoint", "port"},
		{"port that is not a number", providerKind, "", keys(map[string]any{"endpoint": "oss.example.com:https"}), "endpoint", "not a URL"},
		{"origin of no page", resourceKind, "oss_bucket_cors", cors(map[string]any{"allowed_origins": []any{"ftp://a.example.com"}}), "cors_rule[0].allowed_origins", `"ftp://"`},
		{"port of an origin", resourceKind, "oss_bucket_cors", cors(map[string]any{"allowed_origins": []any{"https://a.example.com:70000"}}), "cors_rule[0].allowed_origins", "70000"},
		{"line break in an origin", resourceKind, "oss_bucket_cors", cors(map[string]any{"allowed_origins": []any{"https://a.example.com\r\n"}}), "cors_rule[0].allowed_origins", "control character"},
		{"line break in an exposed header", resourceKind, "oss_bucket_cors", cors(map[string]any{"expose_headers": []any{"ETag\n"}}), "cors_rule[0].expose_headers", "control character"},
	} {
		told := lines(v.of(tc.kind, tc.of, tc.config))
		severity := "error at "
		if tc.name == "network of this host" {
			severity = "warning at " // a local server may be there
		}
		if len(told) != 1 || !strings.HasPrefix(told[0], severity+tc.at) || !strings.Contains(told[0], tc.words) || strings.Contains(told[0], "S3cret") {
			t.Errorf("%s: %q, want one at %q with %q", tc.name, told, tc.at, tc.words)
		}
	}
}

// A key of the environment is looked at like one of the provider block.
func TestKeyOfTheEnvironmentIsChecked(t *testing.T) {
	for variable, words := range map[string]string{
		"OSS_ACCESS_KEY_ID": "The access key id ends with a line break", "OSS_ACCESS_KEY_SECRET": "The access key secret ends with a line break", "OSS_SESSION_TOKEN": "The security token ends with a line break",
	} {
		for _, name := range []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"} {
			t.Setenv(name, "")
		}
		t.Setenv("OSS_ACCESS_KEY_ID", "id")
		t.Setenv("OSS_ACCESS_KEY_SECRET", "S3cret")
		t.Setenv("OSS_SESSION_TOKEN", "T0ken")
		t.Setenv(variable, "S3cret\n")
		told := newValidation(t).configure(map[string]any{"region": "cn-hangzhou"})
		if len(told) != 1 || !strings.Contains(told[0], words) || strings.Contains(told[0], "S3cret") {
			t.Errorf("%s: %q, want %q", variable, told, words)
		}
	}
}

func TestMetadataSizeRefusesValues(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	for value, words := range map[string]string{"zq9\n": "a line break (U+000A)", " zq9": "begins with a space", "": "is empty"} {
		if _, fault := v.call("metadata_size", map[string]any{"a": value}); !strings.Contains(fault, words) || strings.Contains(fault, "zq9") {
			t.Errorf("%q: %q, want %q", value, fault, words)
		}
	}
	if result, fault := v.call("metadata_size", map[string]any{"a": "b"}); fault != "" || !strings.Contains(result, "13") {
		t.Errorf("%q, %q", result, fault)
	}
}

// What a block requires is so marked in the schema, for editors and the documentation, and Terraform demands it of a block
// that is there alone.
func TestRequiredInBlocks(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	marked := map[string]bool{}
	for _, a := range v.arguments() {
		if a.block != nil && a.Required {
			marked[a.block.TypeName+"."+a.Name] = true
		}
	}
	for block, names := range requiredInBlocks {
		for _, name := range names {
			if !marked[block+"."+name] {
				t.Errorf("%s.%s is not marked", block, name)
			}
		}
	}
	o := startOSS(t)
	w := o.workspace()
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = ""
  callback {
    body = "o=$${object}"
  }
}
`)
	w.fails([]string{"Missing required argument", `"urls" is required`}, "plan", "-no-color")
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = ""
}
`)
	w.apply()
}

// A timeouts block says what it is for.
func TestTimeoutsAreDescribed(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	found := 0
	for _, schemas := range []map[string]*tfprotov6.Schema{v.schema.ResourceSchemas, v.schema.DataSourceSchemas} {
		for name, schema := range schemas {
			for _, block := range schema.Block.BlockTypes {
				if block.TypeName == "timeouts" {
					if found++; block.Block.Description == "" {
						t.Errorf("%s has timeouts without a description", name)
					}
				}
			}
		}
	}
	if found < 6 {
		t.Errorf("only %d timeouts were seen", found)
	}
}

// Custom variables of a callback may be secret, and are not shown in a plan.
func TestCallbackVariablesAreSensitive(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	seen := 0
	for _, a := range v.arguments() {
		if a.block != nil && a.block.TypeName == "callback" && a.Name == "variables" {
			if seen++; !a.Sensitive {
				t.Errorf("%s is not sensitive", a)
			}
		}
	}
	if seen < 2 {
		t.Errorf("only %d were seen", seen)
	}
}

// A real endpoint without TLS is warned of, once for the provider.
func TestPlainEndpointOfOSS(t *testing.T) {
	t.Parallel()
	v := newValidation(t)
	for endpoint, want := range map[string]int{
		"http://oss-cn-hangzhou.aliyuncs.com": 1, "http://oss-cn-hangzhou-internal.aliyuncs.com:80": 1, "http://oss-accelerate.aliyuncs.com": 1, "HTTP://oss-cn-hangzhou.aliyuncs.com": 1,
		"https://oss-cn-hangzhou.aliyuncs.com": 0, "oss-cn-hangzhou.aliyuncs.com": 0, "http://127.0.0.1:9000": 0, "http://oss.example.com": 0,
	} {
		told := v.configure(map[string]any{"region": "cn-hangzhou", "endpoint": endpoint, "access_key_id": "id", "access_key_secret": "secret"})
		if len(told) != want || want == 1 && !strings.HasPrefix(told[0], "warning at : OSS Without TLS") {
			t.Errorf("%s: %q", endpoint, told)
		}
	}
	if told := v.configure(map[string]any{"region": "cn-hangzhou", "access_key_id": "id", "access_key_secret": "secret"}); len(told) > 0 {
		t.Errorf("without an endpoint: %q", told)
	}
}
