package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
)

func newMetadataViolationsDataSource() datasource.DataSource { return &metadataViolationsDataSource{} }

type metadataViolationsDataSource struct{ configuredDataSource }

// keptViolations is how many violations are kept unless the configuration says otherwise: more than anybody reads,
// and little enough for a state.
const keptViolations = 1000

// metadataViolationsModel is the data source oss_metadata_violations.
type metadataViolationsModel struct {
	Bucket         types.String     `tfsdk:"bucket"`
	Prefix         types.String     `tfsdk:"prefix"`
	Glob           types.String     `tfsdk:"glob"`
	MetadataPolicy types.Dynamic    `tfsdk:"metadata_policy"`
	Limit          types.Int64      `tfsdk:"limit"`
	Violations     []violationModel `tfsdk:"violations"`
	Summary        []ruleModel      `tfsdk:"summary"`
	Report         types.String     `tfsdk:"report"`
	Truncated      types.Bool       `tfsdk:"truncated"`
	ErrorCount     types.Int64      `tfsdk:"error_count"`
	WarningCount   types.Int64      `tfsdk:"warning_count"`
	ObjectCount    types.Int64      `tfsdk:"object_count"`
	Timeouts       timeouts.Value   `tfsdk:"timeouts"`
}

type violationModel struct {
	Key      types.String `tfsdk:"key"`
	Rule     types.String `tfsdk:"rule"`
	Severity types.String `tfsdk:"severity"`
	Place    types.String `tfsdk:"place"`
	Name     types.String `tfsdk:"name"`
	Message  types.String `tfsdk:"message"`
}

// ruleModel is what became of one rule.
type ruleModel struct {
	Rule       types.String     `tfsdk:"rule"`
	Severity   types.String     `tfsdk:"severity"`
	Checked    types.Int64      `tfsdk:"checked"`
	Broken     types.Int64      `tfsdk:"broken"`
	Excepted   types.Int64      `tfsdk:"excepted"`
	Exceptions []exceptionModel `tfsdk:"exceptions"`
}

type exceptionModel struct {
	Reason  types.String `tfsdk:"reason"`
	Objects types.Int64  `tfsdk:"objects"`
}

// Metadata names the data source.
func (d *metadataViolationsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "oss_metadata_violations"
}

// Schema describes the data source.
func (d *metadataViolationsDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Holds the objects that a bucket has already against a metadata policy, whoever wrote them, and returns what they break. " +
			"The objects are listed, 1,000 a request. Those of which a rule asks for headers or metadata cost one HeadObject each, several at a time; " +
			"a rule on `tags` one GetObjectTagging more for each object that has tags, a rule on `acl` one GetObjectAcl for each object, and a rule on `storage_class` nothing. " +
			"[The guide](../guides/metadata-policy.md) says how to write rules and how to gate a pipeline on the result.",
		Attributes: selectionSchema(),
		Blocks:     map[string]schema.Block{"timeouts": walkTimeouts(ctx)},
	}
	for name, attribute := range violationsSchema() {
		resp.Schema.Attributes[name] = attribute
	}
}

func violationsSchema() map[string]schema.Attribute {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	count := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		policyArgument: schema.DynamicAttribute{
			Optional:            true,
			MarkdownDescription: "The rules, in the form of the provider's `metadata_policy`, which they take the place of here. Unless set, the provider's rules are used.",
			Validators:          []validator.Dynamic{soundPolicy{}},
		},
		"limit": schema.Int64Attribute{
			CustomType:          wholeNumber{},
			Optional:            true,
			MarkdownDescription: fmt.Sprintf("How many violations are kept at most; %d unless set. Those beyond are counted all the same.", keptViolations),
			Validators:          []validator.Int64{int64validator.Between(1, maxListed)},
		},
		"violations": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "What is broken, sorted by key; for one key in the order of the rules.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"key":      text("Key of the object."),
				"rule":     text("Name of the rule."),
				"severity": text("Severity of the rule: `error` or `warning`."),
				"place":    text("Where in the object: `headers[\"Cache-Control\"]`, `metadata[\"owner\"]`, `tags[\"team\"]`, `acl` or `storage_class`."),
				"name":     text("The header, such as `Cache-Control`, the metadata name or the key of the tag that the rule speaks about; empty for ACL and class."),
				"message":  text("What is wrong and what to write instead."),
			}},
		},
		"summary": schema.ListNestedAttribute{
			Computed:            true,
			MarkdownDescription: "What became of each rule, in the order of the policy.",
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"rule":     text("Name of the rule."),
				"severity": text("Severity of the rule: `error` or `warning`."),
				"checked":  count("How many objects it was held against."),
				"broken":   count("How many of these break it."),
				"excepted": count("How many objects it speaks about and lets off by `except`. They are not asked for anything, unless another rule is held against them."),
				"exceptions": schema.ListNestedAttribute{
					Computed:            true,
					MarkdownDescription: "The exceptions of the rule, in their order.",
					NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
						"reason":  text("Its reason."),
						"objects": count("How many objects it lets off. One that lets off none can go."),
					}},
				},
			}},
		},
		"report":        text(fmt.Sprintf("What is broken, in words: a line for each way of breaking a rule, with the number of objects and the keys of the first %d, and a last line when there are more violations than `limit`. Empty when nothing is broken.", auditNames)),
		"truncated":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether there are violations beyond `limit`."},
		"error_count":   count("How many violations have the severity `error`, those beyond `limit` too."),
		"warning_count": count("How many violations have the severity `warning`, those beyond `limit` too."),
		"object_count":  count("How many objects were looked at: those that were selected and that a rule speaks about."),
	}
}

// ValidateConfig refuses a prefix and a glob that no key can have both.
func (d *metadataViolationsDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var m metadataViolationsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	checkSelection(m.Prefix, m.Glob, &resp.Diagnostics)
}

// Read walks the bucket.
func (d *metadataViolationsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m metadataViolationsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	checkSelection(m.Prefix, m.Glob, &resp.Diagnostics)
	ctx, client, end := d.data.begin(ctx, m.Bucket, m.Timeouts.Read, walkTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	rules := m.policy(d.data, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	a := &audit{client: client, policy: rules, bucket: m.Bucket.ValueString(), prefix: m.Prefix.ValueString(), glob: m.Glob.ValueString(), keep: keptViolations}
	if !m.Limit.IsNull() {
		a.keep = int(m.Limit.ValueInt64())
	}
	if err := a.run(ctx); err != nil {
		callError(&resp.Diagnostics, "Unable to Audit OSS Objects", a.doing(err), err)
		return
	}
	m.show(a)
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

// policy is the data source's own policy, else the provider's.
func (m metadataViolationsModel) policy(data *providerData, diags *diag.Diagnostics) *policy.Policy {
	rules, _ := decodePolicy(m.MetadataPolicy, diags) // Terraform reads a data source when all of it is known
	if rules == nil {
		rules = data.policy
	}
	switch {
	case rules != nil:
	case data.policyUnknown:
		diags.AddAttributeError(path.Root(policyArgument), "Metadata Policy Not Known Yet", "The provider's metadata_policy depends on something that is only known after apply, "+
			"so there is nothing to hold the objects against. Give the rules to this data source as metadata_policy: Terraform then reads it when they are known.")
	default:
		diags.AddAttributeError(path.Root(policyArgument), "Missing Metadata Policy", "Neither this data source nor the provider has rules to hold the objects against. "+
			"Set metadata_policy here or in the provider block.")
	}
	return rules
}

func (m *metadataViolationsModel) show(a *audit) {
	m.Violations, m.Summary = make([]violationModel, 0, len(a.kept)), []ruleModel{}
	for _, f := range a.kept {
		m.Violations = append(m.Violations, violationModel{
			Key: types.StringValue(f.key), Rule: types.StringValue(f.Rule), Severity: types.StringValue(f.Severity.String()),
			Place: types.StringValue(f.Place()), Name: types.StringValue(f.Name), Message: types.StringValue(f.Detail),
		})
	}
	count := func(n int) types.Int64 { return types.Int64Value(int64(n)) }
	for _, r := range a.tally.Rules() {
		rule := ruleModel{
			Rule: types.StringValue(r.Rule), Severity: types.StringValue(r.Severity.String()),
			Checked: count(r.Checked), Broken: count(r.Broken), Excepted: count(r.Excepted), Exceptions: []exceptionModel{},
		}
		for _, e := range r.Exceptions {
			rule.Exceptions = append(rule.Exceptions, exceptionModel{types.StringValue(e.Reason), count(e.Objects)})
		}
		m.Summary = append(m.Summary, rule)
	}
	m.Report = types.StringValue(a.report())
	m.Truncated = types.BoolValue(a.tally.Errors+a.tally.Warnings > len(a.kept))
	m.ErrorCount, m.WarningCount, m.ObjectCount = count(a.tally.Errors), count(a.tally.Warnings), count(a.tally.Objects)
}
