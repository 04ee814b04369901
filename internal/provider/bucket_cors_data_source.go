package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newBucketCORSDataSource() datasource.DataSource { return &bucketCORSDataSource{} }

type bucketCORSDataSource struct{ configuredDataSource }

// bucketCORSDataModel is the data source oss_bucket_cors.
type bucketCORSDataModel struct {
	ID           types.String   `tfsdk:"id"`
	Bucket       types.String   `tfsdk:"bucket"`
	Rules        types.List     `tfsdk:"cors_rule"`
	ResponseVary types.Bool     `tfsdk:"response_vary"`
	Advice       types.List     `tfsdk:"advice"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
}

// Metadata names the data source.
func (d *bucketCORSDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "oss_bucket_cors"
}

// Schema describes the data source.
func (d *bucketCORSDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	set := func(description string) schema.SetAttribute {
		return schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the CORS rules of a bucket. A bucket without rules is not an error: its list is empty.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the bucket."},
			"bucket": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name of the bucket.",
				Validators:          []validator.String{ruledBy(rules.CheckBucket)},
			},
			"cors_rule": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The rules in their order: OSS answers with the first one that matches. `provider::oss::cors_decision` takes this list.",
				NestedObject: schema.NestedAttributeObject{
					Attributes: map[string]schema.Attribute{
						"allowed_origins": set("Origins that may ask."),
						"allowed_methods": set("Methods that may be used."),
						"allowed_headers": set("Request headers that a preflight may announce, in lower case, as OSS keeps them; empty for none."),
						"expose_headers":  set("Response headers that scripts may read; empty for none."),
						"max_age_seconds": schema.Int64Attribute{
							Computed:            true,
							MarkdownDescription: "How long a browser may remember the answer to a preflight, in seconds; null when it is not set.",
						},
					},
				},
			},
			"response_vary": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether OSS answers with `Vary: Origin`."},
			"advice": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "What might be better about the rules, a sentence each that names the rule: origins that match nothing, rules that never answer, " +
					"headers that uploads from browsers need. Empty when there is nothing to say. A `check` block can tell it after each plan.",
			},
		},
		Blocks: map[string]schema.Block{"timeouts": readTimeouts(ctx)},
	}
}

// Read asks for the rules.
func (d *bucketCORSDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model bucketCORSDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	ctx, client, end := d.data.begin(ctx, model.Bucket, model.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	have, err := client.GetCORS(ctx, model.Bucket.ValueString())
	if err != nil && !ossclient.HasCode(err, "NoSuchCORSConfiguration") {
		callError(&resp.Diagnostics, "Unable to Read OSS Bucket CORS Rules", fmt.Sprintf("read the CORS rules of bucket %q", model.Bucket.ValueString()), err)
		return
	}
	rules, known := make([]corsRuleModel, len(have.Rules)), make([]cors.Rule, len(have.Rules))
	for i, rule := range have.Rules {
		rules[i] = corsRuleModel{
			AllowedOrigins: stringSet(rule.AllowedOrigins),
			AllowedMethods: stringSet(rule.AllowedMethods),
			AllowedHeaders: stringSet(lowerCase(rule.AllowedHeaders)),
			ExposeHeaders:  stringSet(rule.ExposeHeaders),
			MaxAgeSeconds:  types.Int64PointerValue(rule.MaxAgeSeconds),
		}
		known[i] = rules[i].checkable()
	}
	list, diags := types.ListValueFrom(ctx, types.ObjectType{AttrTypes: corsRuleTypes}, rules)
	resp.Diagnostics.Append(diags...)
	model.ID = model.Bucket
	model.Rules = list
	// What there is to say about all rules together is whether OSS takes them, and it did.
	model.Advice = corsAdvice(slices.DeleteFunc(cors.Check(known), func(p cors.Problem) bool { return p.Index < 0 }))
	model.ResponseVary = types.BoolValue(have.ResponseVary)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
