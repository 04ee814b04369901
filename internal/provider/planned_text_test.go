package provider

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
)

var (
	plannedHeader = regexp.MustCompile(`^  # (.+?) (?:will|must|is tainted)\b`)
	plannedBlock  = regexp.MustCompile(`^ *(\S+) (?:resource|data) "`)
	plannedEntry  = regexp.MustCompile(`^ {6}[~+-] (\w+) +[={]`)
)

var plannedActions = map[string]tfjson.Actions{
	"+": {tfjson.ActionCreate}, "~": {tfjson.ActionUpdate}, "-": {tfjson.ActionDelete}, "<=": {tfjson.ActionRead},
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
			changes[address] = change{actions: tfjson.Actions{tfjson.ActionNoop}} // unless a block says more: an import
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
		if found := plannedEntry.FindStringSubmatch(line); found != nil && !c.actions.Delete() && !strings.Contains(line, "(write-only attribute)") {
			c.attributes = append(c.attributes, found[1])
			slices.Sort(c.attributes)
			c.attributes = slices.Compact(c.attributes)
		}
		changes[address] = c
	}
	return changes
}

// plan makes a plan and returns its changes by address.
func (w *workspace) plan(args ...string) map[string]change {
	w.t.Helper()
	return plannedChanges(w.must(append([]string{"plan", "-out=plan.bin", "-no-color"}, args...)...))
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
	o.put("imported", "changed")
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
 content = "one"`)+block("imported", `key = "imported"
 ignore_body_drift = true`)+block("changed", `key = "changed"
 content = "one"`)+`
import {
  to = oss_object.imported
  id = "BUCKET/imported"
}
import {
  to = oss_object.changed
  id = "BUCKET/changed"
}
`)
	out := w.must("plan", "-out=plan.bin", "-no-color")
	got, want := plannedChanges(out), w.planned()
	if len(want) != 10 || len(got) != len(want) {
		t.Fatalf("printed %v, want %v", got, want)
	}
	for address, c := range want {
		if !slices.Equal(got[address].actions, c.actions) || !slices.Equal(got[address].attributes, c.attributes) {
			t.Errorf("%s: printed %v, want %v", address, got[address], c)
		}
	}
}
