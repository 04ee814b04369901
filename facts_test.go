package main

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const factsPage = "docs/design/oss-facts.md"

var factNumber = regexp.MustCompile(`OSS-\d{3}\b`)

// Code, tests and pages cite what they know of OSS by numbers. Each has to be on the page of facts, once, and each fact
// on that page has to be of use somewhere.
func TestFactsAreListedAndCited(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(factsPage)
	if err != nil {
		t.Fatal(err)
	}
	listed, cited := map[string]bool{}, map[string]string{}
	for line := range strings.Lines(string(page)) {
		number, ok := strings.CutPrefix(line, "| ")
		number, _, _ = strings.Cut(number, " |")
		switch {
		case !ok || !factNumber.MatchString(number):
		case listed[number]:
			t.Errorf("%s lists %s twice", factsPage, number)
		default:
			listed[number] = true
			if cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); cells != 5 {
				t.Errorf("%s: the row of %s has %d cells instead of 4", factsPage, number, cells-1)
			}
		}
	}
	if len(listed) < 100 {
		t.Fatalf("%s lists only %d facts", factsPage, len(listed))
	}
	for file, text := range textFiles(t) {
		for _, number := range factNumber.FindAllString(text, -1) {
			cited[number] = file
		}
	}
	for _, number := range slices.Sorted(maps.Keys(cited)) {
		if !listed[number] {
			t.Errorf("%s cites %s, which %s does not list", cited[number], number, factsPage)
		}
	}
	for _, number := range slices.Sorted(maps.Keys(listed)) {
		if cited[number] == "" {
			t.Errorf("%s lists %s, and nothing cites it", factsPage, number)
		}
	}
}

// textFiles are the Go files and pages of the repository but for the page of facts and this test.
func textFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "node_modules" || name == "bin" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case entry.IsDir() || path == filepath.FromSlash(factsPage) || path == "facts_test.go":
			return nil
		case !slices.Contains([]string{".go", ".md", ".tmpl", ".tf", ".js"}, filepath.Ext(name)):
			return nil
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
