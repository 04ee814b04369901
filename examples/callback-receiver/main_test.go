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
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// publishedKey is the public key of OSS, as it is published at gosspublic.alicdn.com. It has 512 bits.
const publishedKey = `-----BEGIN PUBLIC KEY-----
MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs/JBGzwUB2aVht4crBx3oIPBLNsjGs
C0fTXv+nvlmklvkcolvpvXLTjaxUHR3W9LXxQ2EHXAJfCB+6H2YF1k8CAwEAAQ==
-----END PUBLIC KEY-----
`

// The sample request of the page "Callback".
const (
	sampleTarget    = "/index.php?id=1&index=2"
	sampleBody      = "bucket=yonghu-test"
	sampleSignature = "kKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8OkQDjC3uG33esH2txA=="
	sampleKeyURL    = "http://gosspublic.alicdn.com/callback_pub_key_v1.pem"
)

// echo is a receiver whose answer is what it received, and whose keys are those of a test.
func echo(t *testing.T, trusted string, keys map[string]string) (*receiver, *[]string) {
	t.Helper()
	asked := []string{}
	r := newReceiver(trusted, func(_ context.Context, values map[string]any) (any, error) { return values, nil })
	r.fetch = func(_ context.Context, url string) ([]byte, error) {
		asked = append(asked, url)
		if key, ok := keys[url]; ok {
			return []byte(key), nil
		}
		return nil, errors.New("no such key")
	}
	return r, &asked
}

// post is a request as it comes over the wire, and its answer.
func post(t *testing.T, r http.Handler, target, contentType, body, signature, keyURL string) *http.Response {
	t.Helper()
	in, err := http.ReadRequest(bufio.NewReader(strings.NewReader("POST " + target + " HTTP/1.0\r\nHost: app.example.com\r\nContent-Type: " + contentType +
		"\r\nauthorization: " + signature + "\r\nx-oss-pub-key-url: " + base64.StdEncoding.EncodeToString([]byte(keyURL)) + "\r\n\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	in.Body = io.NopCloser(strings.NewReader(body))
	w := httptest.NewRecorder()
	r.ServeHTTP(w, in)
	return w.Result()
}

const form = "application/x-www-form-urlencoded"

func TestSampleOfTheDocumentation(t *testing.T) {
	t.Parallel()
	r, asked := echo(t, "", map[string]string{"https://gosspublic.alicdn.com/callback_pub_key_v1.pem": publishedKey})
	for range 2 {
		resp := post(t, r, sampleTarget, form, sampleBody, sampleSignature, sampleKeyURL)
		var got map[string]string
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.StatusCode != http.StatusOK || got["bucket"] != "yonghu-test" {
			t.Errorf("answer %d %v, %v", resp.StatusCode, got, err)
		}
		if resp.Header.Get("Content-Length") != "24" || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("header %v", resp.Header)
		}
	}
	if len(*asked) != 1 {
		t.Errorf("the key was fetched %d times: %q", len(*asked), *asked)
	}
}

func TestTamperedRequests(t *testing.T) {
	t.Parallel()
	const evil = "http://evil.example/callback_pub_key_v1.pem"
	for name, tc := range map[string]struct{ target, body, signature, keyURL string }{
		"body":         {sampleTarget, "bucket=yonghu-tesu", sampleSignature, sampleKeyURL},
		"path":         {"/index.phq?id=1&index=2", sampleBody, sampleSignature, sampleKeyURL},
		"query":        {"/index.php?id=2&index=2", sampleBody, sampleSignature, sampleKeyURL},
		"signature":    {sampleTarget, sampleBody, "lKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8OkQDjC3uG33esH2txA==", sampleKeyURL},
		"no signature": {sampleTarget, sampleBody, "", sampleKeyURL},
		"key":          {sampleTarget, sampleBody, sampleSignature, evil},
		"no key":       {sampleTarget, sampleBody, sampleSignature, ""},
	} {
		r, asked := echo(t, "", map[string]string{"https://gosspublic.alicdn.com/callback_pub_key_v1.pem": publishedKey, evil: publishedKey})
		if resp := post(t, r, tc.target, form, tc.body, tc.signature, tc.keyURL); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: answer %s", name, resp.Status)
		}
		for _, url := range *asked {
			if url == evil {
				t.Errorf("%s: asked for a key at %s", name, url)
			}
		}
	}
}

// A local server's key counts only when it is trusted, and a new key of it at once.
func TestTrustedKey(t *testing.T) {
	t.Parallel()
	const local, target, body = "http://127.0.0.1:9000/callback_pub_key_v1.pem", "/done", `{"object":"k","size":5}`
	sign := func(body string) (key, signature string) {
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		sum := md5.Sum([]byte(target + "\n" + body))
		signed, err := rsa.SignPKCS1v15(nil, private, crypto.MD5, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), base64.StdEncoding.EncodeToString(signed)
	}
	keys := map[string]string{}
	trusting, _ := echo(t, local, keys)
	strict, _ := echo(t, "", keys)
	for range 2 {
		var signature string
		keys[local], signature = sign(body)
		resp := post(t, trusting, target, "application/json; charset=utf-8", body, signature, local)
		if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || string(text) != body {
			t.Errorf("answer %s %s, %v", resp.Status, text, err)
		}
		if resp := post(t, trusting, target, "application/json", body, "", local); resp.StatusCode != http.StatusForbidden {
			t.Errorf("a request without a signature is answered %s", resp.Status)
		}
		if resp := post(t, strict, target, "application/json", body, signature, local); resp.StatusCode != http.StatusForbidden {
			t.Errorf("a receiver that trusts OSS alone answers %s", resp.Status)
		}
		if resp := post(t, trusting, target, "application/json", body+" ", signature, local); resp.StatusCode != http.StatusForbidden {
			t.Errorf("a tampered request is answered %s", resp.Status)
		}
		if resp := post(t, trusting, target, "text/plain", body, signature, local); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("text is answered %s", resp.Status)
		}
	}
	var signature string
	keys[local], signature = sign("a=%zz")
	if resp := post(t, trusting, target, form, "a=%zz", signature, local); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a broken form is answered %s", resp.Status)
	}
	keys[local], signature = sign("object=a%2Fb&year=2020")
	resp := post(t, trusting, target, form, "object=a%2Fb&year=2020", signature, local)
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || string(text) != `{"object":"a/b","year":"2020"}` {
		t.Errorf("a form is answered %s %s, %v", resp.Status, text, err)
	}
}

func TestOtherRequests(t *testing.T) {
	t.Parallel()
	r, _ := echo(t, "", map[string]string{"https://gosspublic.alicdn.com/callback_pub_key_v1.pem": publishedKey})
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET is answered %d", w.Code)
	}
	if resp := post(t, r, sampleTarget, form, strings.Repeat("x", maxBody+1), sampleSignature, sampleKeyURL); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a huge body is answered %s", resp.Status)
	}
	r.handle = func(context.Context, map[string]any) (any, error) { return nil, errors.New("the database is away") }
	resp := post(t, r, sampleTarget, form, sampleBody, sampleSignature, sampleKeyURL)
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusInternalServerError || strings.Contains(string(text), "database") {
		t.Errorf("a failure is answered %s: %s", resp.Status, text)
	}
}

// Keys come over the network: whole, with status 200, and from where they were asked for.
func TestFetchKey(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		switch in.URL.Path {
		case "/key":
			_, _ = io.WriteString(w, publishedKey)
		case "/moved":
			http.Redirect(w, in, "/key", http.StatusFound)
		default:
			http.NotFound(w, in)
		}
	}))
	t.Cleanup(server.Close)
	if key, err := fetchKey(t.Context(), server.URL+"/key"); err != nil || string(key) != publishedKey {
		t.Errorf("key %q, %v", key, err)
	}
	for _, path := range []string{"/moved", "/missing"} {
		if key, err := fetchKey(t.Context(), server.URL+path); err == nil {
			t.Errorf("%s gives %q", path, key)
		}
	}
}
