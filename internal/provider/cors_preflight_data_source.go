package provider

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/cors"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newCORSPreflightDataSource() datasource.DataSource { return &corsPreflightDataSource{} }

type corsPreflightDataSource struct{ configuredDataSource }

// corsPreflightModel is the data source oss_cors_preflight.
type corsPreflightModel struct {
	Bucket          types.String   `tfsdk:"bucket"`
	Key             types.String   `tfsdk:"key"`
	Origin          types.String   `tfsdk:"origin"`
	Method          types.String   `tfsdk:"method"`
	Headers         types.Set      `tfsdk:"headers"`
	Allowed         types.Bool     `tfsdk:"allowed"`
	Reason          types.String   `tfsdk:"reason"`
	Status          types.Int64    `tfsdk:"status"`
	MaxAgeSeconds   types.Int64    `tfsdk:"max_age_seconds"`
	ResponseHeaders types.Map      `tfsdk:"response_headers"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
}

// Metadata names the data source.
func (d *corsPreflightDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "oss_cors_preflight"
}

// Schema describes the data source.
func (d *corsPreflightDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sends the request that a browser sends before a cross-origin request (a preflight, OPTIONS), and returns what OSS answers. " +
			"The request is anonymous. A refusal is a result and not an error. " +
			"OSS may need some seconds to answer by new rules; until then the answer is that of the old ones.",
		Attributes: map[string]schema.Attribute{
			"bucket": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name of the bucket.",
				Validators:          []validator.String{ruledBy(rules.CheckBucket)},
			},
			"key": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Key of the object; it need not exist. The rules of a bucket are the same for every key, so it may be left out.",
				Validators:          unlessEmpty(ruledBy(rules.CheckKey)),
			},
			"origin": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The origin of the page that asks, as browsers send it: `https://www.example.com`.",
				Validators:          []validator.String{checkedBy("Invalid Origin", cors.CheckRequestOrigin)},
			},
			"method": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The method of the request that would follow, in upper case.",
				Validators:          []validator.String{checkedBy("Invalid Method", cors.CheckRequestMethod)},
			},
			"headers": schema.SetAttribute{
				Optional:            true,
				ElementType:         types.StringType,
				MarkdownDescription: "Names of the request headers that would come with it, in any case: they are sent in lower case, as browsers do. Browsers announce all but a few simple ones.",
				Validators: []validator.Set{
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(checkedBy("Invalid Header Name", cors.CheckRequestHeader)),
				},
			},
			"allowed": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether a browser would go on: OSS answered with success, and its answer " +
				"names the origin, the method and all headers."},
			"reason":          schema.StringAttribute{Computed: true, MarkdownDescription: "Why a browser would not go on, as a sentence; null when it would."},
			"status":          schema.Int64Attribute{Computed: true, MarkdownDescription: "HTTP status of the answer: `200`, or `403` when no rule matches."},
			"max_age_seconds": schema.Int64Attribute{Computed: true, MarkdownDescription: "How long a browser may remember the answer, in seconds; null when it says nothing about that."},
			"response_headers": schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The headers of the answer that a browser decides by, by name: " +
				"`Vary` and those that begin with `Access-Control-`."},
		},
		Blocks: map[string]schema.Block{"timeouts": readTimeouts(ctx)},
	}
}

// Read sends the preflight and judges the answer.
func (d *corsPreflightDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model corsPreflightModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	ctx, client, end := d.data.begin(ctx, model.Bucket, model.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer end()
	if client == nil {
		return
	}
	asked := ossclient.PreflightRequest{
		Origin: model.Origin.ValueString(), Method: model.Method.ValueString(), Headers: setStrings(model.Headers),
	}
	answer, err := client.Preflight(ctx, model.Bucket.ValueString(), model.Key.ValueString(), asked)
	if err != nil {
		callError(&resp.Diagnostics, "Unable to Send OSS CORS Preflight", fmt.Sprintf("ask bucket %q for the origin %q", model.Bucket.ValueString(), asked.Origin), err)
		return
	}
	model.take(asked, answer, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// take fills in what came back.
func (m *corsPreflightModel) take(asked ossclient.PreflightRequest, answer ossclient.Preflight, diags *diag.Diagnostics) {
	reason := refusal(asked, answer)
	m.Allowed = types.BoolValue(reason == "")
	m.Reason = stringOrNull(reason)
	m.Status = types.Int64Value(int64(answer.Status))
	m.MaxAgeSeconds = types.Int64Null()
	if age := answer.Header.Get("Access-Control-Max-Age"); age != "" {
		seconds, err := strconv.ParseInt(age, 10, 64)
		if err != nil {
			diags.AddWarning("Unreadable CORS Max Age", fmt.Sprintf("The answer says Access-Control-Max-Age: %q, which is not a number of seconds. Something between here and OSS may have changed it.", age))
		} else {
			m.MaxAgeSeconds = types.Int64Value(seconds)
		}
	}
	headers := map[string]string{}
	for name, values := range answer.Header {
		if name == "Vary" || strings.HasPrefix(name, "Access-Control-") {
			headers[name] = strings.Join(values, ", ")
		}
	}
	m.ResponseHeaders = stringMap(headers)
}

// refusal says why a browser would not send the request, or "". It judges as the Fetch standard does (CORS-preflight
// fetch), but asks for the named headers without the exceptions that depend on their values.
func refusal(asked ossclient.PreflightRequest, answer ossclient.Preflight) string {
	if answer.Status < 200 || answer.Status > 299 {
		words := fmt.Sprintf("OSS answered %d %s", answer.Status, http.StatusText(answer.Status))
		if answer.Code != "" {
			words += ": " + answer.Code
		}
		if answer.Message != "" {
			words += ": " + answer.Message
		}
		return sentence(words)
	}
	switch origin := answer.Header.Get("Access-Control-Allow-Origin"); {
	case origin == "":
		return "The answer has no Access-Control-Allow-Origin: the bucket has no rule that matches, or something else than OSS answered."
	case origin != "*" && origin != asked.Origin:
		return fmt.Sprintf("The answer allows the origin %q, not %q.", origin, asked.Origin)
	}
	// These three need no permission by name.
	if methods := listed(answer.Header, "Access-Control-Allow-Methods"); !slices.Contains([]string{"GET", "HEAD", "POST"}, asked.Method) &&
		!slices.Contains(methods, asked.Method) && !slices.Contains(methods, "*") {
		return fmt.Sprintf("The answer allows the methods %q, and %q is not among them.", strings.Join(methods, ", "), asked.Method)
	}
	headers := listed(answer.Header, "Access-Control-Allow-Headers")
	for _, name := range asked.Headers {
		// Authorization is the one header that "*" does not stand for.
		byStar := slices.Contains(headers, "*") && !strings.EqualFold(name, "Authorization")
		if !byStar && !slices.ContainsFunc(headers, func(h string) bool { return strings.EqualFold(h, name) }) {
			return fmt.Sprintf("The answer allows the headers %q, and %q is not among them.", strings.Join(headers, ", "), name)
		}
	}
	return ""
}

// listed splits a header that is a list.
func listed(header http.Header, name string) []string {
	var items []string
	for item := range strings.SplitSeq(strings.Join(header.Values(name), ","), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
