package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// directoryPlanner decides what has to be done to a directory.
type directoryPlanner struct {
	data   *providerData
	client *ossclient.Client // nil while there is none
	plan   *directoryModel
	before *directoryModel // nil for a creation
	have   object.Inventory
	diags  *diag.Diagnostics
}

// directoryDecision is what a planner decides.
type directoryDecision struct {
	object.Plan
	files  []object.File
	listed bool // what is below the prefix was listed for it
	// unknown says that it is not known yet which objects there will be, vague that it is not known what they will be.
	unknown, vague bool
}

// ModifyPlan finds the files, compares them with what is stored, and plans what will be stored of each. Terraform calls it
// again at the start of an apply, when a folder that has changed since comes to other files: Terraform stops then.
func (r *directoryResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		var state directoryModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		r.data.nextDirectoryRun(ctx, state, req.Private, &resp.Diagnostics)
		keep(ctx, resp.Private, destroyMark, true, &resp.Diagnostics)
		state.planDestroy(state.inventory(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
		return
	}
	var plan directoryModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	r.data.claim(&resp.Diagnostics, plan.Bucket)
	plan.ID = plan.directoryID()
	p := directoryPlanner{data: r.data, client: r.data.clientIfReady(), plan: &plan, diags: &resp.Diagnostics}
	if !req.State.Raw.IsNull() {
		var before directoryModel
		resp.Diagnostics.Append(req.State.Get(ctx, &before)...)
		r.data.nextDirectoryRun(ctx, before, req.Private, &resp.Diagnostics)
		if before.directoryID().Equal(plan.ID) { // else Terraform plans a creation next
			p.before, p.have = &before, before.inventory(ctx, req.Private, &resp.Diagnostics)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, end := timeout(plan.Timeouts.Read).start(ctx, walkTimeout, &resp.Diagnostics)
	defer end()
	decision, ok := p.decide(ctx)
	if !ok || resp.Diagnostics.HasError() {
		return
	}
	p.foresee(decision)
	if p.before == nil {
		keep(ctx, resp.Private, creationMark, plan.ID.ValueString(), &resp.Diagnostics)
	}
	if r.data != nil && !plan.ID.IsUnknown() {
		r.data.run(plan.ID.ValueString()).decide(&decision)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// decide leaves a decision for the apply.
func (r *directoryRun) decide(d *directoryDecision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.decided = d
}

// decide finds the files, and compares them with what is stored. It reports false after an error.
func (p *directoryPlanner) decide(ctx context.Context) (directoryDecision, bool) {
	blocks := p.plan.blocks(ctx, p.diags)
	d := directoryDecision{unknown: p.plan.filesUnknown(), vague: p.plan.wishUnknown(blocks)}
	dir := p.plan.directory(blocks)
	if !d.unknown && dir.Owns {
		p.readFolder(ctx, &d)
	}
	if d.unknown || p.diags.HasError() {
		return d, !p.diags.HasError()
	}
	have, ok := p.stored(ctx, dir, &d)
	if !ok {
		return d, false
	}
	if dir.Owns {
		d.Plan = dir.Own(d.files, have)
	} else {
		d.Plan = dir.Overlay(have)
	}
	p.check(d)
	return d, !p.diags.HasError()
}

// readFolder finds the files of the folder and reads them. A folder that is not there may be made by another resource.
func (p *directoryPlanner) readFolder(ctx context.Context, d *directoryDecision) {
	files, refused, err := p.plan.folder().Read(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.unknown = true
		p.diags.AddAttributeWarning(path.Root("source"), "Source Folder Does Not Exist Yet", fmt.Sprintf(
			"There is no folder %q. That is fine if another resource makes it during this apply; otherwise the apply will fail. "+
				"Paths are relative to the folder Terraform runs in; \"${path.module}/...\" is relative to the module.", p.plan.Source.ValueString()))
	case errors.Is(err, object.ErrNotFolder):
		p.diags.AddAttributeError(path.Root("source"), "Source Is Not a Folder", fmt.Sprintf("%q is a file. Name a folder, or use oss_object for one file.", p.plan.Source.ValueString()))
	case err != nil:
		p.diags.AddAttributeError(path.Root("source"), "Unreadable Source Folder", fmt.Sprintf("Could not read the folder %q: %s", p.plan.Source.ValueString(), sentence(err.Error())))
	default:
		d.files = files
		p.refuse(files, refused)
	}
}

// stored finds out what is stored, as far as that needs more than the state shows.
func (p *directoryPlanner) stored(ctx context.Context, dir object.Directory, d *directoryDecision) (object.Inventory, bool) {
	if p.client == nil || p.plan.ID.IsUnknown() {
		return p.have, true
	}
	look := object.Look{Client: p.client, Parallel: p.plan.parallel(), Directory: dir}
	run := p.data.run(p.plan.ID.ValueString())
	run.mu.Lock()
	defer run.mu.Unlock()
	var have object.Inventory
	var err error
	if p.before == nil {
		have, err = look.Survey(ctx, d.files, run.have)
		d.listed = true
		if ossclient.IsBucketNotFound(err) { // something may make it during this apply
			have, err = object.Inventory{}, nil
		}
	} else {
		have = p.disown()
		if p.widened(dir) {
			have, err = look.Refresh(ctx, have)
		}
		if err == nil && dir.Owns {
			have, err = look.Closer(ctx, d.files, run.beside(d.files, have))
		}
	}
	if err != nil {
		callError(p.diags, "Unable to Read OSS Directory", fmt.Sprintf("look at what is below %q", p.plan.ID.ValueString()), err)
		return nil, false
	}
	return have, p.refuseTwins(have)
}

// disown is what the state has. Where it had no folder, the objects are those of others.
func (p *directoryPlanner) disown() object.Inventory {
	if !p.before.Source.IsNull() || p.plan.Source.IsNull() {
		return p.have
	}
	have := make(object.Inventory, len(p.have))
	for name, entry := range p.have {
		of := *entry
		of.Foreign = true
		have[name] = &of
	}
	return have
}

// widened reports whether the directory may have objects now that no refresh has taken in.
func (p *directoryPlanner) widened(dir object.Directory) bool {
	same := p.before.Source.IsNull() == p.plan.Source.IsNull() && p.before.Prune.Equal(p.plan.Prune) &&
		p.before.Include.Equal(p.plan.Include) && p.before.Exclude.Equal(p.plan.Exclude)
	return !same && (!dir.Owns || dir.Prune == object.PruneAll)
}

// beside adds the objects of others that have the names of files, as the refresh of this run has listed them.
func (r *directoryRun) beside(files []object.File, have object.Inventory) object.Inventory {
	if len(r.strangers) == 0 {
		return have
	}
	all := make(object.Inventory, len(have))
	for name, entry := range have {
		all[name] = entry
	}
	for _, f := range files {
		if o, there := r.strangers[f.Name]; there && all[f.Name] == nil {
			all[f.Name] = object.Listed(o)
		}
	}
	return all
}

// foresee plans what will be known of the objects.
func (p *directoryPlanner) foresee(d directoryDecision) {
	m := p.plan
	if d.unknown {
		m.Files, m.FileCount, m.TotalSize = types.MapUnknown(types.StringType), types.Int64Unknown(), types.Int64Unknown()
		m.ChangedKeys = types.ListUnknown(types.StringType)
		return
	}
	files, size, vague := make(map[string]attr.Value, len(d.Steps)), int64(0), d.vague
	for _, s := range d.Steps {
		text := types.StringValue(s.Text)
		if d.vague || s.Text == "" {
			text, vague = types.StringUnknown(), true
		}
		files[norm.NFC.String(s.Name)] = text
		size += s.Size()
	}
	m.Files, m.FileCount, m.TotalSize = types.MapValueMust(types.StringType, files), types.Int64Value(int64(len(files))), types.Int64Value(size)
	switch {
	case !vague && p.unnamed(d):
		m.ChangedKeys = stringList(d.keys(d.Changed()))
	case vague, !d.Idle(), p.grows(d):
		m.ChangedKeys = types.ListUnknown(types.StringType)
	case p.before == nil:
		m.ChangedKeys = stringList(nil)
	default:
		m.ChangedKeys = p.before.ChangedKeys
	}
}

// grows reports whether there will be objects that the state does not have. Some of them may be stored already, and whether
// they are is known for certain when they are written.
func (p *directoryPlanner) grows(d directoryDecision) bool {
	if p.before == nil {
		return len(d.Steps) > 0
	}
	known := p.before.Files.Elements()
	return slices.ContainsFunc(d.Steps, func(s object.Step) bool { return known[norm.NFC.String(s.Name)] == nil })
}

// unnamed reports whether objects of others will be deleted that the state does not name. Then the plan names all that is
// written or deleted, and Terraform holds the apply to it.
func (p *directoryPlanner) unnamed(d directoryDecision) bool {
	known := map[string]attr.Value{}
	if p.before != nil {
		known = p.before.Files.Elements()
	}
	for _, name := range d.Strangers {
		if _, named := known[norm.NFC.String(name)]; !named {
			return true
		}
	}
	return false
}

// keys are the keys of names.
func (d directoryDecision) keys(names []string) []string {
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = d.Directory.Prefix + name
	}
	return keys
}

// planDestroy says when a destroy will leave the objects where they are, or may cost a fee.
func (m directoryModel) planDestroy(have object.Inventory, diags *diag.Diagnostics) {
	if diags.HasError() {
		return
	}
	if m.deletionPolicy() == keepObject {
		reason := "deletion_policy says so"
		if m.DeletionPolicy.IsNull() {
			reason = "only headers and metadata are managed here; deletion_policy = \"delete\" would delete the objects"
		}
		diags.AddWarning("OSS Objects Are Kept", fmt.Sprintf("A destroy leaves %s below %q in the bucket: %s.", count(len(have), "object"), m.ID.ValueString(), reason))
		return
	}
	removal := m.removal(have, nil)
	addEarly(diags, removal)
	if len(removal.Released) > 0 {
		diags.AddWarning("OSS Objects Are Kept", fmt.Sprintf("A destroy leaves %s below %q in the bucket, since others wrote the body: %s. With prune = \"all\" it would delete that as well.",
			count(len(removal.Released), "object"), m.ID.ValueString(), some(removal.Released)))
	}
}

// removal is the plan of a destroy, which leaves out what this run has just created.
func (m directoryModel) removal(have object.Inventory, created map[string]string) object.Plan {
	d := m.directory(nil)
	if d.Prune == object.PruneNone {
		d.Prune = object.PruneManaged // that is about a folder which no longer has a file
	}
	rest := object.Inventory{}
	for name, entry := range have {
		if _, again := created[norm.NFC.String(name)]; !again {
			rest[name] = entry
		}
	}
	return d.Removal(rest)
}
