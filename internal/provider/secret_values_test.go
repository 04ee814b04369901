package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What an argument is given may come from a sensitive variable: no diagnostic repeats a value of a header, of metadata, tags,
// bodies, callbacks or keys, whatever is wrong with it. URLs of callbacks hide what may be secret in one.
func TestNoDiagnosticShowsAValue(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("puts every fault into every argument")
	}
	const secret = "zq9x"
	v := newValidation(t)
	// Words of OSS and of Terraform, names and places, in which nobody puts a secret.
	plain := []string{"bucket", "key", "key_prefix", "region", "endpoint", "profile", "ecs_role_name", "role_arn", "session_name", "external_id", "acl", "storage_class", "server_side_encryption",
		"server_side_data_encryption", "deletion_policy", "prune", "on_failure", "body_type", "host", "method", "content_types", "origin", "allowed_origins", "allowed_methods", "allowed_headers", "expose_headers",
		"create", "read", "update", "delete", "glob", "delimiter", "prefix", "start_after", "version_id", "etag", "source", "source_hash", "headers", "metadata_policy", "policy"}
	faults := []string{"", "\xff", "\n", "\r\n", "\x01", " ", "\t", "\u3000", "\u0085", "%", "%zz", "&", "=", ";", ",", ":", "\"", "'", "/", "\\", "${", "${object", "$(", "{", "@", "*", "é", strings.Repeat("v", 9000)}
	var values []string
	for _, fault := range faults {
		values = append(values, secret+fault+secret, fault+secret, secret+fault)
	}
	values = append(values, "attachment; filename="+secret, "attachment; filename*="+secret, "max-age="+secret, "text/html; "+secret, "21 Oct 2026 "+secret, `{"o":`+secret+"}")
	tried, seen, told := map[string]bool{}, map[string]bool{}, 0
	for _, a := range v.arguments() {
		if slices.Contains(plain, a.Name) || seen[a.String()] {
			continue
		}
		seen[a.String()] = true
		for _, value := range values {
			var given any = value
			switch {
			case a.Name == "urls":
				given = []any{"http://" + value + "@app.example.com/?" + value, "http://app.example.com/?" + value, "http://app.example.com/#" + value, "ftp://u:" + value + "@app.example.com"}
			case a.Type.Is(tftypes.Map{}):
				given = map[string]any{"owner": value, "Upper": value, "Cache-Control": value, "x-oss-tagging": value, "Content-Length": value, "x-oss-object-acl": value}
			case !a.Type.Is(tftypes.String):
				continue
			}
			tried[a.Name] = true
			for _, l := range v.about(a, given) {
				told++
				if strings.Contains(strings.ToLower(l), secret) {
					t.Fatalf("%s with %.100q: %.500s", a, given, l)
				}
			}
		}
	}
	for _, name := range []string{"metadata", "tags", "cache_control", "content", "content_base64", "content_wo", "content_disposition", "expires", "variables", "body", "urls", "request_headers", "response_expires", "access_key_secret", "security_token"} {
		if !tried[name] {
			t.Errorf("%s was not tried", name)
		}
	}
	if told < 1000 {
		t.Errorf("only %d diagnostics were seen", told)
	}
}
