package provider

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// receiver is an application server that OSS calls back. It answers as its test says at the moment.
type receiver struct {
	*httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc
	got    []string // bodies, in order
	types  []string // their content types
}

// says answers with a JSON document.
func says(document string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(document)))
		_, _ = io.WriteString(w, document)
	}
}

// newReceiver starts a receiver that is content with everything. start is httptest.Server.Start or StartTLS.
func newReceiver(t *testing.T, start func(*httptest.Server)) *receiver {
	t.Helper()
	r := &receiver{answer: says(`{"ok":true}`)}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			return // the server has given up
		}
		r.mu.Lock()
		r.got = append(r.got, string(body))
		r.types = append(r.types, in.Header.Get("Content-Type"))
		answer := r.answer
		r.mu.Unlock()
		answer(w, in)
	}))
	start(r.Server)
	t.Cleanup(r.Close)
	return r
}

func plainReceiver(t *testing.T) *receiver { return newReceiver(t, (*httptest.Server).Start) }

// set changes the answer to later requests.
func (r *receiver) set(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// bodies are the requests so far.
func (r *receiver) bodies() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// startCallbacks gives a test an OSS that may call this machine.
func startCallbacks(t *testing.T) *testOSS {
	t.Helper()
	return startServer(t, &ossserver.Server{AllowPrivateCallbacks: true})
}

// called is the configuration of an object with a callback.
func called(name, arguments, block string) string {
	return fmt.Sprintf(`resource "oss_object" %q {
  bucket = "BUCKET"
  key = %q
  %s
  callback {
    %s
  }
}
`, name, name, arguments, block)
}

// small is a callback to some URLs with a small body.
func small(urls ...string) string {
	return fmt.Sprintf("urls = [\"%s\"]\n body = \"object=$${object}\"", strings.Join(urls, `", "`))
}

// read is a file of the workspace.
func (w *workspace) read(name string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, name))
	w.oss.must(err)
	return string(text)
}
