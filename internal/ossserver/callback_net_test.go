package ossserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func itoa(n int) string { return strconv.Itoa(n) }

// TestCallbackTLS covers certificates and the server name of the handshake.
func TestCallbackTLS(t *testing.T) {
	t.Parallel()
	names := make(chan string, 10)
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") }))
	ts.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		names <- hello.ServerName
		return nil, nil
	}}
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	ts.StartTLS()
	t.Cleanup(ts.Close)
	pool := x509.NewCertPool()
	pool.AddCert(ts.Certificate()) // for example.com and 127.0.0.1
	_, port, _ := strings.Cut(strings.TrimPrefix(ts.URL, "https://"), ":")
	for _, tt := range []struct {
		host   string
		sni    bool
		roots  *x509.CertPool
		status int
		asked  string
	}{
		{"example.com", true, pool, 200, "example.com"},
		{"example.com", false, pool, 200, ""},
		{"127.0.0.1", true, pool, 200, ""},
		{"127.0.0.1", false, pool, 200, ""},
		{"other.test", true, pool, 203, "other.test"},
		{"other.test", false, pool, 203, ""},
		{"example.com", true, x509.NewCertPool(), 203, "example.com"},
		{"example.com", false, x509.NewCertPool(), 203, ""},
	} {
		e := start(t, &Server{AllowPrivateCallbacks: true, CallbackRootCAs: tt.roots, lookupCallback: toLoopback})
		a := e.must(tt.status, call{method: "PUT", path: at("k"), header: map[string]string{"x-oss-callback": coded(t, fields{
			"callbackUrl": "https://" + tt.host + ":" + port + "/x", "callbackBody": "a", "callbackSNI": tt.sni})}})
		if got := <-names; got != tt.asked {
			t.Errorf("%+v: server name %q", tt, got)
		}
		if tt.status == 203 && !strings.Contains(a.body, "Error status : 502.") {
			t.Errorf("%+v: %s", tt, a.body)
		}
	}
}

func toLoopback(context.Context, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// TestCallbackAddresses holds that callbacks reach public addresses alone unless allowed.
func TestCallbackAddresses(t *testing.T) {
	t.Parallel()
	hosts := map[string]string{
		"127.0.0.1": "127.0.0.1", "10.1.2.3": "10.1.2.3", "172.16.0.1": "172.16.0.1", "192.168.1.1": "192.168.1.1", "169.254.1.1": "169.254.1.1",
		"100.100.100.200": "100.100.100.200", "0.0.0.0": "0.0.0.0", "224.0.0.1": "224.0.0.1", "255.255.255.255": "255.255.255.255",
		"one.test": "127.0.0.1", "mixed.test": "203.0.113.1 10.0.0.1", "mapped.test": "::ffff:127.0.0.1", "six.test": "2001:db8::1",
	}
	s := &Server{lookupCallback: func(_ context.Context, host string) ([]netip.Addr, error) {
		var all []netip.Addr
		for a := range strings.FieldsSeq(hosts[host]) {
			all = append(all, netip.MustParseAddr(a))
		}
		if len(all) == 0 {
			return nil, errors.New("no such host")
		}
		return all, nil
	}}
	e := start(t, s)
	put := func(host string) call {
		return call{method: "PUT", path: at("k"), header: map[string]string{
			"x-oss-callback": coded(t, fields{"callbackUrl": "http://" + host + "/", "callbackBody": "a"})}}
	}
	for host := range hosts {
		a := e.refused(400, "InvalidArgument", put(host))
		if !strings.Contains(a.body, "Private address is forbidden to callback.") {
			t.Errorf("%s: %s", host, a.body)
		}
	}
	a := e.refused(400, "InvalidArgument", put("nowhere.test"))
	if !strings.Contains(a.body, "Can not get ip by this host.") {
		t.Error(a.body)
	}
	e.refused(404, "NoSuchKey", call{method: "HEAD", path: at("k")})
}

// TestPublicAddresses is OSS-286: which addresses a callback may go to, decided without asking anybody.
func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for _, public := range []string{
		"1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
		"172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.113.1", "223.255.255.255",
	} {
		if !publicAddress(netip.MustParseAddr(public)) {
			t.Errorf("%s is public", public)
		}
	}
	for _, private := range []string{
		"0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
		"169.254.0.1", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "224.0.0.0",
		"239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255", "::1", "2001:db8::1", "fe80::1",
	} {
		if publicAddress(netip.MustParseAddr(private)) {
			t.Errorf("%s is not public", private)
		}
	}
}

// TestCallbackSystemResolver goes through the system's resolver, for a name every machine has.
func TestCallbackSystemResolver(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer("{}"))
	e.put("k", "", map[string]string{"x-oss-callback": coded(t, fields{
		"callbackUrl": strings.Replace(r.url, "127.0.0.1", "localhost", 1), "callbackBody": "a"})})
	r.only()
	guarded := start(t, nil)
	guarded.refused(400, "InvalidArgument", call{method: "PUT", path: at("k"), header: map[string]string{
		"x-oss-callback": coded(t, fields{"callbackUrl": "http://localhost/", "callbackBody": "a"})}})
}

// testImages are images of 37 by 21 pixels by format, and bytes that only look like one.
func testImages(t *testing.T) map[string]string {
	t.Helper()
	encode := func(to func(io.Writer, image.Image) error) string {
		var b bytes.Buffer
		if err := to(&b, image.NewPaletted(image.Rect(0, 0, 37, 21), color.Palette{color.Black, color.White})); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	le16 := func(n uint16) string { return string(binary.LittleEndian.AppendUint16(nil, n)) }
	le32 := func(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }
	riff := func(kind, data string) string { return "RIFF" + le32(100) + "WEBP" + kind + le32(50) + data }
	bmp := "BM" + strings.Repeat("\x00", 12)
	png := encode(png.Encode)
	return map[string]string{
		"png": png,
		"jpg": encode(func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }),
		"gif": encode(func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }),
		// Sizes less one in 24 bits; in 14 bits of one word; plain in 14 bits with a scale in the upper two.
		"webp extended": riff("VP8X", "\x10\x00\x00\x00\x24\x00\x00\x14\x00\x00"),
		"webp lossless": riff("VP8L", "\x2f"+le32(36|20<<14|1<<28)+"\x00\x00\x00\x00\x00"),
		"webp lossy":    riff("VP8 ", "\x00\x00\x00\x9d\x01\x2a"+le16(37|1<<14)+le16(21|2<<14)),
		"bmp":           bmp + le32(40) + le32(37) + le32(21),
		"bmp top-down":  bmp + le32(40) + le32(37) + le32(^uint32(20)),
		"bmp old":       bmp + le32(12) + le16(37) + le16(21) + le32(0),
		"none":          "hello",
		"none empty":    "",
		"none cut png":  png[:20],
		"none cut webp": riff("VP8 ", "\x00\x00\x00\x9d\x01\x2a"),
		"none cut bmp":  "BM",
		"none of bmp":   bmp + le32(40) + le32(0) + le32(21),
		"none of webp":  riff("VP8 ", strings.Repeat("\x01", 10)),
	}
}

// FuzzCallback gives any text as a callback's JSON, as a template, and as an answer: nothing panics, a template that
// passes is filled as it says, and no header line can be broken.
func FuzzCallback(f *testing.F) {
	for _, seed := range []string{
		`{"callbackUrl":"http://127.0.0.1:1/a?b;c.test","callbackBody":"${size}&${x:a}","callbackSNI":true}`,
		`{"callbackUrl":"https://a","callbackHost":"b","callbackBody":"{\"a\":${object}}","callbackBodyType":"application/json"}`,
		`{"callbackUrl":"a","callbackBody":"b","additionalHeaders":{"c":"d\r\ne: f"}}`, `{"callbackUrl":[]}`, `null`, "\ufeff{}",
		"${bucket}${x:a}$${size}$", "$(size)", "${", "${x:}", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200\r\n\r\n",
	} {
		f.Add(seed, "a \"b\"\n")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		var api *apiError
		if cb, err := parseCallback("c", base64.StdEncoding.EncodeToString([]byte(text))); err == nil && cb != nil {
			if len(cb.targets) == 0 || len(cb.body) == 0 {
				t.Fatalf("%q: %+v", text, cb)
			}
			for _, target := range cb.targets {
				if strings.ContainsFunc(target.url.Host+target.url.EscapedPath()+target.url.RawQuery, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
					t.Fatalf("%q: target %q", text, target.url)
				}
			}
			for _, h := range cb.headers {
				if strings.ContainsAny(h.name+h.value+cb.host, "\r\n") {
					t.Fatalf("%q: header %q", text, h)
				}
			}
		} else if err != nil && !errors.As(err, &api) {
			t.Fatalf("%q: %v", text, err)
		}
		if answer, err := readCallbackAnswer(strings.NewReader(text)); err == nil && (!json.Valid(answer) || !strings.Contains(text, string(answer))) {
			t.Fatalf("answer %q of %q", answer, text)
		}
		checkFilled(t, text, value)
	})
}

// checkFilled compares a filled template with one filled another way.
func checkFilled(t *testing.T, body, value string) {
	t.Helper()
	parts, ok := parseTemplate(body)
	if !ok {
		return
	}
	values, want := map[string]string{}, body
	for _, name := range systemVariables {
		values[name] = value
		want = strings.ReplaceAll(want, "${"+name+"}", "${}")
	}
	var custom []string
	for _, p := range parts {
		if strings.HasPrefix(p.variable, "x:") && !slices.Contains(custom, p.variable) {
			custom = append(custom, p.variable)
			want = strings.ReplaceAll(want, "${"+p.variable+"}", "${}")
		}
	}
	cb := &callback{body: parts, bodyType: formBody, vars: map[string]string{}}
	for _, name := range custom {
		cb.vars[name] = value
	}
	got := cb.fill(values)
	if want = strings.ReplaceAll(want, "${}", strings.ReplaceAll(url.QueryEscape(value), "+", "%20")); got != want {
		t.Fatalf("%q with %q: %q, want %q", body, value, got, want)
	}
	var back string
	if err := json.Unmarshal([]byte(jsonValue("object", value)), &back); err != nil || utf8.ValidString(value) && back != value {
		t.Fatalf("%q became %q, %v", value, back, err)
	}
}
