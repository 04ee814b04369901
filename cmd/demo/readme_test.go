package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// TestREADME applies the first configuration of README.md as it is printed there, against a server on another port.
func TestREADME(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	ctx := t.Context()
	s, err := newStage(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.build(ctx); err != nil {
		t.Fatal(err)
	}
	v, err := s.startServer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := v.Stop(); err != nil {
			t.Error(err)
		}
	}()

	text, err := os.ReadFile(filepath.Join(s.repo, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```terraform\n(.*?)```").FindSubmatch(text)
	if block == nil {
		t.Fatal("README.md shows no configuration")
	}
	config := string(block[1])
	for printed, here := range map[string]string{
		`"http://127.0.0.1:9000"`: fmt.Sprintf("%q", v.URL),
		`"local-id"`:              fmt.Sprintf("%q", accessKeyID),
		`"local-secret"`:          fmt.Sprintf("%q", accessKeySecret),
		`"example"`:               fmt.Sprintf("%q", bucket), // the name of a resource as well, which does no harm
	} {
		if !strings.Contains(config, printed) {
			t.Errorf("the configuration does not say %s, as `make local` does", printed)
		}
		config = strings.ReplaceAll(config, printed, here)
	}
	emptyFolder(t, s.path("site"))
	if err := os.WriteFile(s.path("site", "main.tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, args := range [][]string{{"init"}, {"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}} {
		if _, err := s.tf(ctx, 0, append(args, "-input=false", "-no-color")...); err != nil {
			t.Fatal(err)
		}
	}
	asked, err := v.requests(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := expectWrites(asked, map[string]int{"PutObject": 1, "PutBucketCors": 1}, int64(len("<h1>Hello</h1>\n"))); err != nil {
		t.Error(err)
	}
}

// emptyFolder removes what is in a folder and keeps the folder.
func emptyFolder(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
}
