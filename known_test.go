package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const knownPage = "docs/guides/known-and-doubtful.md"

// The page for users says of each fact how it is known as the page of facts does, and names tests that there are.
func TestKnownAndDoubtful(t *testing.T) {
	t.Parallel()
	marks := map[string]string{}
	for _, row := range rows(t, factsPage) {
		if len(row) == 4 {
			marks[row[0]] = row[3]
		}
	}
	asked := askedOfALiveBucket(t)
	facts, questions := 0, 0
	for _, row := range rows(t, knownPage) {
		switch {
		case len(row) != 4:
			t.Errorf("%s has a row of %d cells: %q", knownPage, len(row), row)
		case factNumber.MatchString(row[2]): // a fact
			facts++
			if mark, ok := marks[row[2]]; !ok || mark != row[1] {
				t.Errorf("%s says of %s that it is %q, and %s %q", knownPage, row[2], row[1], factsPage, mark)
			}
			for _, name := range strings.Split(row[3], ", ") {
				if !testExists(t, name) {
					t.Errorf("%s names the test %s for %s, which does not exist", knownPage, name, row[2])
				}
			}
		case factNumber.MatchString(row[3]): // a question
			questions++
			if !strings.Contains(marks[row[3]], "doubt") {
				t.Errorf("%s asks about %s, and %s does not call it a doubt", knownPage, row[3], factsPage)
			}
			if !asked[row[3]] {
				t.Errorf("%s asks about %s, and cmd/conformance does not", knownPage, row[3])
			}
		}
	}
	if facts < 30 || questions != 8 {
		t.Errorf("%s has %d facts and %d questions", knownPage, facts, questions)
	}
}

// rows are the cells of all tables of a page, without their heads.
func rows(t *testing.T, page string) (all [][]string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if inner, ok := strings.CutPrefix(line, "| "); ok && factNumber.MatchString(line) {
			all = append(all, strings.Split(strings.TrimSuffix(inner, " |"), " | "))
		}
	}
	return all
}

// testExists reports whether folder.TestName is a test of a folder below internal or examples.
func testExists(t *testing.T, name string) bool {
	t.Helper()
	folder, function, ok := strings.Cut(name, ".")
	var files []string
	for _, parent := range []string{"internal", "examples"} {
		found, err := filepath.Glob(filepath.Join(parent, folder, "*_test.go"))
		if err != nil || !ok {
			return false
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+function+"(t *testing.T) {") {
			return true
		}
	}
	return false
}

var questionFact = regexp.MustCompile(`(?m)^\t\{fact: "(OSS-\d{3})"`)

// askedOfALiveBucket are the facts that cmd/conformance asks for.
func askedOfALiveBucket(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("cmd/conformance/about_*.go")
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range questionFact.FindAllStringSubmatch(string(text), -1) {
			asked[match[1]] = true
		}
	}
	return asked
}
