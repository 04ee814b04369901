package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Links within the repository, as pages have them in Markdown and for pictures.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)|src="([^"]+)"`)

// Each link from a page to a file or a heading of this repository leads somewhere. Pages of docs/ that are generated are
// looked at as they are published.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	looked := 0
	for file, text := range textFiles(t) {
		if filepath.Ext(file) != ".md" {
			continue
		}
		for _, found := range link.FindAllStringSubmatch(withoutCode(text), -1) {
			target := found[1] + found[2]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			looked++
			path, heading, _ := strings.Cut(target, "#")
			to := file
			if path != "" {
				to = filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: the link %s leads nowhere", file, target)
			} else if heading != "" && !slices.Contains(headings(t, to), heading) {
				t.Errorf("%s: the link %s leads to no heading, there are %q", file, target, headings(t, to))
			}
		}
	}
	if looked < 50 {
		t.Errorf("only %d links were found", looked)
	}
}

// withoutCode is a page without its fenced blocks.
func withoutCode(text string) string {
	return regexp.MustCompile("(?ms)^ *```.*?^ *```").ReplaceAllString(text, "")
}

// What a page shows as JSON is JSON.
func TestJSONOfPagesIsValid(t *testing.T) {
	t.Parallel()
	found := 0
	for file, text := range textFiles(t) {
		if filepath.Ext(file) != ".md" {
			continue
		}
		for _, block := range regexp.MustCompile("(?ms)^ *```json\n(.*?)^ *```").FindAllStringSubmatch(text, -1) {
			found++
			if !json.Valid([]byte(block[1])) {
				t.Errorf("%s shows as JSON\n%s", file, block[1])
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d blocks were found", found)
	}
}

// headings are the names by which links lead to the headings and anchors of a page.
func headings(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := withoutCode(string(text))
	names := []string{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		name := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, heading[1])
		names = append(names, name)
	}
	for _, anchor := range regexp.MustCompile(`<a id="([^"]+)">`).FindAllStringSubmatch(page, -1) {
		names = append(names, anchor[1])
	}
	return names
}

// The pages of resources answer a reader's questions in one order.
func TestPagesOfResourcesHaveOneOrder(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/resources/*.md")
	if err != nil || len(pages) < 3 {
		t.Fatalf("found %d pages, %v", len(pages), err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		parts := []string{}
		for _, heading := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(withoutCode(string(text)), -1) {
			parts = append(parts, heading[1])
		}
		if want := []string{"Example Usage", "What it does", "What a change costs", "Schema", "Import", "Permissions"}; !slices.Equal(parts, want) {
			t.Errorf("%s has the parts %q, want %q", page, parts, want)
		}
	}
}

// A page that names a test as its proof names one that there is.
func TestNamedTestsExist(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	files := textFiles(t)
	for file, text := range files {
		if strings.HasSuffix(file, "_test.go") {
			for _, test := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(text, -1) {
				there[test[1]] = true
			}
		}
	}
	for _, page := range []string{"SECURITY.md", "CONTRIBUTING.md", "docs/design/design.md", "docs/design/cost.md"} {
		for _, name := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(files[filepath.FromSlash(page)], -1) {
			if !there[name[1]] {
				t.Errorf("%s names %s, and there is no such test", page, name[1])
			}
		}
	}
}

// All pictures together weigh little, and each is on a page.
func TestPicturesAreSmallAndShown(t *testing.T) {
	t.Parallel()
	pictures, err := filepath.Glob("docs/pictures/*.[sp][vn]g")
	if err != nil || len(pictures) < 2 {
		t.Fatalf("found %d pictures, %v", len(pictures), err)
	}
	var size int64
	for _, picture := range pictures {
		info, err := os.Stat(picture)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
		if name := filepath.ToSlash(picture); !slices.ContainsFunc([]string{"README.md", "examples/static-site/README.md", "examples/browser-upload/README.md"}, func(page string) bool {
			text, err := os.ReadFile(page)
			return err == nil && strings.Contains(string(text), name+`"`)
		}) {
			t.Errorf("no page shows %s", picture)
		}
	}
	if size > 300_000 {
		t.Errorf("the pictures weigh %d bytes together, more than 300 KB", size)
	}
}
