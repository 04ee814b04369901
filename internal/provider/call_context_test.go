package provider

import (
	"context"
	"runtime"
	"testing"
	"weak"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

type heldKey struct{}

// What the context of a call leads to is free when the call is over, although the framework keeps the context itself.
func TestContextOfACallIsLetGo(t *testing.T) {
	o := startOSS(t)
	p := o.protocol()
	r := p.manage("oss_object", map[string]any{"bucket": o.bucket, "key": "a.txt", "content": "body"})
	r.apply()
	config, proposed := r.planned()
	null := p.value(r.kind, nil)
	calls := map[string]func(context.Context) error{
		"ValidateResourceConfig": func(ctx context.Context) error {
			_, err := p.server.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: r.name, Config: config})
			return err
		},
		"UpgradeResourceState": func(ctx context.Context) error {
			_, err := p.server.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: r.name, RawState: &tfprotov6.RawState{JSON: []byte(`{}`)}})
			return err
		},
		"ReadResource": func(ctx context.Context) error {
			_, err := p.server.ReadResource(ctx, &tfprotov6.ReadResourceRequest{TypeName: r.name, CurrentState: r.state, Private: r.private, CurrentIdentity: r.id})
			return err
		},
		"PlanResourceChange": func(ctx context.Context) error {
			_, err := p.server.PlanResourceChange(ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: r.name, PriorState: r.state, ProposedNewState: proposed, Config: config, PriorPrivate: r.private, PriorIdentity: r.id})
			return err
		},
		"ApplyResourceChange": func(ctx context.Context) error {
			_, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: r.name, PriorState: r.state, PlannedState: null, Config: null, PlannedPrivate: r.private})
			return err
		},
		"ImportResourceState": func(ctx context.Context) error {
			_, err := p.server.ImportResourceState(ctx, &tfprotov6.ImportResourceStateRequest{TypeName: r.name, ID: o.bucket + "/a.txt"})
			return err
		},
	}
	for name, call := range calls {
		held, heard := callWith(t, call)
		for range 5 {
			runtime.GC()
		}
		if held.Value() != nil {
			t.Errorf("%s: what its context leads to is still held", name)
		}
		if !heard {
			t.Errorf("%s: the call did not get the values of its context", name)
		}
	}
}

// callWith makes a call with a context that leads to a value, and has the value watched.
func callWith(t *testing.T, call func(context.Context) error) (weak.Pointer[[1 << 20]byte], bool) {
	t.Helper()
	value := new([1 << 20]byte)
	ctx := &asked{Context: context.WithValue(t.Context(), heldKey{}, value)}
	if err := call(ctx); err != nil {
		t.Error(err)
	}
	return weak.Make(value), ctx.asked
}

// asked notes whether anybody asks for a value.
type asked struct {
	context.Context
	asked bool
}

func (a *asked) Value(key any) any {
	a.asked = true
	return a.Context.Value(key)
}
