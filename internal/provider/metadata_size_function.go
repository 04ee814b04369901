package provider

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newMetadataSizeFunction() function.Function { return metadataSizeFunction{} }

type metadataSizeFunction struct{}

// Metadata names the function.
func (metadataSizeFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "metadata_size"
}

// Definition describes the function.
func (metadataSizeFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Size of user metadata as OSS counts it",
		MarkdownDescription: fmt.Sprintf("Returns the size in bytes that user metadata has for the limit of OSS: the UTF-8 bytes of all values and of all names, "+
			"each name with its prefix `x-oss-meta-`. `oss_object` takes at most %d. A name or a value that OSS does not take is an error.", rules.MaxSize),
		Parameters: []function.Parameter{
			function.MapParameter{
				Name:                "metadata",
				ElementType:         types.StringType,
				MarkdownDescription: "User metadata, names without the prefix.",
			},
		},
		Return: function.Int64Return{},
	}
}

// Run adds the sizes up. Its errors, for names that OSS does not take and values that are null, are at the argument.
func (metadataSizeFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var values types.Map
	if resp.Error = req.Arguments.Get(ctx, &values); resp.Error != nil {
		return
	}
	var faults []string
	entries, known := map[string]string{}, true
	for _, name := range slices.Sorted(maps.Keys(values.Elements())) {
		for _, v := range rules.CheckMetadataName(name) {
			faults = append(faults, v.Detail)
		}
		value, ok := values.Elements()[name].(types.String)
		switch {
		case !ok || value.IsUnknown():
			known = false
		case value.IsNull():
			faults = append(faults, nullMetadata(name))
		default:
			for _, v := range rules.CheckMetadataValue(name, value.ValueString()) {
				faults = append(faults, v.Detail)
			}
		}
		entries[name] = value.ValueString()
	}
	switch {
	case len(faults) > 0:
		resp.Error = argumentError(0, faults...)
	case !known:
		resp.Error = resp.Result.Set(ctx, types.Int64Unknown())
	default:
		resp.Error = resp.Result.Set(ctx, int64(rules.Size(entries)))
	}
}
