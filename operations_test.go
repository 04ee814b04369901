package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const operationsPage = "docs/design/oss-local-operations.md"

// An operation of the server is named in its table, or by a constant or variable of the file that does its work.
var operationName = regexp.MustCompile(`\bname: "([A-Z]\w+)"|\bpostOperation = "(\w+)"`)

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\) {`)

// The page of operations has each one that the local server models once, with marks that there are and tests that exist.
func TestOperationsAreListed(t *testing.T) {
	t.Parallel()
	modelled := found(t, operationName, "internal/ossserver/*.go")
	tests := found(t, testFunction, "internal/ossserver/*_test.go", "trials/*_test.go")
	if len(modelled) < 55 || len(tests) < 200 {
		t.Fatalf("only %d operations and %d tests found", len(modelled), len(tests))
	}
	listed := map[string]int{}
	for _, row := range operationRows(t) {
		if len(row) != 5 {
			t.Errorf("%s has a row of %d cells: %q", operationsPage, len(row), row)
			continue
		}
		listed[row[0]]++
		if !modelled[row[0]] {
			t.Errorf("%s lists %s, which the server does not have", operationsPage, row[0])
		}
		for _, mark := range strings.Split(row[3], ", ") {
			if !slices.Contains([]string{"recorded", "tested", "documented", "read in code", "doubt", "ours"}, mark) {
				t.Errorf("%s says of %s that it is %q", operationsPage, row[0], mark)
			}
		}
		for _, name := range strings.Split(row[4], ", ") {
			if !tests[name] {
				t.Errorf("%s names the test %s for %s, which does not exist", operationsPage, name, row[0])
			}
		}
	}
	for name := range modelled {
		if listed[name] != 1 {
			t.Errorf("%s lists %s %d times, want once", operationsPage, name, listed[name])
		}
	}
}

// The tests that the text above the table names exist as well.
func TestOperationsPageNamesTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(operationsPage)
	if err != nil {
		t.Fatal(err)
	}
	tests := found(t, testFunction, "internal/ossserver/*_test.go", "trials/*_test.go")
	text, _, _ := strings.Cut(string(page), "\n| ")
	for _, name := range regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(text, -1) {
		if !tests[name] && name != "TestSDK2" {
			t.Errorf("%s names %s, which does not exist", operationsPage, name)
		}
	}
}

// found are the names that an expression captures in files.
func found(t *testing.T, name *regexp.Regexp, patterns ...string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") != strings.HasSuffix(pattern, "_test.go") {
				continue
			}
			for _, match := range name.FindAllStringSubmatch(string(text), -1) {
				all[strings.Join(match[1:], "")] = true
			}
		}
	}
	return all
}

func operationRows(t *testing.T) (all [][]string) {
	t.Helper()
	page, err := os.ReadFile(operationsPage)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		inner, ok := strings.CutPrefix(strings.TrimSpace(line), "| ")
		if !ok || strings.HasPrefix(inner, "Operation |") {
			continue
		}
		all = append(all, strings.Split(strings.TrimSuffix(inner, " |"), " | "))
	}
	return all
}
