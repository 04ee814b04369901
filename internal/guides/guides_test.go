package guides

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// guide is what a page needs beside its blocks.
type guide struct {
	before func(*page)            // what is there when its reader begins
	hooks  map[string]func(*page) // what others do meanwhile, by the names that the page gives it
	after  func(*page)            // what has to be true at its end
}

// guides are those that need something.
var guides = map[string]guide{
	"metadata-policy": {policyReader, map[string]func(*page){"a page that breaks it": breakPolicy, "a misspelt field": misspell, "the tests": testPolicy, "the audit": audit}, nil},
	"offline-testing": {offlineReader, map[string]func(*page){"destroy": destroy, "another machine": anotherMachine}, nil},
	"pipelines": {nil, map[string]func(*page){"somebody changes a header": changeHeader, "the exit code says nothing": exitCodeSaysNothing,
		"another cache policy": func(p *page) { p.edit("main.tf", "no-cache", "max-age=60") }}, nil},
	"README":              {nil, map[string]func(*page){"the repair was a copy": repairWasACopy}, nil},
	"static-site example": {func(p *page) { p.must(os.CopyFS(p.dir, os.DirFS("../../examples/static-site"))) }, nil, nil},
	"upload-callbacks":    {nil, map[string]func(*page){"nobody listens": nobodyListens, "the receiver is back": receiverIsBack}, nil},
	"refreshing-a-cdn":    {siteReader, map[string]func(*page){"apply": apply}, expectRefreshes},
}

// elsewhere are pages whose blocks other tests run.
var elsewhere = map[string]string{
	"known-and-doubtful":      "its one command asks a bucket; cmd/conformance has tests for it",
	"migrating-from-alicloud": "it needs a provider that is not here; TestMoveFromAlicloud makes such moves with one that stands in, those of the page among them",
	"taking-over-a-bucket":    "its three ways begin with the same bucket, and one needs a newer Terraform; provider.TestTakeoverGuide follows each, and counts what each command costs",
}

// pages are what is followed, by name: the guides, and other pages that have somebody do something.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{"README": "../../README.md", "static-site example": "../../examples/static-site/README.md"}
	guides, err := filepath.Glob("../../docs/guides/*.md")
	if err != nil || len(guides) < 5 {
		t.Fatalf("found %d guides, %v", len(guides), err)
	}
	for _, file := range guides {
		found[strings.TrimSuffix(filepath.Base(file), ".md")] = file
	}
	return found
}

// TestGuides follows each page from its first block to its last.
func TestGuides(t *testing.T) {
	t.Parallel()
	examples := filesOf(t, "../../examples")
	for name, file := range pages(t) {
		if elsewhere[name] != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			p, g := newPage(t), guides[name]
			p.hooks = g.hooks
			if g.before != nil {
				g.before(p)
			}
			for _, b := range blocks(string(text)) {
				if err := p.follow(b, examples); err != nil {
					t.Errorf("%s:%d: %v", file, b.line, err)
				}
			}
			if g.after != nil {
				g.after(p)
			}
		})
	}
}

// filesOf are the texts of the files below a folder, without the white space around them, and where each is.
func filesOf(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if entry != nil && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			return err
		}
		text, err := os.ReadFile(path)
		found[strings.TrimSpace(string(text))] = path
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
