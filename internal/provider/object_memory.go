package provider

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// What is in the private state of a resource: what the engine has to know later, and, between a plan and its apply, the
// change of it that was planned. Terraform plans once more at the start of an apply, and hands what that plan left here over
// to the update; what the first plan left it does not, and a creation gets nothing.
const (
	memoryKey  = "object"
	plannedKey = "planned"
)

// privateReader and privateWriter are the framework's private state, whose type has no public name.
type privateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// recall reads a value from the private state. It reports whether there is one.
func recall(ctx context.Context, private privateReader, key string, value any, diags *diag.Diagnostics) bool {
	data, d := private.GetKey(ctx, key)
	diags.Append(d...)
	if len(data) == 0 {
		return false
	}
	if err := json.Unmarshal(data, value); err != nil {
		diags.AddError("Unable to Read Private State", "The state holds a note of the provider about this resource that it cannot read: "+sentence(err.Error())+" "+
			"If another version of the provider wrote it, go back to that version. Otherwise please report this issue to the provider developers.")
		return false
	}
	return true
}

// keep writes a value to the private state; nil removes it.
func keep(ctx context.Context, private privateWriter, key string, value any, diags *diag.Diagnostics) {
	var data []byte
	if value != nil {
		var err error
		if data, err = json.Marshal(value); err != nil {
			diags.AddError("Unable to Write Private State", "The provider could not add its note about this resource to the state: "+sentence(err.Error())+" "+
				"What was done in OSS stays done, and the next plan shows what is there. Please report this issue to the provider developers.")
			return
		}
	}
	diags.Append(private.SetKey(ctx, key, data)...)
}

func recallMemory(ctx context.Context, private privateReader, diags *diag.Diagnostics) object.Memory {
	var memory object.Memory
	recall(ctx, private, memoryKey, &memory, diags)
	return memory
}

// plannedChange is the change that the plan of this apply has decided.
func plannedChange(ctx context.Context, private privateReader, diags *diag.Diagnostics) object.Change {
	var change object.Change
	if !recall(ctx, private, plannedKey, &change, diags) && !diags.HasError() {
		diags.AddError("Plan Without a Change", "Terraform wants to apply a plan of which the provider knows nothing. Nothing was written. "+
			"Please report this issue to the provider developers.")
	}
	return change
}

// The places a content type can come from.
const (
	typeFromConfig = "configuration"
	typeFromTable  = "table"
)

// decideContentType gives the content type for a configuration, and why: the configured one, else the one that was
// decided before, else the table's.
func decideContentType(config, key types.String, before object.Memory) (types.String, string) {
	switch {
	case !config.IsNull():
		return config, typeFromConfig
	case slices.Contains([]string{typeFromTable, object.FromImport}, before.ContentTypeFrom):
		return stringOrNull(before.DecidedType), before.ContentTypeFrom
	case key.IsUnknown():
		return types.StringUnknown(), typeFromTable
	}
	return types.StringValue(rules.ContentType(key.ValueString())), typeFromTable
}

// rememberContentType notes why an object has the content type of a plan. A decision that the plan did not follow, because
// changes of content_type are ignored, is none.
func rememberContentType(memory *object.Memory, config, planned, key types.String) {
	decided, from := decideContentType(config, key, *memory)
	if decided.Equal(planned) || memory.New() {
		memory.ContentTypeFrom, memory.DecidedType = from, planned.ValueString()
	}
}
