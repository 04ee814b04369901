package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// cost is what an operation asks of OSS: a row of the page "Requests and costs", and a step of a history that is played
// against the server.
type cost struct {
	what     string // the operation in a user's words; a step without is no row
	requests string // such as "1 HeadObject, 1 PutObject", in their order; "" is none
	sent     string // what of bodies is sent, in a user's words; "" is nothing
	why      string // what comes on top and when, and why there is more than one

	bytes  int64                        // of bodies, what is sent here
	before func(*testing.T, *workspace) // what happens before
	config string                       // the configuration from here on; "" leaves it as it was
	run    string                       // Terraform's arguments; "" is an apply without a refresh
	starts bool                         // Terraform starts the provider: for what the plan asks and the apply asks again, in a user's run in two processes
	tofu   string                       // why OpenTofu asks otherwise; "" is that it does not
}

// costTable is a table of that page: one or more histories, each of which begins with an empty bucket.
type costTable struct {
	name      string
	histories [][]cost
}

var costTables = []costTable{objectCosts, directoryCosts, corsCosts, ephemeralCosts, dataCosts}

const applyAlone = "apply -auto-approve -no-color -refresh=false"

// TestCosts plays each history and compares what the server was asked with the table.
func TestCosts(t *testing.T) {
	t.Parallel()
	for _, table := range costTables {
		for i, history := range table.histories {
			t.Run(fmt.Sprintf("%s/%d", table.name, i+1), func(t *testing.T) {
				t.Parallel()
				o := startOSS(t)
				w := o.workspace()
				for _, step := range history {
					step.play(t, w)
				}
			})
		}
	}
}

func (c cost) play(t *testing.T, w *workspace) {
	t.Helper()
	if c.tofu != "" {
		rig.SkipOpenTofu(t, c.tofu)
	}
	if c.before != nil {
		c.before(t, w)
	}
	if c.config != "" {
		w.config(c.config)
	}
	run := c.run
	if run == "" {
		run = applyAlone
	}
	w.starts = c.starts
	w.oss.local().ResetRecords()
	w.must(strings.Fields(strings.ReplaceAll(run, "BUCKET", w.oss.bucket))...)
	if c.what == "" {
		return
	}
	if got, want := w.oss.requests(), c.counts(t); got != want {
		t.Errorf("%s: requests %q, want %q", c.what, got, want)
	}
	if got := w.oss.sentOfObjects(); got != c.bytes || (got == 0) != (c.sent == "") {
		t.Errorf("%s: %d bytes of bodies sent, want %d, which the table calls %q", c.what, got, c.bytes, c.sent)
	}
}

// counts are the requests in the form in which a test counts them.
func (c cost) counts(t *testing.T) string {
	t.Helper()
	parts := []string{}
	for _, part := range strings.Split(c.requests, ", ") {
		number, operation, _ := strings.Cut(part, " ")
		if n, err := strconv.Atoi(strings.ReplaceAll(number, ",", "")); err == nil {
			parts = append(parts, fmt.Sprintf("%s:%d", operation, n))
		} else if part != "" {
			t.Fatalf("the table says %q", part)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// sentOfObjects counts the bytes of bodies that were sent since the last reset, those of XML documents left out.
func (o *testOSS) sentOfObjects() int64 {
	o.t.Helper()
	var total int64
	for _, r := range o.local().Records() {
		if r.Operation == "PutObject" || r.Operation == "UploadPart" || r.Operation == "CopyObject" {
			total += r.BytesIn
		}
	}
	return total
}

// The marks between which a page has a table: of all columns, or of those that a resource's own page shows.
var costMarks = regexp.MustCompile(`(?s)(<!-- costs( in short)?: (\w+) -->\n).*?(<!-- end of costs -->)`)

// The pages have the tables that TestCosts plays. With -update, as in `make generate`, they get them.
func TestCostPages(t *testing.T) {
	t.Parallel()
	shown := map[string]int{}
	pages, err := filepath.Glob("../../templates/*/*.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		fresh := costMarks.ReplaceAllStringFunc(string(text), func(found string) string {
			parts := costMarks.FindStringSubmatch(found)
			shown[parts[3]]++
			return parts[1] + costsOf(t, parts[3], parts[2] != "") + parts[4]
		})
		if fresh == string(text) {
			continue
		}
		if !*update {
			t.Errorf("%s has other tables of costs than the tests: run make generate", page)
			continue
		}
		if err := os.WriteFile(page, []byte(fresh), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range costTables {
		if shown[table.name] == 0 {
			t.Errorf("no page shows the costs of %s", table.name)
		}
	}
}

// costsOf is a table in Markdown.
func costsOf(t *testing.T, name string, short bool) string {
	t.Helper()
	at := slices.IndexFunc(costTables, func(table costTable) bool { return table.name == name })
	if at < 0 {
		t.Fatalf("a page asks for the costs of %q", name)
	}
	text := "| | Requests | Sent of bodies | What comes on top, and why |\n|---|---|---|---|\n"
	if short {
		text = "| | Requests | Sent of bodies |\n|---|---|---|\n"
	}
	for _, row := range slices.Concat(costTables[at].histories...) {
		if row.what == "" {
			continue
		}
		line := fmt.Sprintf("| %s | %s | %s |", row.what, orNone(row.requests), orNone(row.sent))
		if !short {
			line += " " + row.why + " |"
		}
		text += strings.ReplaceAll(line, "  ", " ") + "\n"
	}
	return text
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// README.md compares this provider with another by rows of the tables.
func TestREADMEQuotesTheTables(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.Concat(slices.Concat(objectCosts.histories...), slices.Concat(directoryCosts.histories...))
	for _, quoted := range []struct{ what, format string }{
		{headerCost, "| a header changes | the body is uploaded again: every byte of it | %s; **0 bytes** |"},
		{headerCost, "| somebody changes user metadata | not noticed | in the plan; %s; **0 bytes** |"},
		{foldersCost, "| a folder of 1,200 files, nothing changed | 1,200 resources | 1 resource; %s |"},
		{bodyCost, "| the file or the stored body changes | not noticed | in the plan; %s |"},
	} {
		at := slices.IndexFunc(rows, func(row cost) bool { return row.what == quoted.what })
		if line := fmt.Sprintf(quoted.format, rows[at].requests); !strings.Contains(string(readme), line) {
			t.Errorf("README.md does not say %q", line)
		}
	}
}
