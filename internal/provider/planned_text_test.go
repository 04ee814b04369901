package provider

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

var (
	plannedHeader = regexp.MustCompile(`^  # (\S+) (?:will|must|is tainted)\b`)
	plannedBlock  = regexp.MustCompile(`^ *(\S+) resource "`)
	plannedEntry  = regexp.MustCompile(`^ {6}[~+-] (\w+) +[={]`)
)

var plannedActions = map[string]tfjson.Actions{
	"+": {tfjson.ActionCreate}, "~": {tfjson.ActionUpdate}, "-": {tfjson.ActionDelete},
	"-/+": {tfjson.ActionDelete, tfjson.ActionCreate}, "+/-": {tfjson.ActionCreate, tfjson.ActionDelete},
}

// plannedChanges are the changes by address that an apply or a plan prints, as planned has them: where a plan is made
// anyway, that saves the run that shows it, and an apply needs no other plan than its own.
func plannedChanges(out string) map[string]change {
	changes := map[string]change{}
	address := ""
	for line := range strings.Lines(out) {
		if found := plannedHeader.FindStringSubmatch(line); found != nil {
			address = found[1]
		} else if strings.TrimSpace(line) == "}" && strings.HasPrefix(line, "    }") {
			address = ""
		}
		if address == "" {
			continue
		}
		c := changes[address]
		if found := plannedBlock.FindStringSubmatch(line); found != nil {
			c.actions = plannedActions[found[1]]
		}
		if found := plannedEntry.FindStringSubmatch(line); found != nil && !strings.Contains(line, "(write-only attribute)") {
			c.attributes = append(c.attributes, found[1])
			slices.Sort(c.attributes)
			c.attributes = slices.Compact(c.attributes)
		}
		changes[address] = c
	}
	return changes
}

// What is printed says the same as what Terraform writes of a plan for programs.
func TestPlannedChanges(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	w := o.workspace()
	block := func(name, arguments string) string {
		return "resource \"oss_object\" \"" + name + "\" {\n bucket = \"BUCKET\"\n " + arguments + "\n}\n"
	}
	w.config("%s", block("body", `key = "body"
 content = "one"`)+block("block", `key = "block"
 content = "one"
 metadata = { a = "1" }`)+block("replaced", `key = "replaced"
 content = "one"`)+block("first", `key = "first"
 content = "one"
 lifecycle { create_before_destroy = true }`)+block("gone", `key = "gone"
 content = "one"`)+block("same", `key = "same"
 content = "one"`)+block("tainted", `key = "tainted"
 content = "one"`))
	w.apply()
	o.must(o.sdk().DeleteObject("same"))
	w.must("taint", "oss_object.tainted")
	w.config("%s", block("body", `key = "body"
 content = "two"`)+block("block", `key = "block"
 content = "one"
 metadata = { a = "2" }
 timeouts {
   read = "1m"
 }`)+block("replaced", `key = "elsewhere"
 content = "one"`)+block("first", `key = "second"
 content = "one"
 lifecycle { create_before_destroy = true }`)+block("new", `key = "new"
 content = "one"`)+block("same", `key = "same"
 content = "one"`)+block("tainted", `key = "tainted"
 content = "one"`))
	out := w.must("plan", "-out=plan.bin", "-no-color")
	got, want := plannedChanges(out), w.planned()
	if len(want) != 8 || len(got) != len(want) {
		t.Fatalf("printed %v, want %v", got, want)
	}
	for address, c := range want {
		if !slices.Equal(got[address].actions, c.actions) || !c.actions.Delete() && !slices.Equal(got[address].attributes, c.attributes) {
			t.Errorf("%s: printed %v, want %v", address, got[address], c)
		}
	}
}
