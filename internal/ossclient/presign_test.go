package ossclient

import (
	"encoding/base64"
	"encoding/xml"
	"io"
	"net/http"
	neturl "net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// clock is the time as the local server has it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

var signedAt = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// newSigner is a client and a local server that take it for the same time.
func newSigner(t *testing.T) (*Client, *ossserver.Server, *clock) {
	t.Helper()
	at := &clock{now: signedAt}
	server := &ossserver.Server{AllowPrivateCallbacks: true, Now: at.read}
	return newLocal(t, server), server, at
}

// answered is what somebody with a signed URL or form gets.
type answered struct {
	status int
	code   string // of an error document
	header http.Header
	body   string
}

// browse makes a request as it is, without a key. A Content-Length in the header is that of the body.
func browse(t *testing.T, method, url string, header map[string]string, body string) answered {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		if name != "Content-Length" {
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

func signURL(t *testing.T, c *Client, r URLRequest) string {
	t.Helper()
	if r.ExpiresIn == 0 {
		r.ExpiresIn = time.Minute
	}
	r.Bucket, r.Now = "bucket", signedAt
	signed, err := c.SignURL(r)
	if err != nil {
		t.Fatal(err)
	}
	return signed.URL
}

const signedKey = "目录/a b+c&d.txt"

// putRequest binds all that an upload can be bound to.
func putRequest(callbackURL string) URLRequest {
	return URLRequest{
		Method: "PUT", Key: signedKey,
		Header: map[string]string{
			"Content-Type": "text/plain", "Content-Length": "5", "Cache-Control": "no-cache", "X-Oss-Object-Acl": "private",
			"X-Oss-Meta-Owner": "alice", "X-Oss-Meta-Note": "日本",
		},
		Query: map[string]string{
			"callback":     base64.StdEncoding.EncodeToString([]byte(`{"callbackUrl":"` + callbackURL + `","callbackBody":"${object} ${x:by}"}`)),
			"callback-var": base64.StdEncoding.EncodeToString([]byte(`{"x:by":"emma"}`)),
		},
	}
}

// Whoever has the URL can do what it was signed for, with a temporary key of the signer.
func TestSignedURLs(t *testing.T) {
	t.Parallel()
	c, server, _ := newSigner(t)
	receiver, bodies := receive(t, 200, `{"ok":true}`)
	put := putRequest(receiver)
	if got := browse(t, "PUT", signURL(t, c, put), put.Header, "hello"); got.status != 200 || got.body != `{"ok":true}` {
		t.Fatalf("put: %+v", got)
	}
	if got := bodies(); len(got) != 1 || got[0] != "%E7%9B%AE%E5%BD%95%2Fa%20b%2Bc%26d.txt emma" {
		t.Errorf("the callback got %q", got)
	}
	o, err := server.Object("bucket", signedKey)
	if err != nil {
		t.Fatal(err)
	}
	if o.Metadata["owner"] != "alice" || o.Metadata["note"] != "日本" || o.ContentType != "text/plain" || o.CacheControl != "no-cache" || o.ACL != "private" {
		t.Errorf("stored %+v", o)
	}
	got := browse(t, "GET", signURL(t, c, URLRequest{Method: "GET", Key: signedKey, Query: map[string]string{
		"response-content-type": "application/pdf", "response-content-disposition": `attachment; filename="a+b 中.pdf"`}}), nil, "")
	if got.status != 200 || got.body != "hello" || got.header.Get("Content-Type") != "application/pdf" || got.header.Get("Content-Disposition") != `attachment; filename="a+b 中.pdf"` {
		t.Errorf("get: %+v", got)
	}
	if got := browse(t, "HEAD", signURL(t, c, URLRequest{Method: "HEAD", Key: signedKey}), nil, ""); got.status != 200 || got.header.Get("X-Oss-Meta-Owner") != "alice" {
		t.Errorf("head: %+v", got)
	}
	if got := browse(t, "DELETE", signURL(t, c, URLRequest{Method: "DELETE", Key: signedKey}), nil, ""); got.status != 204 {
		t.Errorf("delete: %+v", got)
	}
	if got := browse(t, "GET", signURL(t, c, URLRequest{Method: "GET", Key: signedKey}), nil, ""); got.code != "NoSuchKey" {
		t.Errorf("get what is deleted: %+v", got)
	}
}

func TestSignedURLOfAVersion(t *testing.T) {
	t.Parallel()
	c, server, _ := newSigner(t)
	if err := server.SetVersioning("bucket", "Enabled"); err != nil {
		t.Fatal(err)
	}
	put := URLRequest{Method: "PUT", Key: "k"}
	for _, body := range []string{"one", "two"} {
		if got := browse(t, "PUT", signURL(t, c, put), nil, body); got.status != 200 {
			t.Fatalf("put: %+v", got)
		}
	}
	versions, err := server.Versions("bucket", "k")
	if err != nil || len(versions) != 2 {
		t.Fatalf("%d versions, %v", len(versions), err)
	}
	bodies := map[string]bool{}
	for _, v := range versions {
		bodies[browse(t, "GET", signURL(t, c, URLRequest{Method: "GET", Key: "k", Query: map[string]string{"versionId": v.VersionID}}), nil, "").body] = true
	}
	if !bodies["one"] || !bodies["two"] {
		t.Errorf("read %v", bodies)
	}
}

// changed is a text with another character in the place of one.
func changed(text string, at int) string {
	other := byte('7') // also in a percent-encoded byte
	if text[at] == other {
		other = '8'
	}
	return text[:at] + string(other) + text[at+1:]
}

// One byte of a signed URL is enough, and one of what it binds (OSS-330).
func TestChangedURLIsRefused(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("changes every byte")
	}
	c, server, at := newSigner(t)
	receiver, bodies := receive(t, 200, `{}`)
	put := putRequest(receiver)
	url := signURL(t, c, put)
	refused := func(what string, got answered) {
		t.Helper()
		if got.status < 400 || got.code == "" {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	start := strings.Index(url, "/bucket/") + 1
	for i := start; i < len(url); i++ {
		refused(url[:i]+"["+url[i:i+1]+"]", browse(t, "PUT", changed(url, i), put.Header, "hello"))
		if _, err := neturl.Parse(url[:i]); err == nil {
			refused("cut at "+url[:i], browse(t, "PUT", url[:i], put.Header, "hello"))
		}
	}
	with := func(name, value string) map[string]string {
		header := map[string]string{}
		for n, v := range put.Header {
			header[n] = v
		}
		if header[name] = value; value == "" {
			delete(header, name)
		}
		return header
	}
	for name, value := range put.Header {
		if name != "Content-Length" {
			refused("without "+name, browse(t, "PUT", url, with(name, ""), "hello"))
			refused("another "+name, browse(t, "PUT", url, with(name, changed(value, len(value)-1)), "hello"))
		}
	}
	for name, value := range map[string]string{"X-Oss-Meta-More": "x", "X-Oss-Storage-Class": "IA", "Content-MD5": "XUFAKrxLKna5cZ2REBfFkg=="} {
		refused("with "+name, browse(t, "PUT", url, with(name, value), "hello"))
	}
	refused("a longer body", browse(t, "PUT", url, put.Header, "hello!"))
	refused("a shorter body", browse(t, "PUT", url, put.Header, "hell"))
	refused("more parameters", browse(t, "PUT", url+"&x-oss-traffic-limit=819200", put.Header, "hello"))
	for _, method := range []string{"GET", "DELETE", "POST"} {
		refused(method, browse(t, method, url, put.Header, "hello"))
	}
	at.set(signedAt.Add(time.Minute + time.Second))
	if got := browse(t, "PUT", url, put.Header, "hello"); got.status != 403 || !strings.Contains(got.body, "Request has expired") {
		t.Errorf("too late: %+v", got)
	}
	if _, err := server.Object("bucket", signedKey); err == nil || len(bodies()) > 0 {
		t.Error("something was stored")
	}
	at.set(signedAt.Add(time.Minute))
	if got := browse(t, "PUT", url, put.Header, "hello"); got.status != 200 {
		t.Errorf("as it was signed, in its last second: %+v", got)
	}
}
