package provider

import (
	"context"
	"crypto/rand"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// createdKey is where the private state keeps the mark of a creation.
const createdKey = "created"

// markCreated notes that this run has created something, so that the deletion of what it took the place of, under
// create_before_destroy, leaves it alone. The mark in the private state differs for each creation.
func (d *providerData) markCreated(ctx context.Context, id string, private privateWriter, diags *diag.Diagnostics) {
	mark := rand.Text()
	d.created.Store(id, mark)
	keep(ctx, private, createdKey, mark, diags)
}

// nextRun forgets that something was created when a plan begins with it as its state: that is a later run in the same
// process, as terraform test of newer Terraforms has them, whose deletion means what was created. A plan for the deletion of what it
// took the place of begins with another state. It reports whether something was forgotten.
func (d *providerData) nextRun(ctx context.Context, id string, private privateReader, diags *diag.Diagnostics) bool {
	var mark string
	return d != nil && recall(ctx, private, createdKey, &mark, diags) && d.created.CompareAndDelete(id, mark)
}

// inThisRun reports whether this run has created what has the id.
func (d *providerData) inThisRun(id string) bool {
	_, created := d.created.Load(id)
	return created
}
