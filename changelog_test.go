package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The changelog has the form that the registries' tools and readers of other providers expect, and its newest version is
// the one that `make install` and `make snapshot` build.
func TestChangelog(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^VERSION \?= (.+)$`).FindSubmatch(makefile)
	if version == nil {
		t.Fatal("GNUmakefile has no VERSION")
	}
	heading := regexp.MustCompile(`^## (\d+\.\d+\.\d+) \((Unreleased|[A-Z][a-z]+ \d{1,2}, \d{4})\)$`)
	categories := []string{"BREAKING CHANGES:", "NOTES:", "FEATURES:", "ENHANCEMENTS:", "BUG FIXES:"}
	var versions []string
	at := -1 // the category
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch category := slices.Index(categories, line); {
		case strings.HasPrefix(line, "## "):
			m := heading.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("%q is not a version with its date, or (Unreleased)", line)
			}
			versions, at = append(versions, m[1]), -1
		case len(versions) == 0 && !strings.HasPrefix(line, "*"): // what stands before
		case category >= 0:
			if category <= at {
				t.Errorf("%s: %s stands after %s", versions[len(versions)-1], line, categories[at])
			}
			at = category
		case line == "", strings.HasPrefix(line, "  "):
		case !strings.HasPrefix(line, "* ") || at < 0:
			t.Errorf("%q is neither one of %q nor an entry (\"* \") below one", line, categories)
		}
	}
	if len(versions) == 0 || versions[0] != string(version[1]) {
		t.Errorf("the versions are %q, and GNUmakefile builds %s", versions, version[1])
	}
}
