package main

import (
	"bufio"
	"context"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const page = "http://page.example:9000"

var key = credentials{"STS.id", "secret", "token"}

func ask(t *testing.T, handler http.Handler, r *http.Request) (int, string, http.Header) {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

func TestTokenIsForOneOrigin(t *testing.T) {
	t.Parallel()
	handler := newHandler(page, "", key, io.Discard)
	for origin, want := range map[string]int{page: 200, "http://other.example": 403, "": 403, "null": 403} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/token", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		code, body, header := ask(t, handler, r)
		if code != want || (code != 200 && strings.Contains(body, "secret")) {
			t.Errorf("origin %q: %d %s", origin, code, body)
		}
		if allowed := header.Get("Access-Control-Allow-Origin"); (allowed == page) != (want == 200) || header.Get("Vary") != "Origin" {
			t.Errorf("origin %q: the headers are %v", origin, header)
		}
		if want == 200 && (body != `{"AccessKeyId":"STS.id","AccessKeySecret":"secret","SecurityToken":"token"}`+"\n" || header.Get("Cache-Control") != "no-store") {
			t.Errorf("gave %s with %v", body, header)
		}
	}
}

func TestOnlyTemporaryKeysAreHandedOut(t *testing.T) {
	t.Parallel()
	env := map[string]string{"OSS_ACCESS_KEY_ID": "id", "OSS_ACCESS_KEY_SECRET": "secret"}
	if _, err := temporaryCredentials(func(name string) string { return env[name] }); err == nil || !strings.Contains(err.Error(), "long-term key") {
		t.Errorf("a key without a token: %v", err)
	}
	if _, err := temporaryCredentials(func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), "AssumeRole") {
		t.Errorf("no key: %v", err)
	}
	env["OSS_SESSION_TOKEN"] = "token"
	if got, err := temporaryCredentials(func(name string) string { return env[name] }); err != nil || got != (credentials{"id", "secret", "token"}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// signer is a server that signs callbacks as OSS does, and shows its public key.
func signer(t *testing.T) (keyURL string, sign func(path, body string) string) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = pem.Encode(w, &pem.Block{Type: "PUBLIC KEY", Bytes: der})
	}))
	t.Cleanup(server.Close)
	return server.URL, func(path, body string) string {
		sum := md5.Sum([]byte(path + "\n" + body))
		signature, err := rsa.SignPKCS1v15(nil, private, crypto.MD5, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(signature)
	}
}

func TestCallback(t *testing.T) {
	t.Parallel()
	keyURL, sign := signer(t)
	handler := newHandler(page, keyURL, key, io.Discard)
	const body, form = "object=a%2Fb&year=2020", "application/x-www-form-urlencoded"
	for name, tc := range map[string]struct {
		body, kind, signature string
		code                  int
		answer                string
	}{
		"signed":      {body, form, sign("/callback", body), 200, `{"received":{"object":"a/b","year":"2020"}}`},
		"forged":      {body + "1", form, sign("/callback", body), 403, "signature"},
		"not signed":  {body, form, "", 403, "Authorization"},
		"JSON":        {"{}", "application/json", sign("/callback", "{}"), 415, "as a form"},
		"broken form": {"a=%zz", form, sign("/callback", "a=%zz"), 400, "invalid"},
		"too large":   {strings.Repeat("a", 65<<10), form, "", 400, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/callback", strings.NewReader(tc.body))
			r.Header.Set("Content-Type", tc.kind)
			r.Header.Set("Authorization", tc.signature)
			code, got, header := ask(t, handler, r)
			if code != tc.code || !strings.Contains(got, tc.answer) {
				t.Errorf("%d %s, want %d %s", code, got, tc.code, tc.answer)
			}
			if code == 200 && header.Get("Content-Length") == "" {
				t.Error("no Content-Length, which OSS insists on")
			}
		})
	}
	// Without a key of one's own only OSS's counts, and that is asked for from OSS alone.
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/callback", strings.NewReader(body))
	r.Header.Set("Content-Type", form)
	r.Header.Set("Authorization", sign("/callback", body))
	r.Header.Set("X-Oss-Pub-Key-Url", base64.StdEncoding.EncodeToString([]byte(keyURL)))
	if code, got, _ := ask(t, newHandler(page, "", key, io.Discard), r); code != 403 || !strings.Contains(got, "is not one of OSS") {
		t.Errorf("a key of somebody's own: %d %s", code, got)
	}
}

// These set the environment, which no test beside them may see.
func TestRun(t *testing.T) { //nolint:paralleltest // t.Setenv
	t.Setenv("OSS_ACCESS_KEY_ID", "STS.id")
	t.Setenv("OSS_ACCESS_KEY_SECRET", "secret")
	t.Setenv("OSS_SESSION_TOKEN", "token")
	for name, tc := range map[string]struct {
		args []string
		word string
	}{
		"no origin":      {nil, "--origin"},
		"a path":         {[]string{"--origin", page + "/index.html"}, "is no origin"},
		"all interfaces": {[]string{"--origin", page, "--addr", "0.0.0.0:0"}, "loopback"},
	} {
		if err := run(t.Context(), tc.args, io.Discard); err == nil || !strings.Contains(err.Error(), tc.word) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- run(ctx, []string{"--origin", page, "--addr", "127.0.0.1:0"}, write) }()
	lines := bufio.NewScanner(read)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), "listening on http://127.0.0.1:") {
		t.Fatalf("began with %q", lines.Text())
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
