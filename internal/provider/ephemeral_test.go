package provider

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// handOut is an object whose write-only body is a JSON of ephemeral values. That is how a page gets them, and where a test
// finds what the apply has signed.
const handOut = `
resource "oss_object" "handed" {
  bucket             = "BUCKET"
  key                = "handed.json"
  content_wo         = jsonencode(%s)
  content_wo_version = 1
}
`

// handed decodes what handOut has stored.
func (o *testOSS) handed(to any) {
	o.t.Helper()
	if err := json.Unmarshal([]byte(o.body("handed.json")), to); err != nil {
		o.t.Fatal(err)
	}
}

// answered is what somebody without a key gets.
type answered struct {
	status int
	code   string // of an error document
	header http.Header
	body   string
}

// browse makes a request as it is, without a key.
func browse(t testing.TB, method, url string, header map[string]string, body string) answered {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if name != "Content-Length" { // which is that of the body
			req.Header.Set(name, value)
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Code string }
	_ = xml.Unmarshal(text, &document) // most answers are none
	return answered{resp.StatusCode, document.Code, resp.Header, string(text)}
}

// postForm sends a form as a browser does.
func postForm(t testing.TB, url string, fields map[string]string, filename, file string) answered {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := w.WriteField(name, fields[name]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="` + filename + `"`}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return browse(t, "POST", url, map[string]string{"Content-Type": w.FormDataContentType()}, body.String())
}

// open opens an ephemeral resource over the protocol.
func (p *protocol) open(name string, values map[string]tftypes.Value, deferral bool) *tfprotov6.OpenEphemeralResourceResponse {
	p.t.Helper()
	kind := p.schema.EphemeralResourceSchemas[name].ValueType().(tftypes.Object)
	config := map[string]tftypes.Value{}
	for attribute, attributeKind := range kind.AttributeTypes {
		config[attribute] = tftypes.NewValue(attributeKind, nil)
	}
	maps.Copy(config, values)
	resp, err := p.server.(tfprotov6.EphemeralResourceServer).OpenEphemeralResource(p.t.Context(), &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: name, Config: p.value(kind, config), ClientCapabilities: &tfprotov6.OpenEphemeralResourceClientCapabilities{DeferralAllowed: deferral},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return resp
}

// opened are the attributes of an ephemeral resource, in the values that JSON has.
func (p *protocol) opened(name string, values map[string]tftypes.Value) map[string]any {
	p.t.Helper()
	resp := p.open(name, values, false)
	p.noErrors(resp.Diagnostics)
	return p.attributes(resp.Result, p.schema.EphemeralResourceSchemas[name].ValueType())
}

var openable = map[string]map[string]tftypes.Value{
	"oss_object":        {"bucket": tftypes.NewValue(tftypes.String, "test-bucket"), "key": tftypes.NewValue(tftypes.String, "k")},
	"oss_presigned_url": {"bucket": tftypes.NewValue(tftypes.String, "test-bucket"), "key": tftypes.NewValue(tftypes.String, "k")},
	"oss_upload_policy": {"bucket": tftypes.NewValue(tftypes.String, "test-bucket"), "key_prefix": tftypes.NewValue(tftypes.String, "up/")},
}

// Where the provider's own configuration is not known yet, an ephemeral resource waits if Terraform lets it, and else says
// what to do. Without any configuration it says so, too.
func TestEphemeralWithoutAProvider(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	for name, values := range openable {
		p := o.protocol()
		if resp := p.open(name, values, false); name != "oss_object" && (len(resp.Diagnostics) > 0 || resp.Deferred != nil) {
			t.Fatalf("%s does not open: %+v", name, resp.Diagnostics)
		}
		kind := p.schema.Provider.ValueType().(tftypes.Object)
		config := map[string]tftypes.Value{}
		for attribute, attributeKind := range kind.AttributeTypes {
			config[attribute] = tftypes.NewValue(attributeKind, nil)
		}
		config["region"] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
		configured, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: p.value(kind, config)})
		o.must(err)
		p.noErrors(configured.Diagnostics)

		resp := p.open(name, values, true)
		if len(resp.Diagnostics) > 0 || resp.Deferred == nil || resp.Deferred.Reason != tfprotov6.DeferredReasonProviderConfigUnknown {
			t.Errorf("%s, deferral allowed: %+v, %+v", name, resp.Deferred, resp.Diagnostics)
		}
		resp = p.open(name, values, false)
		if resp.Deferred != nil || len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Summary != "Provider Configuration Not Known Yet" ||
			!strings.Contains(resp.Diagnostics[0].Detail, `The provider argument "region"`) {
			t.Errorf("%s, deferral not allowed: %+v, %+v", name, resp.Deferred, resp.Diagnostics)
		}

		server, err := factories()["oss"]()
		o.must(err)
		p.server = server
		if resp := p.open(name, values, true); len(resp.Diagnostics) != 1 || resp.Diagnostics[0].Summary != "Unconfigured Provider" {
			t.Errorf("%s, not configured: %+v", name, resp.Diagnostics)
		}
	}
	if got := o.requests(); got != "GetObject:1" {
		t.Errorf("requests %q", got)
	}
}
