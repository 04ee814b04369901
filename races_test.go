package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A test that the race detector is to watch, or that other cores run as well, keeps its name, or `make test` would pass it
// over without a word.
func TestMakefileNamesTests(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"RACES", "CORE_TESTS"} {
		names := regexp.MustCompile(`(?m)^` + list + ` := (.+)$`).FindStringSubmatch(string(makefile))
		if names == nil {
			t.Fatalf("GNUmakefile has no %s", list)
		}
		for name := range strings.SplitSeq(names[1], "|") {
			if !testExists(t, "provider."+name) {
				t.Errorf("%s names %s, which is not a test of internal/provider", list, name)
			}
		}
	}
}
