package main

import (
	"bufio"
	"context"
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
	handler := newHandler(page, key, io.Discard)
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
		"a path":         {[]string{"--origin", page + "/index.html"}, "is not an origin"},
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
