package provider

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// protocolResource is one resource that is taken through its life by the calls which Terraform makes, in its order. Its
// arguments are Go values: string, bool, int, map[string]any, []any; what is left out is null.
type protocolResource struct {
	p       *protocol
	name    string
	kind    tftypes.Object
	config  map[string]any
	ignored []string // as in ignore_changes: of these a plan has what the state has; validation and apply have what is written
	state   *tfprotov6.DynamicValue
	private []byte
	id      *tfprotov6.ResourceIdentityData
}

func (p *protocol) manage(name string, config map[string]any) *protocolResource {
	kind := p.schema.ResourceSchemas[name].ValueType().(tftypes.Object)
	return &protocolResource{p: p, name: name, kind: kind, config: config, state: p.value(kind, nil)}
}

// written is the configuration in the types of the schema.
func (r *protocolResource) written() *tfprotov6.DynamicValue {
	r.p.t.Helper()
	plain := *r
	plain.ignored = nil
	config, _ := plain.planned()
	return config
}

// planned is the configuration as a plan has it; proposed is what Terraform makes of it and of the state: what is not
// configured and OSS's to say keeps its value.
func (r *protocolResource) planned() (config, proposed *tfprotov6.DynamicValue) {
	r.p.t.Helper()
	prior := map[string]tftypes.Value{}
	old, err := r.state.Unmarshal(r.kind)
	if err == nil && !old.IsNull() {
		err = old.As(&prior)
	}
	if err != nil {
		r.p.t.Fatal(err)
	}
	blocks := map[string]bool{}
	for _, block := range r.p.schema.ResourceSchemas[r.name].Block.BlockTypes {
		blocks[block.TypeName] = true
	}
	written, merged := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	for name, kind := range r.kind.AttributeTypes {
		value := r.config[name]
		if _, list := kind.(tftypes.List); list && blocks[name] && value == nil {
			value = []any{} // a list of blocks is never null
		}
		written[name] = typedValue(r.p.t, kind, value)
		if before, ok := prior[name]; ok && slices.Contains(r.ignored, name) {
			written[name] = before
		}
		merged[name] = written[name]
	}
	for _, attribute := range r.p.schema.ResourceSchemas[r.name].Block.Attributes {
		if before, ok := prior[attribute.Name]; ok && attribute.Computed && written[attribute.Name].IsNull() {
			merged[attribute.Name] = before
		}
		if attribute.WriteOnly {
			merged[attribute.Name] = tftypes.NewValue(attribute.Type, nil)
		}
	}
	return r.p.value(r.kind, written), r.p.value(r.kind, merged)
}

// typedValue is a Go value in a type of Terraform's.
func typedValue(t testing.TB, kind tftypes.Type, value any) tftypes.Value {
	t.Helper()
	if value == nil {
		return tftypes.NewValue(kind, nil)
	}
	elements := func(of tftypes.Type) []tftypes.Value {
		result := []tftypes.Value{}
		for _, element := range value.([]any) {
			result = append(result, typedValue(t, of, element))
		}
		return result
	}
	entries := map[string]tftypes.Value{}
	switch k := kind.(type) {
	case tftypes.Object:
		for name, of := range k.AttributeTypes {
			entries[name] = typedValue(t, of, value.(map[string]any)[name])
		}
		return tftypes.NewValue(kind, entries)
	case tftypes.Map:
		for name, entry := range value.(map[string]any) {
			entries[name] = typedValue(t, k.ElementType, entry)
		}
		return tftypes.NewValue(kind, entries)
	case tftypes.List:
		return tftypes.NewValue(kind, elements(k.ElementType))
	case tftypes.Set:
		return tftypes.NewValue(kind, elements(k.ElementType))
	}
	return tftypes.NewValue(kind, value)
}

// validate checks the configuration.
func (r *protocolResource) validate() {
	r.p.t.Helper()
	resp, err := r.p.server.ValidateResourceConfig(r.p.t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: r.name, Config: r.written(), ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	r.check(err)
	r.p.noErrors(resp.Diagnostics)
}

// plan validates and plans, without a refresh.
func (r *protocolResource) plan() *tfprotov6.PlanResourceChangeResponse {
	r.p.t.Helper()
	r.validate()
	return r.planAgain()
}

func (r *protocolResource) planAgain() *tfprotov6.PlanResourceChangeResponse {
	r.p.t.Helper()
	config, proposed := r.planned()
	return r.planTo(config, proposed)
}

func (r *protocolResource) planTo(config, proposed *tfprotov6.DynamicValue) *tfprotov6.PlanResourceChangeResponse {
	r.p.t.Helper()
	resp, err := r.p.server.PlanResourceChange(r.p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: r.name, PriorState: r.state, ProposedNewState: proposed, Config: config, PriorPrivate: r.private, PriorIdentity: r.id,
	})
	r.check(err)
	r.p.noErrors(resp.Diagnostics)
	return resp
}

// refresh reads what is stored.
func (r *protocolResource) refresh() {
	r.p.t.Helper()
	resp, err := r.p.server.ReadResource(r.p.t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: r.name, CurrentState: r.state, Private: r.private, CurrentIdentity: r.id,
	})
	r.check(err)
	r.p.noErrors(resp.Diagnostics)
	r.keep(resp.NewState, resp.Private, resp.NewIdentity)
}

// keep takes over a state, which Terraform does whatever failed. Of what is not there the next run refreshes nothing.
func (r *protocolResource) keep(state *tfprotov6.DynamicValue, private []byte, id *tfprotov6.ResourceIdentityData) {
	r.p.t.Helper()
	if r.isNull(state) {
		id = nil
	}
	r.state, r.private, r.id = state, private, id
}

// attributes are those of the state.
func (r *protocolResource) attributes() map[string]any {
	r.p.t.Helper()
	return r.p.attributes(r.state, r.kind)
}

// importID is by what the resource is imported.
func (r *protocolResource) importID() string {
	r.p.t.Helper()
	id, _ := r.attributes()["id"].(string)
	return id
}

// importByID imports and refreshes as `terraform import` does.
func (p *protocol) importByID(kind, id string) *protocolResource {
	p.t.Helper()
	imported, err := p.server.ImportResourceState(p.t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: id})
	r := p.manage(kind, nil)
	r.check(err)
	p.noErrors(imported.Diagnostics)
	one := imported.ImportedResources[0]
	r.keep(one.State, one.Private, one.Identity)
	r.refresh()
	return r
}

// planAll is all that the provider does in `terraform plan` for a resource that exists: Terraform validates twice, in a
// walk of its own and before each plan.
func (r *protocolResource) planAll() {
	r.p.t.Helper()
	r.validate()
	r.refresh()
	r.plan()
}

// apply is all that the provider does in `terraform apply`: for a resource that exists Terraform refreshes, and every
// change is planned once more before it is made.
func (r *protocolResource) apply() {
	r.p.t.Helper()
	r.validate()
	if r.id != nil {
		r.refresh()
	}
	planned, final := r.plan(), r.planAgain()
	r.consistent(planned.PlannedState, final.PlannedState)
	r.applyTo(r.written(), final)
}

// destroy is all that the provider does in `terraform destroy`.
func (r *protocolResource) destroy() {
	r.p.t.Helper()
	r.planAll()
	none := r.p.value(r.kind, nil)
	r.planTo(none, none)
	r.applyTo(none, r.planTo(none, none))
	r.id = nil
}

func (r *protocolResource) applyTo(config *tfprotov6.DynamicValue, plan *tfprotov6.PlanResourceChangeResponse) {
	r.p.t.Helper()
	resp, err := r.p.server.ApplyResourceChange(r.p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: r.name, PriorState: r.state, PlannedState: plan.PlannedState, Config: config,
		PlannedPrivate: plan.PlannedPrivate, PlannedIdentity: plan.PlannedIdentity,
	})
	r.check(err)
	r.keep(resp.NewState, resp.Private, resp.NewIdentity)
	r.p.noErrors(resp.Diagnostics)
	r.consistent(plan.PlannedState, r.state)
}

// consistent holds what Terraform demands of an apply: what the plan knew of an attribute is in the plan that is made again,
// and in the state.
func (r *protocolResource) consistent(planned, later *tfprotov6.DynamicValue) {
	r.p.t.Helper()
	plan, have := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	for state, values := range map[*tfprotov6.DynamicValue]*map[string]tftypes.Value{planned: &plan, later: &have} {
		value, err := state.Unmarshal(r.kind)
		if r.check(err); !value.IsNull() {
			r.check(value.As(values))
		}
	}
	for name, value := range plan {
		if value.IsFullyKnown() && !value.Equal(have[name]) {
			r.p.t.Errorf("%s: %s was planned as %s and is %s", r.name, name, value, have[name])
		}
	}
}

func (r *protocolResource) isNull(state *tfprotov6.DynamicValue) bool {
	r.p.t.Helper()
	value, err := state.Unmarshal(r.kind)
	r.check(err)
	return value.IsNull()
}

// changes is what a run plans after its refresh: "create", "update" or "replace", and the attributes that differ or are not
// known yet, sorted; nothing if the plan is empty.
func (r *protocolResource) changes() (action string, attributes []string) {
	r.p.t.Helper()
	if !r.isNull(r.state) {
		r.refresh()
	}
	return r.differences(r.plan())
}

// differences are what a plan says of the resource, as changes has it.
func (r *protocolResource) differences(resp *tfprotov6.PlanResourceChangeResponse) (action string, attributes []string) {
	r.p.t.Helper()
	before, after := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	for state, values := range map[*tfprotov6.DynamicValue]*map[string]tftypes.Value{r.state: &before, resp.PlannedState: &after} {
		value, err := state.Unmarshal(r.kind)
		if r.check(err); !value.IsNull() {
			r.check(value.As(values))
		}
	}
	for name, value := range after {
		if was, there := before[name]; !there || !was.Equal(value) {
			attributes = append(attributes, name)
		}
	}
	slices.Sort(attributes)
	switch {
	case len(before) == 0:
		action = "create"
	case len(resp.RequiresReplace) > 0:
		action = "replace"
	case len(attributes) > 0:
		action = "update"
	}
	return action, attributes
}

// clean stops the test unless a plan is empty.
func (r *protocolResource) clean() {
	r.p.t.Helper()
	if action, attributes := r.changes(); action != "" {
		r.p.t.Fatalf("the plan of %v is not empty: %s of %q", r.config["key"], action, attributes)
	}
}

func (r *protocolResource) check(err error) {
	r.p.t.Helper()
	if err != nil {
		r.p.t.Fatal(err)
	}
}

// gaveUp is a testing.TB whose failure ends an attempt and not the test.
type gaveUp struct {
	testing.TB
	said string
}

func (r *gaveUp) Helper() {}

func (r *gaveUp) Fatalf(format string, args ...any) {
	r.said = fmt.Sprintf(format, args...)
	panic(r)
}

// attempt plays something and returns what the provider said when it gave up; "" is nothing.
func (p *protocol) attempt(play func()) (said string) {
	catch := &gaveUp{TB: p.t}
	p.t = catch
	defer func() {
		p.t = catch.TB
		if r := recover(); r != nil {
			if r != any(catch) {
				panic(r)
			}
			said = catch.said
		}
	}()
	play()
	return ""
}

// fails plays something that the provider has to refuse with all the given words.
func (p *protocol) fails(words []string, play func()) {
	p.t.Helper()
	said := p.attempt(play)
	for _, word := range words {
		if !strings.Contains(said, word) {
			p.t.Errorf("the provider does not say %q:\n%s", word, said)
		}
	}
	if said == "" {
		p.t.Error("nothing failed")
	}
}
