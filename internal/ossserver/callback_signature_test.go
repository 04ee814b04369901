package ossserver

import (
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestCallbackSignature checks the signature as a receiver would, with the key from the address the request names.
func TestCallbackSignature(t *testing.T) {
	t.Parallel()
	e := start(t, &Server{AllowPrivateCallbacks: true})
	r := receive(t, okAnswer("{}"))
	for _, path := range []string{"", "/index.php?id=1&index=2", "/a%20b/%C3%BC+c", "/?a=%20"} {
		e.put("k", "", map[string]string{"x-oss-callback": coded(t, fields{"callbackUrl": r.url + path, "callbackBody": "bucket=${bucket}"})})
	}
	signed := []string{"/", "/index.php?id=1&index=2", "/a b/ü+c", "/?a=%20"}
	got := r.requests()
	if len(got) != len(signed) {
		t.Fatalf("%d callbacks", len(got))
	}
	for i, want := range signed {
		public := fetchKey(t, got[i].header.Get("x-oss-pub-key-url"))
		if err := verifyCallback(public, want, got[i]); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		got[i].body += "x"
		if verifyCallback(public, want, got[i]) == nil {
			t.Errorf("%s: the signature covers no body", want)
		}
	}
}

func verifyCallback(public *rsa.PublicKey, path string, r received) error {
	signature, err := base64.StdEncoding.DecodeString(r.header.Get("authorization"))
	if err != nil {
		return err
	}
	sum := md5.Sum([]byte(path + "\n" + r.body))
	return rsa.VerifyPKCS1v15(public, crypto.MD5, sum[:], signature)
}

func fetchKey(t *testing.T, coded string) *rsa.PublicKey {
	t.Helper()
	address, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(string(address))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%s: %s, %v", address, resp.Status, err)
	}
	block, rest := pem.Decode(data)
	if block == nil || len(rest) > 0 {
		t.Fatalf("key %q", data)
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PublicKey)
}

// TestCallbackKeyKept holds that a data folder keeps its key, that nobody else may read it, and that a broken one is
// not replaced without a word.
func TestCallbackKeyKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := func() string {
		e := start(t, &Server{Data: dir})
		defer e.end()
		return e.must(200, call{method: "GET", path: publicKeyPath, anonymous: true}).body
	}
	first := key()
	if second := key(); !strings.HasPrefix(first, "-----BEGIN PUBLIC KEY-----\n") || first != second {
		t.Errorf("%s became %s", first, second)
	}
	file := filepath.Join(dir, callbackKeyFile)
	info, err := os.Stat(file)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Fatalf("%v, %v", info, err)
	}
	e := start(t, &Server{Data: dir})
	head := e.must(200, call{method: "HEAD", path: publicKeyPath, anonymous: true})
	e.wantHeader(head, "Content-Length", itoa(len(first)))
	e.must(400, call{method: "PUT", path: publicKeyPath})
	for _, text := range []string{"", first} { // nothing, and no private key
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e = e.restart(&Server{Data: dir})
		a := e.refused(500, "InternalError", call{method: "GET", path: publicKeyPath, anonymous: true})
		if !strings.Contains(a.body, "remove it") {
			t.Error(a.body)
		}
	}
}

// TestCallbackKeyIsNoObject holds that an object of that name is still an object where the host names the bucket.
func TestCallbackKeyIsNoObject(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put(publicKeyPath[1:], "an object", nil)
	a := e.must(200, call{method: "GET", path: publicKeyPath, host: testBucket + ".localhost", bucket: testBucket, key: publicKeyPath[1:]})
	if a.body != "an object" {
		t.Errorf("body %q", a.body)
	}
}
