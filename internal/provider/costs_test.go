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

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
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
	run    string                       // Terraform's arguments, -target left out; "" is an apply without a refresh
	starts bool                         // Terraform starts the provider: for what the plan asks and the apply asks again, in a user's run in two processes
	tofu   string                       // why OpenTofu asks otherwise; "" is that it does not
}

// costTable is a table of that page: one or more histories, each of which begins with an empty bucket.
type costTable struct {
	name      string
	histories [][]cost
}

var costTables = []costTable{objectCosts, directoryCosts, corsCosts, ephemeralCosts, dataCosts}

const (
	applyAlone = "apply -auto-approve -no-color -refresh=false"
	importing  = "import "
)

// TestCosts plays the histories and compares what the server was asked with the table: at the same time, each in a bucket and
// a folder of its own, so that one run of Terraform is a step of many.
func TestCosts(t *testing.T) {
	t.Parallel()
	w := startOSS(t).workspace()
	var playing []*costHistory
	for _, table := range costTables {
		for _, steps := range table.histories {
			playing = append(playing, newCostHistory(w, table.name, len(playing)+1, steps))
		}
	}
	for playCosts(t, w, playing) {
	}
}

// costHistory is a history that is being played.
type costHistory struct {
	table   string
	suffix  string     // of the names of its resources
	w       *workspace // with its own bucket and folder
	steps   []cost
	config  string
	targets []string // the arguments that name what the configuration has
}

func newCostHistory(w *workspace, table string, n int, steps []cost) *costHistory {
	w.t.Helper()
	alone, own := *w, *w.oss
	own.bucket = fmt.Sprintf("costs-%d", n)
	w.oss.must(w.oss.server.CreateBucket(own.bucket))
	alone.oss, alone.dir = &own, filepath.Join(w.dir, own.bucket)
	return &costHistory{table: table, suffix: fmt.Sprintf("_%d", n), w: &alone, steps: steps}
}

// command is what the next step runs.
func (h *costHistory) command() string {
	run := h.steps[0].run
	if run == "" {
		run = applyAlone
	}
	return strings.NewReplacer("BUCKET", h.w.oss.bucket, "oss_object.test", "oss_object.test"+h.suffix).Replace(run)
}

var blockHeading = regexp.MustCompile(`(?m)^(resource|data|ephemeral) "(\w+)" "(\w+)"`)

// configure takes over a step's configuration: its names, its bucket and its files become those of the history.
func (h *costHistory) configure(text string) {
	h.targets = nil
	for _, found := range blockHeading.FindAllStringSubmatch(text, -1) {
		address := found[2] + "." + found[3] + h.suffix
		if found[1] != "resource" {
			address = found[1] + "." + address
		}
		h.targets = append(h.targets, "-target="+address)
	}
	text = blockHeading.ReplaceAllString(text, `$1 "$2" "${3}`+h.suffix+`"`)
	h.config = strings.NewReplacer("BUCKET", h.w.oss.bucket, `source = "`, `source = "`+h.w.oss.bucket+"/").Replace(text)
}

// playCosts plays the next step of all histories whose next step is the same run of Terraform. It reports whether there was
// one.
func playCosts(t *testing.T, w *workspace, histories []*costHistory) bool {
	t.Helper()
	command := nextCosts(histories)
	if command == "" {
		return false
	}
	var now []*costHistory
	var targets []string
	w.starts = false
	configs := ""
	for _, h := range histories {
		if len(h.steps) > 0 && h.command() == command {
			step := h.steps[0]
			if step.before != nil {
				step.before(t, h.w)
			}
			if step.config != "" {
				h.configure(step.config)
			}
			w.starts = w.starts || step.starts
			now = append(now, h)
			if !strings.HasPrefix(command, importing) {
				targets = append(targets, h.targets...)
			}
		}
		configs += h.config + "\n"
	}
	w.config("%s", configs)
	w.oss.local().ResetRecords()
	w.must(append(strings.Fields(command), targets...)...)
	compareCosts(t, w, now)
	return true
}

// nextCosts chooses the run that the longest of the histories needs. Imports go first, since Terraform reads all that is
// configured during one.
func nextCosts(histories []*costHistory) (command string) {
	longest := 0
	for _, h := range histories {
		if len(h.steps) == 0 {
			continue
		}
		next := h.command()
		if strings.HasPrefix(next, importing) {
			return next
		}
		if len(h.steps) > longest {
			command, longest = next, len(h.steps)
		}
	}
	return command
}

// compareCosts takes the step that was played from each history.
func compareCosts(t *testing.T, w *workspace, played []*costHistory) {
	t.Helper()
	theirs := map[string]bool{}
	for _, h := range played {
		step := h.steps[0]
		h.steps = h.steps[1:]
		bucket := h.w.oss.bucket
		theirs[bucket] = true
		if step.what == "" {
			continue
		}
		t.Run(h.table+": "+step.what, func(t *testing.T) {
			if step.tofu != "" {
				rig.SkipOpenTofu(t, step.tofu)
			}
			if got, want := w.oss.count(func(r ossserver.Record) bool { return r.Bucket == bucket }), step.counts(t); got != want {
				t.Errorf("requests %q, want %q", got, want)
			}
			if got := w.oss.sentOfObjects(bucket); got != step.bytes || (got == 0) != (step.sent == "") {
				t.Errorf("%d bytes of bodies sent, want %d, which the table calls %q", got, step.bytes, step.sent)
			}
		})
	}
	if got := w.oss.count(func(r ossserver.Record) bool { return !theirs[r.Bucket] }); got != "" {
		t.Errorf("requests for what no step is about: %q", got)
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

// sentOfObjects counts the bytes of bodies that were sent to a bucket since the last reset, those of XML documents left out.
func (o *testOSS) sentOfObjects(bucket string) int64 {
	o.t.Helper()
	var total int64
	for _, r := range o.local().Records() {
		if r.Bucket == bucket && (r.Operation == "PutObject" || r.Operation == "UploadPart" || r.Operation == "CopyObject") {
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
