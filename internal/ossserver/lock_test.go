//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package ossserver

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestOneServerAFolder holds that a second server neither starts on a folder nor touches anything there, and that the
// folder is free again after Close and after a start that failed.
func TestOneServerAFolder(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	e := start(t, &Server{Data: data})
	e.put("k", "hello", nil)
	second := &Server{Data: filepath.Join(data, "..", "data")} // the same folder under another name
	for range 2 {
		err := second.Open()
		if err == nil || !strings.Contains(err.Error(), data) || !strings.Contains(err.Error(), "stop that one") || strings.Contains(err.Error(), "\n") {
			t.Errorf("second server: %v", err)
		}
	}
	if err := second.Close(); err != nil { // must not give away what it never had
		t.Error(err)
	}
	if err := (&Server{Data: data}).Open(); err == nil {
		t.Error("a third server has the folder")
	}
	e.end()
	if err := e.s.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	e = start(t, &Server{Data: data})
	if got := e.get("k"); got != "hello" {
		t.Errorf("body %q", got)
	}
}
