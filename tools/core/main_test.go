package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestDropImports(t *testing.T) {
	t.Parallel()
	const text = `package p

import (
	"sync"

	local "example.com/m/local"
	remote "example.com/m/remote"
	"example.com/m/other"
)

var lock sync.Mutex

var all = map[string]func() any{
	"local":  func() any { return local.New() },
	"remote": func() any { return remote.New() },
	"other":  func() any { return other.New() },
}
`
	out, err := dropImports([]byte(text), []string{"example.com/m/remote", "example.com/m/other"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`"sync"`, `local "example.com/m/local"`, "local.New()"}
	for _, word := range want {
		if !strings.Contains(string(out), word) {
			t.Errorf("without %s:\n%s", word, out)
		}
	}
	if strings.Contains(string(out), "remote") || strings.Contains(string(out), "other") {
		t.Errorf("still there:\n%s", out)
	}
	if _, err := dropImports([]byte("package"), nil); err == nil {
		t.Error("half a file was read")
	}
}

// TestReleaseIsTold holds that neither an absent program nor another release nor a build between releases passes for the release.
func TestReleaseIsTold(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the program that stands in is a shell script")
	}
	file := filepath.Join(t.TempDir(), "terraform")
	c := cores["terraform"]
	for says, want := range map[string]bool{
		"Terraform v1.16.1": true, "Terraform v1.16.1-dev": false, "Terraform v1.16.10": false, "OpenTofu v1.16.1": false,
	} {
		if err := os.WriteFile(file, []byte("#!/bin/sh\necho '"+says+"'\necho on a system\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		if have := c.is(t.Context(), "1.16.1", file); have != want {
			t.Errorf("%q is the release: %t", says, have)
		}
	}
	if c.is(t.Context(), "1.16.1", file+"-absent") {
		t.Error("an absent program is the release")
	}
}
