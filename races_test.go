package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A test that the race detector is to watch keeps its name, or `make test` would pass it over without a word.
func TestRacesNamesTests(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`(?m)^RACES := (.+)$`).FindStringSubmatch(string(makefile))
	if names == nil {
		t.Fatal("GNUmakefile names no tests for the race detector")
	}
	for name := range strings.SplitSeq(names[1], "|") {
		if !testExists(t, "provider."+name) {
			t.Errorf("%s is not a test of internal/provider", name)
		}
	}
}
