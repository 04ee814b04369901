package examples

import (
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
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// TestCallbackReceiverCanBeCopied copies the folder callback-receiver out of the repository, builds it as a module of its
// own without a network, runs its tests there, and lets it answer a callback.
func TestCallbackReceiverCanBeCopied(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "receiver")
	if err := os.CopyFS(dir, os.DirFS("callback-receiver")); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
	program := rig.Path(dir, "receiver")
	for _, args := range [][]string{{"mod", "init", "example.com/receiver"}, {"build", "-o", program, "."}, {"test", "./..."}} {
		if _, err := rig.Must(t.Context(), rig.Command(t.Context(), dir, env, "go", args...)); err != nil {
			t.Fatal(err)
		}
	}

	keyURL, sign := signer(t)
	server, err := rig.Start(t.Context(), rig.Program{Path: program, Args: []string{"--addr", "127.0.0.1:0", "--trust-key-url", keyURL}, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	const body = `{"object":"a/b","size":5}`
	for _, tc := range []struct {
		name, body string
		status     int
		answer     string
	}{
		{"signed", body, http.StatusOK, `{"received":` + body + `}`},
		{"tampered with", body + " ", http.StatusForbidden, `{"error":"not from OSS"}`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/oss/callback", strings.NewReader(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", sign("/oss/callback\n"+body))
		req.Header.Set("X-Oss-Pub-Key-Url", base64.StdEncoding.EncodeToString([]byte(keyURL)))
		resp, err := new(http.Client).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tc.status || string(text) != tc.answer {
			t.Errorf("a callback that was %s is answered %s %s, %v; want %d %s", tc.name, resp.Status, text, err, tc.status, tc.answer)
		}
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}

// signer is a server that signs callbacks as OSS does, and shows its public key.
func signer(t *testing.T) (keyURL string, sign func(text string) string) {
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
	return server.URL, func(text string) string {
		sum := md5.Sum([]byte(text))
		signature, err := rsa.SignPKCS1v15(nil, private, crypto.MD5, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(signature)
	}
}
