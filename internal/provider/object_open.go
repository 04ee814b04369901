package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

// An import leaves ACL, tags, class and encryption open: null in the state, although the object has them. Terraform writes
// what an import has in the state into the configuration that it generates, and what stands in a configuration is managed.
// They become known when somebody asks for them there.

// imported is what is remembered of an object that an import has just named.
var imported = object.Memory{Open: true}

// disclosed is the state with what becomes managed of an object that is left open. Where it is not what is stored, a
// warning says what goes: the plan shows null in its place.
func (m objectModel) disclosed(ctx context.Context, client *ossclient.Client, config, before objectModel, memory object.Memory, diags *diag.Diagnostics) object.State {
	have := before.state(memory)
	if !memory.Open || client == nil {
		return have
	}
	want := m.spec(config, &before)
	have, err := object.Disclose(ctx, client, want, have)
	if err != nil {
		objectCallError(diags, "Unable to Read OSS Object", "look at ACL or tags, which become managed, of", m, err)
		return have
	}
	if goes := replacedSettings(want, have, before); len(goes) > 0 {
		diags.AddWarning("OSS Object Has Other Settings", fmt.Sprintf("%q was imported, which leaves ACL, tags, class and encryption open. What its configuration sets from now on is not what is stored: %s.",
			m.objectID().ValueString(), strings.Join(goes, "; ")))
	}
	return have
}

// replacedSettings says what goes of the stored settings that the state does not show. Values of tags are not repeated.
func replacedSettings(want object.Spec, have object.State, before objectModel) []string {
	var goes []string
	becomes := func(name string) bool { return want.Manages(name) && !slices.Contains(want.Unknown, name) }
	shown := before.texts()
	stored := ossclient.Storage{}
	if have.Seen != nil {
		stored = have.Seen.Storage
	}
	values, asked := stored.All(), want.Storage.All()
	for header, name := range object.StorageNames {
		if was := *values[header]; becomes(name) && shown[name].IsNull() && was != "" && !ossclient.SameKey(was, *asked[header]) {
			goes = append(goes, fmt.Sprintf("%s takes the place of %q", name, was))
		}
	}
	if becomes(object.ACL) && before.ACL.IsNull() && have.ACL != "" && have.ACL != want.ACL {
		goes = append(goes, fmt.Sprintf("acl takes the place of %q", have.ACL))
	}
	slices.Sort(goes)
	if !becomes(object.Tags) || !before.Tags.IsNull() {
		return goes
	}
	for _, name := range slices.Sorted(maps.Keys(have.Tags)) {
		switch value, stays := want.Tags[name]; {
		case !stays:
			goes = append(goes, fmt.Sprintf("the tag %q goes", name))
		case value != have.Tags[name]:
			goes = append(goes, fmt.Sprintf("the tag %q gets another value", name))
		}
	}
	return goes
}

// completeOpen adds what a rule speaks about of an object that is left open: the class, which the refresh has seen, and
// ACL and tags for a request each. What somebody may not see stays open.
func (d *providerData) completeOpen(ctx context.Context, m objectModel, memory object.Memory, o *policy.Object, diags *diag.Diagnostics) {
	client := d.clientIfReady()
	if !memory.Open || client == nil {
		return
	}
	if o.StorageClass == "" && memory.Seen != nil {
		o.StorageClass = memory.Seen.StorageClass
	}
	need, _ := d.policy.Concerns(o.Bucket, o.Key)
	need.ACL, need.Tags = need.ACL && m.ACL.IsNull(), need.Tags && m.Tags.IsNull()
	if err := completePolicyObject(ctx, client, need, o); err != nil && !ossclient.HasCode(err, "AccessDenied") {
		objectCallError(diags, "Unable to Read OSS Object", "look at ACL or tags, which metadata_policy has a rule about, of", m, err)
	}
}
