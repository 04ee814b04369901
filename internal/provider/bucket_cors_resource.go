package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newBucketCORSResource() resource.Resource { return &bucketCORSResource{} }

type bucketCORSResource struct{ configuredResource }

// Metadata names the resource type.
func (r *bucketCORSResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "oss_bucket_cors"
}

// Schema describes oss_bucket_cors.
func (r *bucketCORSResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "All CORS rules of a bucket. OSS answers a cross-origin request by the first rule that matches origin, method and headers, " +
			"so the order of the rules has a meaning and is kept. A bucket has one such configuration: use this resource once per bucket.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the bucket."},
			"bucket": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name of the bucket. A change replaces the rules.",
				Validators:          []validator.String{ruledBy(rules.CheckBucket)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"response_vary": schema.BoolAttribute{
				Optional: true,
				Computed: true,
				Default:  booldefault.StaticBool(false),
				MarkdownDescription: "Whether OSS answers with `Vary: Origin`, so that caches keep the answers for different origins apart; `false` unless set. " +
					"Set it when more than one origin reads the bucket through a cache.",
			},
			"allow_overwrite": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Set to `true` to let the creation replace rules that the bucket has already. It acts on creation only. " +
					"Without it the creation stops at other rules and says how to import them.",
			},
		},
		Blocks: map[string]schema.Block{
			"cors_rule": corsRuleBlock(),
			"timeouts":  corsTimeouts(ctx),
		},
	}
}

func corsRuleBlock() schema.Block {
	set := func(required bool, description string) schema.SetAttribute {
		return schema.SetAttribute{Required: required, Optional: !required, ElementType: types.StringType, MarkdownDescription: description}
	}
	return schema.ListNestedBlock{
		MarkdownDescription: "A rule; the first one that matches a request answers it. 1 to 20 of them.",
		NestedObject: schema.NestedBlockObject{
			Attributes: map[string]schema.Attribute{
				"allowed_origins": set(true, "Origins that may ask, such as `https://www.example.com` or `https://*.example.com`; one `*` each. `*` alone is every origin. "+
					"Origins are compared as text."),
				"allowed_methods": set(true, "Methods that may be used: `GET`, `PUT`, `DELETE`, `POST`, `HEAD`."),
				"allowed_headers": set(false, "Request headers that a preflight may announce; one `*` each. `*` alone is every header. OSS keeps them in lower case, "+
					"so case makes no difference, and two that differ only in case are refused."),
				"expose_headers": set(false, "Response headers that scripts may read. No `*`: each header is listed by its full name, "+
					"such as `ETag`, `x-oss-request-id` or `x-oss-meta-owner`."),
				"max_age_seconds": schema.Int64Attribute{
					CustomType:          wholeNumber{},
					Optional:            true,
					MarkdownDescription: "How long a browser may remember the answer to a preflight, in seconds. Unset is the same to OSS as `0`.",
				},
			},
		},
	}
}

// IdentitySchema describes what identifies a bucket's rules.
func (r *bucketCORSResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"bucket": identityschema.StringAttribute{RequiredForImport: true, Description: "Name of the bucket."},
		},
	}
}

// ValidateConfig checks the rules as far as they are known, each finding at its rule and field.
func (r *bucketCORSResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config bucketCORSModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.Rules.IsUnknown() {
		return
	}
	var rules []cors.Rule
	var unreadable diag.Diagnostics // what has been said already, at the attribute
	read := config.rules(ctx, &unreadable)
	if unreadable.HasError() {
		return
	}
	for i, rule := range read {
		rule.refuseNulls(i, &resp.Diagnostics)
		rules = append(rules, rule.checkable())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	addCORSProblems(&resp.Diagnostics, cors.Check(rules))
}

// ModifyPlan shows the id, which is known as soon as the bucket is, keeps spellings that mean the same to OSS, and warns
// of rules that may be too many when they are about to be sent.
func (r *bucketCORSResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var bucket types.String
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("bucket"), &bucket)...)
		r.data.nextRun(ctx, bucket.ValueString(), req.Private, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("bucket"), &bucket)...)
		r.data.claim(&resp.Diagnostics, bucket)
		return
	}
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("bucket"), &bucket)...)
	r.data.claim(&resp.Diagnostics, bucket)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), bucket)...)
	planned := corsRulesOf(ctx, req.Plan.GetAttribute, &resp.Diagnostics)
	var before []corsRuleModel
	if !req.State.Raw.IsNull() {
		before = corsRulesOf(ctx, req.State.GetAttribute, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	// Terraform takes the prior value for a configured one that a provider calls the same.
	for i := range min(len(planned), len(before)) {
		if onlySpeltOtherwise(planned[i].AllowedHeaders, before[i].AllowedHeaders) {
			at := path.Root("cors_rule").AtListIndex(i).AtName("allowed_headers")
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, before[i].AllowedHeaders)...)
		}
	}
	if len(planned) > len(before) {
		for _, p := range cors.CheckCount(len(planned)) {
			if p.Severity == finding.Advice {
				resp.Diagnostics.AddAttributeWarning(path.Root("cors_rule"), p.Summary, p.Text())
			}
		}
	}
}

// corsRulesOf decodes the rules of a plan or a state; none while they are not known.
func corsRulesOf(ctx context.Context, get func(context.Context, path.Path, any) diag.Diagnostics, diags *diag.Diagnostics) []corsRuleModel {
	var m bucketCORSModel
	diags.Append(get(ctx, path.Root("cors_rule"), &m.Rules)...)
	if diags.HasError() || m.Rules.IsUnknown() {
		return nil
	}
	return m.rules(ctx, diags)
}

// Create sets the rules of a bucket that has none, or others that may be replaced.
func (r *bucketCORSResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan bucketCORSModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, client, end := r.data.begin(ctx, plan.Bucket, plan.Timeouts.Create, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	defer r.data.lock(plan.Bucket.ValueString())()
	want := plan.config(ctx, &resp.Diagnostics)
	const summary = "Unable to Create OSS Bucket CORS Rules"
	there := false
	if !plan.AllowOverwrite.ValueBool() {
		there = takeCORS(ctx, client, plan, want, summary, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
	}
	if !there {
		if err := client.PutCORS(ctx, plan.Bucket.ValueString(), want); err != nil {
			corsCallError(&resp.Diagnostics, summary, "set", plan, err)
			return
		}
	}
	r.data.markCreated(ctx, plan.Bucket.ValueString(), resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, bucketCORSIdentity{plan.Bucket})...)
}

// takeCORS reports whether the bucket has exactly the rules that are wanted, as after a run that was cut off. Others are an
// error: a PUT would replace them all. Looking costs one GET.
func takeCORS(ctx context.Context, client *ossclient.Client, plan bucketCORSModel, want ossclient.CORS, summary string, diags *diag.Diagnostics) bool {
	have, err := client.GetCORS(ctx, plan.Bucket.ValueString())
	switch {
	case ossclient.HasCode(err, "NoSuchCORSConfiguration"):
		return false
	case err != nil:
		corsCallError(diags, summary, "look for", plan, err)
		return false
	case len(have.Rules) == 0:
		return false
	case sameCORS(have, want):
		return true
	}
	rules := "1 CORS rule"
	if len(have.Rules) > 1 {
		rules = fmt.Sprintf("%d CORS rules", len(have.Rules))
	}
	diags.AddError("OSS Bucket Has CORS Rules Already", fmt.Sprintf(
		"Bucket %q has %s, which is not what is planned, and nothing was changed. To manage what is there, import it:\n\n"+
			"  terraform import ADDRESS %s\n\n"+
			"To replace it, set allow_overwrite = true.", plan.Bucket.ValueString(), rules, plan.Bucket.ValueString()))
	return false
}

func corsCallError(diags *diag.Diagnostics, summary, verb string, m bucketCORSModel, err error) {
	callError(diags, summary, fmt.Sprintf("%s the CORS rules of bucket %q", verb, m.Bucket.ValueString()), err)
}

// Read asks for the rules.
func (r *bucketCORSResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state bucketCORSModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client, end := r.data.begin(ctx, state.Bucket, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}

	resp.Diagnostics.Append(resp.Identity.Set(ctx, bucketCORSIdentity{state.Bucket})...)
	have, err := client.GetCORS(ctx, state.Bucket.ValueString())
	bucket := state.Bucket.ValueString()
	if ossclient.HasCode(err, "NoSuchCORSConfiguration") || err == nil && len(have.Rules) == 0 ||
		bucketGone(&resp.Diagnostics, err, bucket, "Its CORS rules are removed from the state.") {
		tflog.Info(ctx, "the CORS rules are gone; they are removed from the state", map[string]any{"bucket": state.Bucket.ValueString()})
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		corsCallError(&resp.Diagnostics, "Unable to Read OSS Bucket CORS Rules", "read", state, err)
		return
	}
	state.refresh(ctx, have, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// Update replaces all rules by one request, or makes none when only allow_overwrite or a spelling changed.
func (r *bucketCORSResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state bucketCORSModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client, end := r.data.begin(ctx, plan.Bucket, plan.Timeouts.Update, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	want := plan.config(ctx, &resp.Diagnostics)
	if !sameCORS(want, state.config(ctx, &resp.Diagnostics)) {
		if err := client.PutCORS(ctx, plan.Bucket.ValueString(), want); err != nil {
			corsCallError(&resp.Diagnostics, "Unable to Update OSS Bucket CORS Rules", "set", plan, err)
			return
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, bucketCORSIdentity{plan.Bucket})...)
}

// Delete removes all rules of the bucket.
func (r *bucketCORSResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state bucketCORSModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, client, end := r.data.begin(ctx, state.Bucket, state.Timeouts.Delete, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	defer r.data.lock(state.Bucket.ValueString())()
	if r.data.inThisRun(state.Bucket.ValueString()) {
		// create_before_destroy: what the bucket has now are the new rules.
		tflog.Info(ctx, "this run has set the CORS rules; they are not removed", map[string]any{"bucket": state.Bucket.ValueString()})
		return
	}
	err := client.DeleteCORS(ctx, state.Bucket.ValueString())
	if err != nil && !bucketGone(&resp.Diagnostics, err, state.Bucket.ValueString(), "There were no CORS rules left to remove.") {
		corsCallError(&resp.Diagnostics, "Unable to Delete OSS Bucket CORS Rules", "remove", state, err)
	}
}

// ImportState takes the bucket's name or an identity. Read fills the rest.
func (r *bucketCORSResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id := bucketCORSIdentity{Bucket: types.StringValue(req.ID)}
	if req.ID == "" && req.Identity != nil && !req.Identity.Raw.IsNull() {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &id)...)
		requireIdentity(&resp.Diagnostics, identityPart{"bucket", id.Bucket})
	}
	if resp.Diagnostics.HasError() {
		return
	}
	addViolations(&resp.Diagnostics, path.Root("bucket"), rules.CheckBucket(id.Bucket.ValueString()))
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("bucket"), id.Bucket)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, id)...)
}
