package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// The messages are those that OSS's pages list, with their own spelling.
func TestCallbackMeaning(t *testing.T) {
	t.Parallel()
	for message, words := range map[string]string{
		"Error status : 502.": "nothing listens there",
		"Error status : -1. OSS can not connect to your callbackUrl, please check it.":                       "nothing listens there",
		"error status:-1 8.130.164.124:80 reply timeout, cost: 5000 ms, timeout: 5000 ms (err -4, errno110)": "within the 5 seconds",
		"Cost too long time.":                                                  "within the 5 seconds",
		"Too many callback requests.":                                          "-parallelism",
		"Response body is not valid json format.":                              "not JSON",
		"Error Status : 400.User server missing content-length.":               "no Content-Length",
		"Error Status : 400.User server return invalid conent-length value.":   "empty body",
		"Error Status : 400.User server return invalid content-length value.":  "empty body",
		"Error Status : 400.User server return too long content-length value.": "too long",
		"Get image info failed.":                                               "is an image",
		"Error status : 301.":                                                  "does not follow",
		"Error status : 302.":                                                  "does not follow",
		"Error status : 404.":                                                  "nothing at this path",
		"Error status : 401.":                                                  "verifies the signature",
		"Error status : 403.":                                                  "verifies the signature",
		"Error status : 400.":                                                  "this body_type",
		"Error status : 204.":                                                  "200 alone",
		"Error status : 500.":                                                  "The receiver failed",
		"Error status : 99999999999999999999.":                                 "within 5 seconds with the status 200",
		"something new":                                                        "within 5 seconds with the status 200",
		"":                                                                     "within 5 seconds with the status 200",
	} {
		if got := callbackMeaning(message); !strings.Contains(got, words) {
			t.Errorf("%q means %q, want %q", message, got, words)
		}
	}
}

// A refusal is reported at the argument that OSS means; what is not a refusal of the callback is left to others.
func TestCallbackRefusalNamesTheField(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		ec, message, at string // at is "" when the error is not about the callback
		status          int
	}{
		{"0007-00000004", "The callback url configuration is invalid.", "callback.urls", 400},
		{"0007-00000005", "The number of callback url exceed max value.", "callback.urls", 400},
		{"", "Private address is forbidden to callback.", "callback.urls", 400},
		{"", "Can not get ip by this host.", "callback.urls", 400},
		{"", "The callback host configuration is invalid.", "callback.host", 400},
		{"", "The body type of callback is not supported.", "callback.body_type", 400},
		{"", "The callback body type configuration is invalid.", "callback.body_type", 400},
		{"0007-00000011", "The callback body is empty.", "callback.body", 400},
		{"", "The callback body is invalid.", "callback.body", 400},
		{"0007-00000001", "The length of callback exceed max value.", "callback.body", 400},
		{"0007-00000101", "The length of callback var exceed max value.", "callback.variables", 400},
		{"0007-00000103", "The callback var is not expecten json.", "callback.variables", 400},
		{"0007-00000011", "", "callback.body", 400},
		{"0007-00000999", "Something new.", "callback.urls", 400}, // the whole block
		{"", "Your bucket has had enough of every callback.", "callback.urls", 400},
		{"0016-00000001", "The storage class is invalid.", "", 400},
		{"0007-00000011", "The callback body is empty.", "", 403},
	} {
		var diags diag.Diagnostics
		m := objectModel{
			Bucket: types.StringValue("b"), Key: types.StringValue("k"), Callback: types.ObjectValueMust(map[string]attr.Type{}, map[string]attr.Value{}),
		}
		err := &ossclient.Error{Status: tc.status, Code: "InvalidArgument", Message: tc.message, EC: tc.ec, RequestID: "6F1A"}
		if got := m.addCallbackRefusal(&diags, err); got != (tc.at != "") {
			t.Errorf("%q: refused is %v", tc.message, got)
			continue
		}
		if tc.at == "" {
			continue
		}
		d, ok := diags[0].(diag.DiagnosticWithPath)
		if !ok || d.Path().String() != tc.at || !strings.Contains(d.Detail(), "Nothing was stored.") || !strings.Contains(d.Detail(), "6F1A") {
			t.Errorf("%q: told %+v, want it at %s", tc.message, diags, tc.at)
		}
		m.Callback = types.ObjectNull(map[string]attr.Type{})
		if m.addCallbackRefusal(&diags, err) {
			t.Errorf("%q: refused without a callback", tc.message)
		}
	}
}
