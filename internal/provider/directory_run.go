package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// directoryRun is what the calls of one run pass on to each other about a directory. Terraform makes them one after the other:
// refresh and plan in one process, and in the next the plan once more, the deletion of what is replaced, the creation or
// the change. Nothing is lost when one of them finds nothing here: it asks for itself.
type directoryRun struct {
	mu        sync.Mutex
	have      object.Inventory                  // of the state, by the refresh, or by the deletion that leaves all to the creation
	strangers map[string]ossclient.ListedObject // what the refresh has listed beside, by name
	decided   *directoryDecision                // of the plan, for the apply
	created   map[string]string                 // what this run has created
}

// directoryMark distinguishes a directory from an object of the same id, among what this run has created.
func directoryMark(id string) string { return "directory " + id }

// nextDirectoryRun forgets what was created before this plan, if it begins with that.
func (d *providerData) nextDirectoryRun(ctx context.Context, state directoryModel, private privateReader, diags *diag.Diagnostics) {
	id := state.ID.ValueString()
	if d.nextRun(ctx, directoryMark(id), private, diags) {
		run := d.run(id)
		run.mu.Lock()
		run.created = nil
		run.mu.Unlock()
	}
}

// run is that of a directory.
func (d *providerData) run(id string) *directoryRun {
	run, _ := d.directories.LoadOrStore(id, &directoryRun{})
	return run.(*directoryRun)
}

// mostStrangers bounds what is kept of a list beside the objects of a directory. A plan that knows of no more says later
// what is in the way: at the apply.
const mostStrangers = 50_000

// note keeps a listed object that is not one of the directory's.
func (r *directoryRun) note(name string, o ossclient.ListedObject) {
	if len(r.strangers) < mostStrangers {
		r.strangers[name] = o
	}
}

// directoryKey is where the private state keeps what an inventory has beside its texts.
const directoryKey = "directory"

// Marks that a plan leaves in the private state for a deletion. Terraform hands it what the plan of a destroy has noted, or
// the plan of the creation that takes its place.
const (
	destroyMark  = "destroy"
	creationMark = "creation"
)

// inventory is what a state says of the objects.
func (m directoryModel) inventory(ctx context.Context, private privateReader, diags *diag.Diagnostics) object.Inventory {
	var packed []byte
	recall(ctx, private, directoryKey, &packed, diags)
	inv, err := object.Unpack(textMap(m.Files), packed)
	if err != nil {
		diags.AddError("Unreadable State", "What the state says of the objects of "+quoted(m.ID.ValueString())+" cannot be read: "+sentence(err.Error())+
			" Please report this issue to the provider developers.")
	}
	return inv
}

// keepInventory keeps the part of an inventory that is not in the texts.
func keepInventory(ctx context.Context, private privateWriter, inv object.Inventory, diags *diag.Diagnostics) {
	packed, err := inv.Pack()
	if err != nil {
		diags.AddError("Unwritable Private State", sentence(err.Error()))
		return
	}
	keep(ctx, private, directoryKey, packed, diags)
}
