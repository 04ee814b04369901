package provider

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// requiredInBlocks names what a block cannot do without. The framework would demand a required argument of a block that
// is not there, so to the framework these are optional, with checks of ours for a value that is null.
var requiredInBlocks = map[string][]string{
	"assume_role": {"role_arn"},
	"callback":    {"urls", "body"},
	"copy_source": {"bucket", "key"},
}

// NewServer returns the constructor of a server of the provider, which shows Terraform, editors and the documentation what
// blocks require.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		plain := providerserver.NewProtocol6(New(version)())()
		return blockServer{plain.(listServer)}
	}
}

// listServer is a server that lists resources, too.
type listServer = tfprotov6.ProviderServerWithListResource //nolint:staticcheck // deprecated until ProviderServer has its methods, and the one way to them before

// blockServer is the framework's server, with what the framework cannot say about blocks, and with contexts that end with
// their call.
type blockServer struct{ listServer }

// GetProviderSchema marks what blocks require.
func (s blockServer) GetProviderSchema(ctx context.Context, req *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	resp, err := s.listServer.GetProviderSchema(ctx, req)
	if err != nil {
		return resp, err
	}
	requireInBlocks(resp.Provider)
	for _, schemas := range []map[string]*tfprotov6.Schema{resp.ResourceSchemas, resp.DataSourceSchemas, resp.EphemeralResourceSchemas, resp.ListResourceSchemas} {
		for _, schema := range schemas {
			requireInBlocks(schema)
		}
	}
	return resp, nil
}

// CallFunction gives an argument that is null the form in which Terraform sends it. OpenTofu 1.12 sends nothing in its place,
// which the framework takes for a fault of its own.
func (s blockServer) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	for i, argument := range req.Arguments {
		if argument == nil || len(argument.MsgPack)+len(argument.JSON) == 0 {
			req.Arguments[i] = &tfprotov6.DynamicValue{MsgPack: []byte{0xc0}} // nil in MessagePack
		}
	}
	return during(ctx, req, s.listServer.CallFunction)
}

func requireInBlocks(schema *tfprotov6.Schema) {
	if schema == nil || schema.Block == nil {
		return
	}
	for _, block := range schema.Block.BlockTypes {
		for _, attribute := range block.Block.Attributes {
			if slices.Contains(requiredInBlocks[block.TypeName], attribute.Name) {
				attribute.Required, attribute.Optional = true, false
			}
		}
	}
}
