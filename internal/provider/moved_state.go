package provider

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// alicloudState is what is taken over from a resource of the alicloud provider. Its object's id is the key alone, so
// the bucket is read from the raw state. The rest is filled by the refresh that follows: unlike an import, a
// move has a configuration, which names what the other provider managed.
type alicloudState struct {
	Bucket  string  `json:"bucket"`
	Key     string  `json:"key"`
	Source  *string `json:"source"`
	Content *string `json:"content"`
}

// fromAlicloud reads the source of a move when it is the given type of the alicloud provider, whatever registry it came
// from. Otherwise it reports false, and Terraform says that the move is not supported.
func fromAlicloud(typeName string, req resource.MoveStateRequest, diags *diag.Diagnostics) (alicloudState, bool) {
	var state alicloudState
	if req.SourceTypeName != typeName || !strings.HasSuffix(req.SourceProviderAddress, "/alicloud") || req.SourceRawState == nil {
		return state, false
	}
	if err := json.Unmarshal(req.SourceRawState.JSON, &state); err != nil || state.Bucket == "" {
		diags.AddError("Unable to Move State", "The state of the "+typeName+" does not name its bucket, so it cannot be moved. "+
			"Remove it from the state (terraform state rm) and import the object instead.")
		return state, false
	}
	return state, true
}

// MoveState lets a moved block turn an alicloud_oss_bucket_object into an oss_object.
func (r *objectResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		from, ok := fromAlicloud("alicloud_oss_bucket_object", req, &resp.Diagnostics)
		if !ok {
			return
		}
		id := objectIdentity{Bucket: types.StringValue(from.Bucket), Key: types.StringValue(from.Key)}
		for name, value := range map[string]types.String{"bucket": id.Bucket, "key": id.Key, "source": textOrNull(from.Source), "content": textOrNull(from.Content)} {
			resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root(name), value)...)
		}
		resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, id)...)
	}}}
}

// MoveState lets a moved block turn an alicloud_oss_bucket_cors into an oss_bucket_cors.
func (r *bucketCORSResource) MoveState(context.Context) []resource.StateMover {
	return []resource.StateMover{{StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
		from, ok := fromAlicloud("alicloud_oss_bucket_cors", req, &resp.Diagnostics)
		if !ok {
			return
		}
		id := bucketCORSIdentity{Bucket: types.StringValue(from.Bucket)}
		resp.Diagnostics.Append(resp.TargetState.SetAttribute(ctx, path.Root("bucket"), id.Bucket)...)
		resp.Diagnostics.Append(resp.TargetIdentity.Set(ctx, id)...)
	}}}
}

// textOrNull is null for what the other provider left out, which it stores as "".
func textOrNull(s *string) types.String {
	if s == nil {
		return types.StringNull()
	}
	return stringOrNull(*s)
}
