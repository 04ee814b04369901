package provider

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// failingCallback is one way in which a receiver fails, until it is repaired.
type failingCallback struct {
	name  string
	words []string // that must explain it
	fail  http.HandlerFunc
	r     *receiver
}

// deadURL is a port that no program is given by chance.
const deadURL = "http://127.0.0.1:1/callback"

func failingCallbacks(t *testing.T, certificate *tlsReceiver) []*failingCallback {
	t.Helper()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, in *http.Request) {
			if code == http.StatusMovedPermanently {
				w.Header().Set("Location", "http://"+in.Host+"/elsewhere")
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, `{"ok":true}`)
		}
	}
	all := []*failingCallback{
		{name: "nobody", words: []string{"Error status : 502.", "nothing listens there"}},
		{name: "moved", words: []string{"Error status : 301.", "OSS does not follow"}, fail: status(301)},
		{name: "missing", words: []string{"Error status : 404.", "nothing at this path"}, fail: status(404)},
		{name: "broken", words: []string{"Error status : 500.", "The receiver failed."}, fail: status(500)},
		{name: "slow", words: []string{"reply timeout", "within the 5 seconds"}, fail: func(_ http.ResponseWriter, in *http.Request) { <-in.Context().Done() }},
		{name: "text", words: []string{"not valid json", "something that is not JSON"}, fail: says("thank you")},
		{name: "endless", words: []string{"missing content-length", "has no Content-Length"}, fail: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"ok":`)
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, `true}`)
		}},
		{name: "long", words: []string{"too long content-length", "OSS takes 1 MB"}, fail: says(`"` + strings.Repeat("x", 2<<20) + `"`)},
		{name: "certificate", words: []string{"Error status : 502.", "TLS handshake failed", "sni = true"}},
	}
	for _, f := range all {
		f.r = certificate.receiver
		if f.name != "certificate" {
			f.r = plainReceiver(t)
		}
	}
	return all
}

// tlsReceiver shows a certificate that nobody trusts until it is repaired.
type tlsReceiver struct {
	*receiver
	good  atomic.Bool
	roots *x509.CertPool
}

func newTLSReceiver(t *testing.T) *tlsReceiver {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	r := &tlsReceiver{roots: x509.NewCertPool()}
	r.roots.AddCert(parsed)
	trusted := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	r.receiver = newReceiver(t, func(s *httptest.Server) {
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // of failed handshakes
		s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			if r.good.Load() {
				return trusted, nil
			}
			return nil, nil // that of httptest, which is not among the roots
		}}
		s.StartTLS()
	})
	return r
}

// failureTest has one object for each way to fail, so that one run of Terraform meets them all.
type failureTest struct {
	*testOSS
	w        *workspace
	tls      *tlsReceiver
	failures []*failingCallback
}

// startFailures takes the named ways to fail, or all.
func startFailures(t *testing.T, names ...string) *failureTest {
	t.Helper()
	certificate := newTLSReceiver(t)
	// Long enough for a receiver that answers on a busy machine, and shorter than OSS's own 5 s.
	o := startServer(t, &ossserver.Server{AllowPrivateCallbacks: true, CallbackRootCAs: certificate.roots, CallbackTimeout: 3 * time.Second})
	f := &failureTest{testOSS: o, w: o.workspace(), tls: certificate, failures: failingCallbacks(t, certificate)}
	if len(names) > 0 {
		f.failures = slices.DeleteFunc(f.failures, func(c *failingCallback) bool { return !slices.Contains(names, c.name) })
	}
	return f
}

// configure writes the objects with a body; the receivers fail, or are all repaired.
func (f *failureTest) configure(body string, repaired bool) {
	f.t.Helper()
	text := ""
	for _, c := range f.failures {
		url := c.r.URL
		if c.name == "nobody" && !repaired {
			url = deadURL
		}
		text += called(c.name, fmt.Sprintf("content = %q", body), small(url)+"\n sni = true\n on_failure = \"error\"")
		c.r.set(says(fmt.Sprintf(`{"name":%q}`, c.name)))
		if c.fail != nil && !repaired {
			c.r.set(c.fail)
		}
	}
	f.tls.good.Store(repaired)
	f.w.config(strings.ReplaceAll(text, "%", "%%"))
}

// apply applies, which has to fail, and holds what Terraform says of each object against the words that must be there.
func (f *failureTest) apply(words ...string) {
	f.t.Helper()
	all, failed := f.w.says("apply", "-auto-approve")
	if !failed {
		f.t.Fatalf("the apply did not fail; it says %+v", all)
	}
	found := map[string]told{}
	for _, d := range all {
		if d.Summary == "Upload Callback Failed" && d.Severity == "error" {
			found[strings.TrimPrefix(d.Address, "oss_object.")] = d
		}
	}
	for _, c := range f.failures {
		text := found[c.name].Detail
		for _, word := range append(append([]string{fmt.Sprintf("The object %q is stored", c.name), "OSS request ID: ", "EC: 0007-0000020"}, words...), c.words...) {
			if !strings.Contains(text, word) {
				f.t.Errorf("%s: the diagnostic does not say %q: %s", c.name, word, text)
			}
		}
		if line := found[c.name].Snippet.Code; !strings.Contains(line, "urls = ") {
			f.t.Errorf("%s: the diagnostic points at %q", c.name, line)
		}
	}
}

// holds checks the stored objects and the state. answered says whether the callbacks succeeded.
func (f *failureTest) holds(body string, answered, tainted bool) {
	f.t.Helper()
	resources := map[string]stateResource{}
	for _, r := range f.w.resources() {
		resources[strings.TrimPrefix(r.Address, "oss_object.")] = r
	}
	for _, c := range f.failures {
		if got := f.body(c.name); got != body {
			f.t.Errorf("%s: stored %q, want %q", c.name, got, body)
		}
		r, o := resources[c.name], f.object(c.name)
		if r.Values["crc64"] != o.CRC64 || r.Values["etag"] != o.ETag || r.Values["content"] != body || r.Tainted != tainted {
			f.t.Errorf("%s: state %+v, stored %+v", c.name, r, o)
		}
		var want any
		if answered {
			want = fmt.Sprintf(`{"name":%q}`, c.name)
		}
		if got, ok := r.Values["callback_response"]; !ok || got != want {
			f.t.Errorf("%s: callback_response %v, want %v", c.name, got, want)
		}
	}
}

// uploadsAgain holds the plan that an apply prints against an upload in place of each object, and returns what it says.
func (f *failureTest) uploadsAgain() string {
	f.t.Helper()
	out := f.w.apply()
	changes := plannedChanges(out)
	for _, c := range f.failures {
		got := changes["oss_object."+c.name]
		if !got.actions.Update() || !strings.Contains(strings.Join(got.attributes, " "), "callback_response") {
			f.t.Errorf("%s: the plan is %v of %v, want an update with a new answer", c.name, got.actions, got.attributes)
		}
	}
	return flatten(out)
}

// A callback that fails on an update fails the apply; the state has the object as it is stored, and each apply uploads it
// again, in place, until the callback comes through. TestCallbackFailures has all ways to fail.
func TestCallbackFailureOnUpdate(t *testing.T) {
	t.Parallel()
	f := startFailures(t, "missing", "text")
	f.configure("one", true)
	f.w.apply()
	f.holds("one", true, false)

	f.configure("two", false)
	f.apply("uploads it again, in place", `on_failure = "warn"`)
	f.holds("two", false, false)

	calls := len(f.failures[0].r.bodies())
	f.apply()
	f.holds("two", false, false)
	if got := len(f.failures[0].r.bodies()); got != calls+1 {
		t.Errorf("the next apply called back %d times, want once", got-calls)
	}

	f.configure("two", true)
	f.local().ResetRecords()
	if out := f.uploadsAgain(); !strings.Contains(out, "Upload Repeated for Its Callback") || !strings.Contains(out, "the callback of its last upload failed") {
		t.Errorf("the plan does not say why it uploads again:\n%s", out)
	}
	if got := f.requests(); strings.Contains(got, "DeleteObject") || !strings.Contains(got, "PutObject:2") {
		t.Errorf("requests %q, want an upload in place of each", got)
	}
	f.holds("two", true, false)
	f.w.clean()
}

// A callback that fails on a creation taints the resource, as Terraform has it; untainted, the object is uploaded again in
// place, else it is deleted and created.
func TestCallbackFailureOnCreate(t *testing.T) {
	t.Parallel()
	f := startFailures(t, "nobody", "text")
	f.configure("one", false)
	f.apply("tainted", "terraform untaint ADDRESS", "object is never missing")
	f.holds("one", false, true)

	f.w.must("untaint", "oss_object.nobody")
	f.configure("one", true)
	f.local().ResetRecords()
	changes := plannedChanges(f.w.apply())
	if got := changes["oss_object.nobody"]; !got.actions.Update() {
		t.Errorf("untainted: the plan is %v", got.actions)
	}
	if got := changes["oss_object.text"]; !got.actions.Replace() {
		t.Errorf("tainted: the plan is %v", got.actions)
	}
	if got := f.requestsFor("nobody"); strings.Contains(got, "DeleteObject") {
		t.Errorf("it was deleted although it was untainted: %s", got)
	}
	f.holds("one", true, false)
	f.w.clean()
}

// playedCallback is the object of a way to fail that is played by the protocol.
type playedCallback struct {
	*failureTest
	*failingCallback
	object *protocolResource
}

// apply applies a body while the receiver fails, or is repaired, and returns what was told of callbacks.
func (c *playedCallback) apply(body, onFailure string, repaired bool) (told string) {
	c.t.Helper()
	url := c.r.URL
	if c.name == "nobody" && !repaired {
		url = deadURL
	}
	c.r.set(says(fmt.Sprintf(`{"name":%q}`, c.name)))
	if c.fail != nil && !repaired {
		c.r.set(c.fail)
	}
	if c.name == "certificate" {
		c.tls.good.Store(repaired)
	}
	c.object.config = map[string]any{"bucket": c.bucket, "key": c.name, "content": body, "callback": map[string]any{
		"urls": []any{url}, "body": "object=${object}", "sni": true, "on_failure": onFailure,
	}}
	c.object.p.told = nil
	failed := c.object.p.attempt(c.object.apply) != ""
	if failed != (onFailure == "error" && !repaired) {
		c.t.Errorf("%s: the apply failed: %v", c.name, failed)
	}
	for _, l := range lines(c.object.p.told) {
		if strings.Contains(l, "Callback") && !strings.Contains(l, "Invalid Callback URL") { // which is said of each callback to this machine
			told += l + "\n"
		}
	}
	stored, state := c.testOSS.object(c.name), c.object.attributes()
	if c.body(c.name) != body || state["content"] != body || state["crc64"] != stored.CRC64 || state["etag"] != stored.ETag {
		c.t.Errorf("%s: state %v, stored %+v", c.name, state, stored)
	}
	var answer any
	if repaired {
		answer = fmt.Sprintf(`{"name":%q}`, c.name)
	}
	if got := state["callback_response"]; got != answer {
		c.t.Errorf("%s: callback_response %v, want %v", c.name, got, answer)
	}
	return told
}

// fails applies a body while the receiver fails, which has to be told, as an error or a warning, with all the words.
func (c *playedCallback) fails(body, onFailure, severity string, words ...string) {
	c.t.Helper()
	told := c.apply(body, onFailure, false)
	words = append(words, severity+" at callback.urls: Upload Callback Failed: ", fmt.Sprintf("The object %q is stored", c.name), "OSS request ID: ", "EC: 0007-0000020")
	for _, word := range append(words, c.words...) {
		if !strings.Contains(told, word) {
			c.t.Errorf("%s: the provider does not say %q: %s", c.name, word, told)
		}
	}
}

// Each way to fail is explained, and the next apply uploads again, in place, and calls back. TestCallbackFailureOnUpdate has
// another failure in between.
func TestCallbackFailures(t *testing.T) {
	t.Parallel()
	f := startFailures(t)
	for _, way := range f.failures {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			o := *f.testOSS
			o.t = t
			c := &playedCallback{&failureTest{testOSS: &o, tls: f.tls}, way, o.protocol().manage("oss_object", nil)}
			if told := c.apply("one", "error", true); told != "" {
				t.Errorf("told is %s", told)
			}
			c.fails("two", "error", "error", "uploads it again, in place", `on_failure = "warn"`)
			if action, attributes := c.object.changes(); action != "update" || !slices.Contains(attributes, "callback_response") {
				t.Errorf("the plan is %s of %v, want an update with a new answer", action, attributes)
			}
			told := c.apply("two", "error", true)
			if !strings.HasPrefix(told, "warning ") || !strings.Contains(told, "Upload Repeated for Its Callback") || !strings.Contains(told, "the callback of its last upload failed") || strings.Contains(told, "Upload Callback Failed") {
				t.Errorf("told is %s", told)
			}
			if got := f.requestsFor(way.name); !strings.HasSuffix(got, "PutObject:3") || strings.Contains(got, "DeleteObject") {
				t.Errorf("requests %q, want three uploads in place", got)
			}
			c.object.clean()
		})
	}
}

// With on_failure = "warn" the apply goes on, and nothing is owed.
func TestCallbackFailureThatOnlyWarns(t *testing.T) {
	t.Parallel()
	f := startFailures(t, "nobody", "text")
	for _, way := range f.failures {
		c := &playedCallback{f, way, f.protocol().manage("oss_object", nil)}
		for _, body := range []string{"one", "two"} {
			c.fails(body, "warn", "warning", "callback_response is null")
			c.object.clean()
		}
		if told := c.apply("three", "warn", true); told != "" {
			t.Errorf("%s: told is %s", way.name, told)
		}
		c.object.clean()
	}
}
