package provider

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// takeoverSections are the parts of the guide that are carried out, each from the same bucket, and what they import.
var takeoverSections = map[string]string{
	"With Terraform 1.14 or newer":              "%d to import, 0 to add, 0 to change, 0 to destroy",
	"Without lists: a resource for each object": "%d imported, 0 added, 0 changed, 0 destroyed",
	"Without lists: one resource with for_each": "%d imported, 0 added, 0 changed, 0 destroyed",
}

// The guide does what it says: its files and commands are taken from the page, in their order, and each command costs what
// stands behind it. In the end a plan is empty, and all that is stored is as it was.
func TestTakeoverGuide(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../templates/guides/taking-over-a-bucket.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	preface, rest, _ := strings.Cut(string(page), "\n## ")
	done := 0
	for _, section := range strings.Split(rest, "\n## ") {
		title, text, _ := strings.Cut(section, "\n")
		report, known := takeoverSections[title]
		if known {
			done++
			t.Run(title, func(t *testing.T) {
				t.Parallel()
				carryOut(t, blocks(preface), blocks(text), report)
			})
		} else if strings.Contains(text, "\n```") {
			t.Errorf("nothing carries out %q", title)
		}
	}
	if done != len(takeoverSections) {
		t.Errorf("%d of %d sections are on the page", done, len(takeoverSections))
	}
}

// block is a fenced block of a page.
type block struct{ language, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

func blocks(page string) []block {
	var all []block
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		all = append(all, block{m[1], m[2]})
	}
	return all
}

// takeover is a section of the guide that is carried out.
type takeover struct {
	*workspace
	objects, buckets int
	said             strings.Builder
}

func carryOut(t *testing.T, preface, section []block, report string) {
	t.Helper()
	o := startOSS(t)
	o.must(o.local().CreateBucket("example"))
	o.bucket = "example"
	w := &takeover{workspace: o.exampleWorkspace("../../examples/provider"), buckets: 2}
	if strings.Contains(report, "to import") {
		w.needsQuery()
	}
	w.setAside("provider.tf")
	for _, odd := range oddObjects {
		if key := "site/" + odd.key; odd.key != "linked" {
			o.must(o.sdk().PutObject(key, strings.NewReader(key), append(odd.options, oss.SetTagging(tagging("team", "web")))...))
			w.objects++
		}
	}
	o.put("other/not-meant.txt")
	foreignCORS(o, corsDocument(corsRuleTwo))
	before := w.stored()
	all, last := slices.Concat(preface, section), ""
	for i, b := range all {
		if b.language == "terraform" {
			name, _, _ := strings.Cut(b.text, "\n")
			w.write(strings.TrimPrefix(name, "# "), b.text)
			continue
		}
		lines := strings.Split(strings.TrimSpace(b.text), "\n")
		for j, line := range lines {
			var flags []string
			if i == len(all)-1 && j == len(lines)-1 {
				last, flags = line, []string{"-detailed-exitcode"}
			}
			w.step(strings.TrimSpace(line), flags...)
		}
	}
	if !strings.HasPrefix(last, "terraform plan ") {
		t.Errorf("the last step is %q, not the plan that is empty", last)
	}
	imported := w.objects
	if strings.Contains(report, "to import") {
		imported++ // and the CORS rules
	}
	if want := fmt.Sprintf(report, imported); !strings.Contains(w.said.String(), want) {
		t.Errorf("nothing said %q:\n%s", want, w.said.String())
	}
	if after := w.stored(); !maps.EqualFunc(before, after, sameObject) {
		t.Errorf("stored before\n%+v\nand after\n%+v", before, after)
	}
}

// stored is all that there is in the bucket.
func (w *takeover) stored() map[string]ossserver.Object {
	w.t.Helper()
	all := map[string]ossserver.Object{}
	list, err := w.oss.sdk().ListObjectsV2()
	w.oss.must(err)
	for _, o := range list.Objects {
		one := w.oss.object(o.Key)
		one.LastModified = one.LastModified.Truncate(time.Second)
		all[o.Key] = one
	}
	return all
}

// step carries out a line of a shell: rm, or terraform, whose output may go into a file. It gets more flags than the page has.
func (w *takeover) step(line string, more ...string) {
	w.t.Helper()
	command, cost, _ := strings.Cut(line, "#")
	words := strings.Fields(command)
	switch words[0] {
	case "rm":
		for _, name := range words[1:] {
			w.oss.must(os.Remove(filepath.Join(w.dir, name)))
		}
		return
	case "terraform":
	default:
		w.t.Fatalf("what does %q?", line)
	}
	file := ""
	if n := len(words); words[n-2] == ">" {
		file, words = words[n-1], words[:n-2]
	}
	w.oss.local().ResetRecords()
	flags := map[string][]string{"apply": {"-auto-approve", "-no-color"}, "plan": {"-no-color"}, "query": {"-no-color"}}
	process, detach := w.attached(slices.Concat(words[1:2], flags[words[1]], words[2:], more)...)
	out, err := rig.Must(w.t.Context(), process)
	detach()
	if err != nil {
		w.t.Fatalf("%s: %v", command, err)
	}
	w.said.WriteString(out)
	if file != "" {
		w.write(file, out)
	}
	if got, want := w.oss.requests(), w.requests(strings.TrimSpace(cost)); got != want {
		w.t.Errorf("%s: requests %q, and the page says %q, which is %q", command, got, cost, want)
	}
}

// requests are what the page says that a command costs, as the server counts them.
func (w *takeover) requests(cost string) string {
	w.t.Helper()
	counts := map[string]int{}
	for part := range strings.SplitSeq(cost, ", ") {
		switch part {
		case "N/1,000 LIST":
			counts["ListObjectsV2"]++ // of fewer than a thousand
		case "N HEAD":
			counts["HeadObject"] += w.objects
		case "1 LIST of buckets":
			counts["ListBuckets"]++
		case "B GET of rules":
			counts["GetBucketCors"] += w.buckets
		case "1 GET of rules":
			counts["GetBucketCors"]++
		case "no request":
		default:
			w.t.Errorf("what does %q cost?", cost)
		}
	}
	var parts []string
	for _, operation := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s:%d", operation, counts[operation]))
	}
	return strings.Join(parts, " ")
}
