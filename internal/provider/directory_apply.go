package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// settle is how long an apply waits after its last write, so that what somebody writes next has another time (OSS-230).
const settle = time.Second

// mostChangedKeys is how many keys changed_keys lists. Terraform compares lists element by element, each with each, in every
// plan and also where nothing has changed: 10,000 keys take it 8 seconds. The call that refreshes Alibaba Cloud CDN takes a
// thousand URLs, and a folder as one.
const mostChangedKeys = 1000

// directoryApply carries a planned decision out.
type directoryApply struct {
	directoryPlanner
	summary string // title of what failed
}

// run carries the decision of the plan out, and completes the plan with what is stored then. It reports whether that is to
// be kept, which it is with an error, too.
func (a *directoryApply) run(ctx context.Context) (object.Inventory, bool) {
	decision, ok := a.decision(ctx)
	if !ok || !a.holds(decision) {
		return nil, false
	}
	deployer := a.deployer(ctx, decision.listed)
	result := deployer.Apply(ctx, decision.Plan)
	warnOfUploads(a.diags, fmt.Sprintf("objects of the directory %q", a.plan.ID.ValueString()), result.Uploads)
	a.plan.show(result.Inventory)
	a.plan.ChangedKeys = a.changedKeys(decision.keys(result.Changed))
	if len(result.Failures) > 0 {
		a.fail(result)
	}
	// A creation of which nothing came about leaves nothing to keep.
	return result.Inventory, len(result.Failures) == 0 || a.before != nil || len(result.Inventory) > 0
}

// changedKeys are the keys that were written or deleted: the prefix alone when they are many, unless the plan has named them.
func (a *directoryApply) changedKeys(keys []string) types.List {
	switch {
	case len(keys) == 0 && a.before != nil:
		return a.before.ChangedKeys
	case len(keys) > mostChangedKeys && a.plan.ChangedKeys.IsUnknown():
		return stringList([]string{a.plan.Prefix.ValueString()})
	default:
		return stringList(keys)
	}
}

func (a *directoryApply) deployer(ctx context.Context, listed bool) object.Deployer {
	return object.Deployer{
		Client: a.client, Parallel: a.plan.parallel(), Listed: listed, Settle: settle,
		Progress: func(p object.Progress) {
			tflog.Info(ctx, "the directory is being written", map[string]any{"directory": a.plan.ID.ValueString(), "done": p.Done, "of": p.Of, "bytes": p.Bytes})
		},
	}
}

// decision is that of the plan which Terraform has just made. Where there is none, it is made again, and held against the
// plan like any other.
func (a *directoryApply) decision(ctx context.Context) (directoryDecision, bool) {
	run := a.data.run(a.plan.ID.ValueString())
	run.mu.Lock()
	decided := run.decided
	run.decided = nil
	run.mu.Unlock()
	if decided != nil && a.planned(*decided) {
		return *decided, true
	}
	return a.decide(ctx)
}

// planned reports whether a decision is about the files of the plan.
func (a *directoryApply) planned(d directoryDecision) bool {
	files := a.plan.Files.Elements()
	if d.unknown || len(files) != len(d.Steps) {
		return false
	}
	for _, s := range d.Steps {
		text, ok := files[norm.NFC.String(s.Name)].(types.String)
		if !ok || !text.IsUnknown() && text.ValueString() != s.Text {
			return false
		}
	}
	return true
}

// holds checks before the first write that the plan is still right: that it is about these files, and that the folder has
// no other ones by now.
func (a *directoryApply) holds(d directoryDecision) bool {
	changed := []string{}
	if d.unknown && !exists(a.plan.Source.ValueString()) {
		a.diags.AddAttributeError(path.Root("source"), "Source Folder Not Found", fmt.Sprintf(
			"There is no folder %q, and nothing in this apply has made it. Nothing was written. Check the path: a relative one begins where terraform runs, or in the module with ${path.module}.", a.plan.Source.ValueString()))
		return false
	}
	if !a.planned(d) {
		changed = append(changed, "what would be written is not what was planned")
	} else if d.Directory.Owns {
		changed = a.folderChanges(d)
	}
	if len(changed) > 0 {
		a.diags.AddAttributeError(path.Root("source"), "Source Folder Changed Since the Plan", fmt.Sprintf(
			"Between plan and apply the folder %q has changed: %s. Nothing was written. Run plan again when its files no longer change.", a.plan.Source.ValueString(), strings.Join(changed, "; ")))
	}
	return len(changed) == 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// folderChanges says what is not as it was when the files were read.
func (a *directoryApply) folderChanges(d directoryDecision) []string {
	now, refused, err := a.plan.folder().Walk()
	if err != nil {
		return []string{err.Error()}
	}
	before := map[string]int64{}
	for _, f := range d.files {
		before[f.Name] = f.Size
	}
	var appeared, grown, gone []string
	for _, f := range now {
		switch size, known := before[f.Name]; {
		case !known:
			appeared = append(appeared, f.Name)
		case size != f.Size:
			grown = append(grown, f.Name)
		}
		delete(before, f.Name)
	}
	for _, r := range refused {
		appeared = append(appeared, r.Name)
	}
	for _, f := range d.files {
		if _, left := before[f.Name]; left {
			gone = append(gone, f.Name)
		}
	}
	var changes []string
	for _, c := range []struct {
		what  string
		names []string
	}{{"appeared", appeared}, {"have another size", grown}, {"are gone", gone}} {
		if len(c.names) > 0 {
			changes = append(changes, fmt.Sprintf("%s %s (%s)", count(len(c.names), "file"), c.what, some(c.names)))
		}
	}
	return changes
}

// fail reports all failures together, the most common cause first.
func (a *directoryApply) fail(r object.Result) {
	detail := fmt.Sprintf("%s below %q failed", count(len(r.Failures), "object"), a.plan.ID.ValueString())
	if r.Left > 0 {
		detail += fmt.Sprintf(", so %s of a later step had no turn", count(r.Left, "object"))
	}
	detail += fmt.Sprintf(". Written or deleted: %s. The state has what is stored now, and the next apply does the rest.", count(len(r.Changed), "object"))
	if a.before == nil && len(r.Inventory) > 0 {
		detail += " Terraform marks the directory as tainted, since its creation failed; the next plan calls that a replacement, and what is stored as it should be is neither deleted nor written again for it."
	}
	addFailures(a.diags, a.summary, detail, r.Failures)
}

// addFailures adds an error about objects, grouped by what went wrong.
func addFailures(diags *diag.Diagnostics, summary, detail string, failures []object.Failure) {
	groups := object.Causes(failures, failureCause)
	for i, group := range groups {
		if i == mostCauses {
			detail += fmt.Sprintf("\n\nThere are %d more causes.", len(groups)-i)
			break
		}
		names := make([]string, len(group))
		for j, f := range group {
			names[j] = f.Name
		}
		err := group[0].Err
		detail += fmt.Sprintf("\n\n%s: %s\n%s", count(len(group), "object"), sentence(failureCause(err)), some(names))
		if h := hint(err); h != "" {
			detail += "\n" + h
		}
		if ids := supportIDs(err); ids != "" {
			detail += "\n" + ids
		}
	}
	diags.AddError(summary, detail)
}

// failureCause says why an object failed, in words that do not name it.
func failureCause(err error) string {
	var e *ossclient.Error
	switch {
	case errors.Is(err, object.ErrExists):
		return "an object that was not written from here is there already, and differs. allow_overwrite = true writes over it"
	case errors.Is(err, object.ErrChanged):
		return "somebody replaced or deleted the object since it was last seen, and it was left as it is. Run plan again"
	case errors.Is(err, context.Canceled):
		return "the run was interrupted"
	case errors.Is(err, context.DeadlineExceeded):
		return "the time set for this operation is over"
	case errors.As(err, &e):
		return e.Cause()
	}
	if call := (*object.CallError)(nil); errors.As(err, &call) {
		err = call.Err
	}
	return err.Error()
}
