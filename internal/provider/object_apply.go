package provider

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/callback"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// objectApply is a planned change on its way from Terraform to the engine, and its outcome on the way back.
type objectApply struct {
	client  *ossclient.Client
	config  objectModel // as it is written, which is not what was planned; it has the write-only argument
	plan    *objectModel
	before  *objectModel // nil for a creation
	memory  object.Memory
	change  object.Change
	summary string // title of a failed call
	diags   *diag.Diagnostics
}

// run carries the change out, and completes the plan and the memory with what is stored then. It reports whether they are
// to be kept: also with an error, when the object is stored all the same.
func (a *objectApply) run(ctx context.Context) bool {
	want := a.want(ctx)
	if a.diags.HasError() {
		return false
	}
	var have *object.State
	if a.before != nil {
		state := a.before.state(a.memory)
		have = &state
	}
	outcome, err := object.Writer{Client: a.client}.Apply(ctx, want, have, a.change)
	a.warn(outcome)
	if err != nil {
		a.fail(ctx, err)
	}
	if outcome.CallbackFailure != nil {
		a.plan.addCallbackFailure(a.diags, outcome.CallbackFailure, want.Callback.Optional, a.before == nil)
	}
	if !outcome.Stored {
		return false
	}
	a.memory = outcome.State.Memory
	rememberContentType(&a.memory, a.config.ContentType, a.plan.ContentType, a.plan.Key)
	a.plan.complete(outcome.State)
	if outcome.Damaged { // what was planned is not what is stored
		a.plan.CRC64, a.plan.ETag = stringOrNull(outcome.State.CRC64), stringOrNull(outcome.State.ETag)
	}
	return true
}

// want is what was planned, with the body and the callback to send.
func (a *objectApply) want(ctx context.Context) object.Spec {
	want := a.plan.spec(a.config, a.before)
	content := *a.plan
	content.ContentWO = a.config.ContentWO
	want.Body = object.Body{Kind: object.UnknownBody, IgnoreDrift: a.plan.IgnoreBodyDrift.ValueBool()}
	if !content.ContentWO.IsNull() {
		want.Body.Kind = object.SecretBody
	}
	want.Body.Open = func(ctx context.Context) (object.Content, error) { return content.open(ctx, a.client, a.change) }
	if !want.Callback.Wanted || !a.change.Write {
		return want
	}
	var block callbackModel
	a.diags.Append(a.plan.Callback.As(ctx, &block, basetypes.ObjectAsOptions{})...)
	c, _ := block.known()
	var err error
	if want.Callback.Header, want.Callback.Var, err = callback.Encode(c); err != nil {
		a.diags.AddAttributeError(callbackPlace, "Invalid Callback", sentence(err.Error())+" Nothing was stored.")
	}
	want.Callback.Optional = block.OnFailure.ValueString() == failByWarning
	return want
}

// complete fills in what was not known at plan. What was known stays as it was planned.
func (m *objectModel) complete(s object.State) {
	if m.Size.IsUnknown() {
		m.Size = types.Int64Value(s.Size)
	}
	for _, v := range []struct {
		target *types.String
		value  string
	}{
		{&m.ETag, s.ETag}, {&m.CRC64, s.CRC64}, {&m.VersionID, s.VersionID}, {&m.CallbackResponse, callbackText(s.CallbackResponse)},
	} {
		if v.target.IsUnknown() {
			*v.target = stringOrNull(v.value)
		}
	}
}

// warn says what a run met on its way that is not an error.
func (a *objectApply) warn(outcome object.Outcome) {
	warnOfUploads(a.diags, fmt.Sprintf("%q in bucket %q", a.plan.Key.ValueString(), a.plan.Bucket.ValueString()), outcome.Uploads)
	if outcome.Found {
		text := fmt.Sprintf("There was an object %q already. Body, headers, metadata and all that is managed are what is planned, as a run leaves them that was ended before it could write its state. "+
			"It is managed here from now on. Nothing was written", a.plan.ID.ValueString())
		switch {
		case outcome.State.CallbackOwed:
			text += ". Whether OSS has called back for it is not known, and an upload that was to do so failed: the callback is owed, and the next apply repeats the upload"
		case outcome.Uploaded:
			text += " but the same once more, so that OSS calls back for it"
		}
		a.diags.AddWarning("OSS Object Found As Planned", text+". If another configuration manages it, take it out of one of the two (terraform state rm): a destroy of either would delete it.")
	}
	if outcome.OtherETag != "" {
		a.diags.AddWarning("Another ETag Than Planned", fmt.Sprintf(
			"OSS answered the change of %q with the ETag %q. The plan had %q, since a change of headers or metadata leaves the body as it is. The state keeps that of the plan, "+
				"and the next refresh shows what OSS has.", a.plan.ID.ValueString(), outcome.OtherETag, outcome.State.ETag))
	}
	id, answer := a.plan.ID.ValueString(), outcome.State.CallbackResponse
	if at := finding.InvalidUTF8(answer); at > 0 {
		a.diags.AddAttributeWarning(callbackPlace, "Callback Answer Not Text", fmt.Sprintf(
			"OSS stored %q, and the receiver of its callback was called. The answer is not UTF-8 from byte %d of %d on, which JSON has to be and Terraform cannot hold; callback_response is null. "+
				"Have the receiver answer in UTF-8.", id, at, len(answer)))
	}
	if !outcome.Uploaded || !a.plan.hasCallback() || outcome.CallbackFailure != nil || answer != "" {
		return
	}
	if outcome.Adopted {
		next := "It may fail, so it is not repeated."
		if outcome.State.CallbackOwed {
			next = "A second upload that was to call back fared no better. The callback is owed: the next apply uploads the same body once more, so the receiver may hear of it more than once."
		}
		a.diags.AddAttributeWarning(callbackPlace, "Callback Answer Lost", fmt.Sprintf(
			"The connection broke or OSS failed before it had answered the upload of %q, and a look found the object stored as it was sent. Whether OSS called back is not known: "+
				"callback_response is null. %s", id, next))
		return
	}
	a.diags.AddAttributeWarning(callbackPlace, "Callback Not Answered", fmt.Sprintf(
		"OSS stored %q and passed no answer of the callback on; callback_response is null. Check that the receiver was called: OSS does not offer callbacks in every region.", id))
}

// fail words the error of the engine. A callback that failed is said elsewhere.
func (a *objectApply) fail(ctx context.Context, err error) {
	key, bucket := a.plan.Key.ValueString(), a.plan.Bucket.ValueString()
	var (
		diagnostics diagnosticsError
		failed      *ossclient.CallbackError
		call        *object.CallError
	)
	switch {
	case errors.As(err, &failed):
	case errors.As(err, &diagnostics):
		a.diags.Append(diagnostics.Diagnostics...)
	case errors.Is(err, object.ErrExists):
		a.diags.AddError("OSS Object Already Exists", fmt.Sprintf(
			"There is an object %q in bucket %q already, and it was left as it is. To manage it, import it:\n\n"+
				"  terraform import ADDRESS %q\n\n"+
				"To replace it, set allow_overwrite = true. If this resource has create_before_destroy, or is replaced with deletion_policy = \"keep\", "+
				"remove that: the new object cannot stand beside the old one under the same key.", key, bucket, a.plan.objectID().ValueString()))
	case errors.Is(err, object.ErrChanged):
		a.diags.AddError("OSS Object Changed Since the Plan", fmt.Sprintf(
			"Somebody replaced, changed or deleted %q in bucket %q after the plan was made. Nothing was written. Run plan again to see what is there now.", key, bucket))
	case errors.Is(err, object.ErrMissing):
		a.diags.AddError(objectNotFound, fmt.Sprintf(
			"No object %q in bucket %q. Keys are case-sensitive. The configuration has no body, so there is nothing to create; for an empty object write content = \"\".", key, bucket)+keyInOtherForm(ctx, a.client, bucket, key))
	case a.plan.addCallbackRefusal(a.diags, err):
	case errors.As(err, &call):
		explainedError(a.diags, a.summary, call.Doing, call.Why, call.Err)
	default:
		a.diags.AddError(a.summary, sentence(err.Error()))
	}
}
