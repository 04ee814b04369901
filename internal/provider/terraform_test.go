package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// built is the provider, for all tests that run Terraform by hand, and the local server, for those that kill it.
var built = &rig.Programs{Packages: []string{".", "./cmd/oss-local"}}

func TestMain(m *testing.M) { os.Exit(built.Main(m)) }

// workspace is a folder in which a test runs the terraform program with the built provider.
type workspace struct {
	t         testing.TB
	oss       *testOSS
	terraform string // path of the program
	bin       string // folder of the built provider
	dir       string
	env       []string
	// Terraform starts the provider itself, as in a user's run; else it attaches to one that is started for each command, which
	// takes a third of the time. For a test whose subject are processes, their number, their ends or their logs.
	starts bool
}

func (o *testOSS) workspace() *workspace {
	o.t.Helper()
	terraform := rig.Terraform(o.t)
	dir := o.t.TempDir()
	w := &workspace{t: o.t, oss: o, terraform: terraform, bin: built.Bin(o.t), dir: dir}
	env := rig.ScrubTerraform(os.Environ())
	if o.server != nil { // a real bucket's credentials may stand in a file below HOME, or be an instance's
		env = append(rig.Environ("HOME"), "HOME="+dir)
	}
	var err error
	w.env, err = rig.ConfigureTerraform(filepath.Join(dir, "cli.tfrc"), rig.DevOverrides(w.bin), env)
	o.must(err)
	return w
}

// write puts a file into the workspace.
func (w *workspace) write(name, text string) {
	w.t.Helper()
	file := filepath.Join(w.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

const requiredProvider = `terraform {
  required_providers {
    oss = { source = "terraform-provider-oss/oss" }
  }
}
`

// config writes main.tf: the provider block for this test's OSS and the resources.
func (w *workspace) config(body string, args ...any) {
	w.t.Helper()
	w.write("main.tf", requiredProvider+w.oss.config(body, args...))
}

// writeResources writes resources by type and name, beside main.tf.
func (w *workspace) writeResources(blocks map[string]map[string]any) {
	w.t.Helper()
	text, err := json.MarshalIndent(map[string]any{"resource": blocks}, "", "  ") // a diagnostic shows a line
	w.oss.must(err)
	w.write("resources.tf.json", string(text))
}

// command is terraform in the workspace, which starts the provider itself.
func (w *workspace) command(args ...string) *exec.Cmd {
	return rig.Command(w.t.Context(), w.dir, w.env, w.terraform, args...)
}

// attached is terraform in the workspace with a provider that has started for it alone, and what ends that.
func (w *workspace) attached(args ...string) (command *exec.Cmd, detach func()) {
	w.t.Helper()
	command = w.command(args...)
	if w.starts {
		return command, func() {}
	}
	provider, err := rig.Attach(w.t.Context(), w.bin, w.dir, w.env)
	if err != nil {
		w.t.Fatal(err)
	}
	command.Env = append(slices.Clone(w.env), provider.Reattach)
	return command, func() {
		if text := provider.Detach(); text != "" {
			w.t.Errorf("the provider wrote to its standard error:\n%s", text)
		}
	}
}

// try runs terraform and returns what it printed, and its exit code.
func (w *workspace) try(args ...string) (string, int) {
	w.t.Helper()
	command, detach := w.attached(args...)
	out, code, err := rig.Combined(w.t.Context(), command)
	detach()
	if err != nil {
		w.t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out, code
}

// providerProcesses finds the provider that serves this workspace.
func (w *workspace) providerProcesses() []int {
	return processes(func(program, dir string) bool { return filepath.Dir(program) == w.bin && dir == w.dir })
}

// processes finds those that run a program in a folder; none where there is no /proc.
func processes(match func(program, dir string) bool) []int {
	var found []int
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, process := range all {
		program, _ := os.Readlink(filepath.Join(process, "exe"))
		dir, _ := os.Readlink(filepath.Join(process, "cwd"))
		if pid, err := strconv.Atoi(filepath.Base(process)); err == nil && match(program, dir) {
			found = append(found, pid)
		}
	}
	return found
}

// must runs terraform and stops the test unless it succeeds.
func (w *workspace) must(args ...string) string {
	w.t.Helper()
	out, code := w.try(args...)
	if code != 0 {
		w.t.Fatalf("terraform %s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// apply applies without a question.
func (w *workspace) apply(args ...string) string {
	w.t.Helper()
	return w.must(append([]string{"apply", "-auto-approve", "-no-color"}, args...)...)
}

// fails runs terraform, which has to fail with all the given words; line breaks of the box do not count.
func (w *workspace) fails(words []string, args ...string) string {
	w.t.Helper()
	out, code := w.try(args...)
	if code == 0 {
		w.t.Fatalf("terraform %s succeeded:\n%s", strings.Join(args, " "), out)
	}
	flat := flatten(out)
	for _, word := range words {
		if !strings.Contains(flat, word) {
			w.t.Errorf("terraform %s does not say %q:\n%s", strings.Join(args, " "), word, out)
		}
	}
	return out
}

// flatten undoes the box and the line breaks that Terraform puts around a diagnostic.
func flatten(out string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(out)), " ")
}

// clean stops the test unless a plan is empty.
func (w *workspace) clean() {
	w.t.Helper()
	if out, code := w.try("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		w.t.Fatalf("the plan is not empty (exit code %d):\n%s", code, out)
	}
}

// change is what a plan does to one resource.
type change struct {
	actions tfjson.Actions
	// attributes that differ or become unknown, sorted
	attributes []string
}

// planned are the changes of the plan in plan.bin.
func (w *workspace) planned() map[string]change {
	w.t.Helper()
	var plan tfjson.Plan
	show, detach := w.attached("show", "-json", "plan.bin")
	out, err := rig.Must(w.t.Context(), show)
	detach()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		w.t.Fatal(err)
	}
	changes := map[string]change{}
	for _, rc := range plan.ResourceChanges {
		if !rc.Change.Actions.NoOp() || rc.Change.Importing != nil {
			changes[rc.Address] = change{rc.Change.Actions, changedAttributes(rc.Change)}
		}
	}
	return changes
}

// changedAttributes names the top-level attributes of a change that differ or are not known yet.
func changedAttributes(c *tfjson.Change) []string {
	before, _ := c.Before.(map[string]any)
	after, _ := c.After.(map[string]any)
	unknown, _ := c.AfterUnknown.(map[string]any)
	var names []string
	for name := range after {
		if fmt.Sprint(before[name]) != fmt.Sprint(after[name]) {
			names = append(names, name)
		}
	}
	for name, value := range unknown {
		if value == true {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
