package findingtest

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

var update = flag.Bool("update", false, "write the golden files of messages instead of comparing them")

// Page collects messages as a user sees them: what was written, then title and detail.
type Page struct {
	strings.Builder
	Spoken map[string]bool // rules that have a message on the page
}

// Chapter begins a part of the page.
func (p *Page) Chapter(title string) { fmt.Fprintf(p, "# %s\n\n", title) }

// Say adds what is found in what was written.
func (p *Page) Say(written string, found []finding.Finding) {
	fmt.Fprintf(p, "%s\n", finding.Cut(written, 100))
	for _, v := range found {
		if p.Spoken == nil {
			p.Spoken = map[string]bool{}
		}
		p.Spoken[v.Rule] = true
		fmt.Fprintf(p, "    %s: %s\n        %s\n", strings.ToUpper(v.Severity.String()[:1])+v.Severity.String()[1:], v.Summary, v.Detail)
	}
	if len(found) == 0 {
		fmt.Fprintf(p, "    (nothing)\n")
	}
	p.WriteString("\n")
}

// Compare holds the page against testdata/messages.txt of the package under test: every message is read by a person
// before it changes.
func (p *Page) Compare(t *testing.T) {
	t.Helper()
	const messagesFile = "testdata/messages.txt"
	got := p.String()
	if strings.Contains(got, "(nothing)") {
		t.Error("some of what is written is not a mistake")
	}
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(messagesFile, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(messagesFile)
	if err != nil {
		t.Fatal(err)
	}
	lines, expected := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(lines), len(expected)) {
		if i >= len(lines) || i >= len(expected) || lines[i] != expected[i] {
			t.Fatalf("%s differs from line %d on; go test -run Messages -update writes it again\ngot  %q\nwant %q", messagesFile, i+1, lineAt(lines, i), lineAt(expected, i))
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(the end)"
}
