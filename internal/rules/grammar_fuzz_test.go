package rules

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

var errDialled = errors.New("the request got as far as dialling")

// sendable asks net/http whether it would send a header: its transport looks at the
// headers before it dials, and the dialler here only notes that it was reached.
func sendable(t *testing.T, name, value string) bool {
	t.Helper()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errDialled }}
	request := newRequest(t, name, value)
	response, err := transport.RoundTrip(request)
	if err == nil {
		t.Fatal("a request without a network got an answer", response.Body.Close())
	}
	return errors.Is(err, errDialled)
}

// arrives writes a request as net/http does and reads it as a server does.
func arrives(t *testing.T, name, value string) string {
	t.Helper()
	var wire bytes.Buffer
	if err := newRequest(t, name, value).Write(&wire); err != nil {
		t.Fatal(err)
	}
	received, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatalf("%s: %q cannot be read back: %v", name, value, err)
	}
	return received.Header.Get(name)
}

func newRequest(t *testing.T, name, value string) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://bucket.example/key", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header[name] = []string{value}
	return request
}

// checkAgainstHTTP: what has no error can be sent, arrives unchanged, and has well
// formed findings; what net/http refuses to send has an error.
func checkAgainstHTTP(t *testing.T, name, value string, found []finding.Finding) {
	t.Helper()
	findingtest.WellFormed(t, found)
	refused := false
	for _, v := range found {
		refused = refused || v.Severity == finding.Error
	}
	if refused {
		return
	}
	if !sendable(t, name, value) {
		t.Errorf("%s: %q passes, and net/http refuses to send it", name, value)
	} else if got := arrives(t, name, value); got != value {
		t.Errorf("%s: %q passes and arrives as %q", name, value, got)
	}
}

func TestSendableTellsTheDifference(t *testing.T) {
	t.Parallel()
	if !sendable(t, "Cache-Control", "no-store") || sendable(t, "Cache-Control", "a\nb") || sendable(t, "Cache-Control", "a\x7f") {
		t.Error("the comparison with net/http proves nothing")
	}
	if arrives(t, "Cache-Control", " a ") != "a" {
		t.Error("net/http keeps padding")
	}
}

// Every byte inside and at the ends of a value, in every header and in metadata.
func TestEveryByteAgainstHTTP(t *testing.T) {
	t.Parallel()
	for c := range 256 {
		for _, value := range []string{string([]byte{byte(c)}), "a" + string([]byte{byte(c)}) + "b", string([]byte{byte(c)}) + "b", "a" + string([]byte{byte(c)})} {
			for _, name := range headerNames {
				checkAgainstHTTP(t, name, value, CheckHeader(name, value))
			}
			checkAgainstHTTP(t, "X-Oss-Meta-A", value, CheckUserMetadata(map[string]string{"a": value}))
		}
	}
}

func fuzzHeader(f *testing.F, name string) {
	for _, tt := range grammarTests {
		if tt.name == name {
			f.Add(tt.value)
		}
	}
	f.Add("")
	f.Add(" a\t")
	f.Add("a\r\nX: y")
	f.Add("\xff\x00\x7f")
	f.Fuzz(func(t *testing.T, value string) {
		checkAgainstHTTP(t, name, value, CheckHeader(name, value))
	})
}

func FuzzCacheControl(f *testing.F)       { fuzzHeader(f, "Cache-Control") }
func FuzzContentDisposition(f *testing.F) { fuzzHeader(f, "Content-Disposition") }
func FuzzContentEncoding(f *testing.F)    { fuzzHeader(f, "Content-Encoding") }
func FuzzContentLanguage(f *testing.F)    { fuzzHeader(f, "Content-Language") }
func FuzzContentType(f *testing.F)        { fuzzHeader(f, "Content-Type") }
func FuzzExpires(f *testing.F)            { fuzzHeader(f, "Expires") }

func FuzzUserMetadata(f *testing.F) {
	f.Add("owner", "alice")
	f.Add("Owner_X", " a")
	f.Add("x-oss-meta-", "\xff")
	f.Fuzz(func(t *testing.T, name, value string) {
		found := CheckUserMetadata(map[string]string{name: value})
		checkAgainstHTTP(t, http.CanonicalHeaderKey("x-oss-meta-"+name), value, found)
		for _, v := range CheckMetadataName(name) {
			_, fix, has := strings.Cut(v.Detail, `write "`)
			if fix, _, _ = strings.Cut(fix, `"`); has && !strings.Contains(fix, "…") && len(CheckMetadataName(fix)) > 0 {
				t.Errorf("%q: the fix %q is refused", name, fix)
			}
		}
	})
}

func FuzzNamesOfOtherKinds(f *testing.F) {
	f.Add("site/index.html", "bucket-1", "team", "web")
	f.Add("/\xff\x00", "-B_", "", "\xff")
	f.Fuzz(func(t *testing.T, key, bucket, tag, value string) {
		findingtest.WellFormed(t, CheckKey(key))
		findingtest.WellFormed(t, CheckBucket(bucket))
		findingtest.WellFormed(t, CheckTags(map[string]string{tag: value}))
		if ContentType(key) == "" {
			t.Errorf("%q has no content type", key)
		}
	})
}
