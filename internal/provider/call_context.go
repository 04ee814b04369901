package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// callContext is the context of one call of Terraform's. The framework's server keeps the context of every call until
// Terraform stops it, so that it can cancel what is running then, and with the context go loggers and whatever else it
// leads to: 17 KB for a call, 70 MB for a plan of 1,000 objects, which the garbage collector looks through again and
// again. So the framework gets a context that lets go of the one it stands for when the call is over.
type callContext struct {
	of atomic.Pointer[context.Context]
}

// over stands for the context of every call that is over.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func (c *callContext) now() context.Context { return *c.of.Load() }

// Deadline is that of the call.
func (c *callContext) Deadline() (time.Time, bool) { return c.now().Deadline() }

// Done is closed when the call is cancelled.
func (c *callContext) Done() <-chan struct{} { return c.now().Done() }

// Err says why the call was cancelled.
func (c *callContext) Err() error { return c.now().Err() }

// Value is one of the call.
func (c *callContext) Value(key any) any { return c.now().Value(key) }

// during makes a call with such a context.
func during[Q, A any](ctx context.Context, request Q, call func(context.Context, Q) (A, error)) (A, error) {
	c := &callContext{}
	c.of.Store(&ctx)
	defer c.of.Store(&over)
	return call(c, request)
}

// The calls that Terraform makes for each resource, data source and function. Their shapes are those of tfprotov6.

// ValidateResourceConfig checks the configuration of a resource.
func (s blockServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return during(ctx, req, s.listServer.ValidateResourceConfig)
}

// UpgradeResourceState decodes the state of a resource.
func (s blockServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return during(ctx, req, s.listServer.UpgradeResourceState)
}

// UpgradeResourceIdentity decodes the identity of a resource.
func (s blockServer) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return during(ctx, req, s.listServer.UpgradeResourceIdentity)
}

// ReadResource refreshes a resource.
func (s blockServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return during(ctx, req, s.listServer.ReadResource)
}

// PlanResourceChange plans a resource.
func (s blockServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return during(ctx, req, s.listServer.PlanResourceChange)
}

// ApplyResourceChange creates, changes or destroys a resource.
func (s blockServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return during(ctx, req, s.listServer.ApplyResourceChange)
}

// ImportResourceState begins an import.
func (s blockServer) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return during(ctx, req, s.listServer.ImportResourceState)
}

// MoveResourceState takes over the state of another provider's resource.
func (s blockServer) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return during(ctx, req, s.listServer.MoveResourceState)
}

// GenerateResourceConfig writes the configuration of a resource that is imported.
func (s blockServer) GenerateResourceConfig(ctx context.Context, req *tfprotov6.GenerateResourceConfigRequest) (*tfprotov6.GenerateResourceConfigResponse, error) {
	return during(ctx, req, s.listServer.GenerateResourceConfig)
}

// ValidateDataResourceConfig checks the configuration of a data source.
func (s blockServer) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return during(ctx, req, s.listServer.ValidateDataResourceConfig)
}

// ReadDataSource reads a data source.
func (s blockServer) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return during(ctx, req, s.listServer.ReadDataSource)
}
