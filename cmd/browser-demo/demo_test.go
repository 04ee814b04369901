package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// servesThePage is what a person sees who starts the demo: the page, until the demo is asked to end.
func (h *theatre) servesThePage(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, write := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- h.present(ctx, write)
		write.Close()
	}()
	lines := bufio.NewScanner(read)
	page := ""
	for page == "" && lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "Open "); ok {
			page, _, _ = strings.Cut(rest, " ")
		}
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	if page == "" {
		t.Fatalf("no page: %v", <-done)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Whatever this machine's resolver makes of names below localhost.
	req.URL.Host = "127.0.0.1:" + req.URL.Port()
	resp, err := new(http.Client).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != 200 || !strings.Contains(string(text), "Upload with metadata") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s is %s %v, %d bytes: %v", page, resp.Status, resp.Header, len(text), err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// The lock file of the example pins what npm fetches and names no place to fetch it from.
func TestLockFileNamesNoRegistry(t *testing.T) {
	t.Parallel()
	repo, err := rig.Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(repo + "/" + exampleFolder + "/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), `"resolved"`) {
		t.Error(`package-lock.json has "resolved" fields: run npm install in the folder, whose .npmrc leaves them out`)
	}
	if n := strings.Count(string(text), `"integrity": "sha512-`); n < 50 {
		t.Errorf("package-lock.json has %d digests", n)
	}
}
