package provider

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	fwresource "github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// otherProvider stands for the alicloud provider: it keeps what it is told and makes no request, as if the object had
// been made by it long ago.
type otherProvider struct{}

func (otherProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "alicloud"
}
func (otherProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}
func (otherProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}
func (otherProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }
func (otherProvider) Resources(context.Context) []func() fwresource.Resource {
	return []func() fwresource.Resource{
		func() fwresource.Resource {
			return otherResource{"alicloud_oss_bucket_object", []string{"bucket", "key", "content", "source", "acl", "content_type", "etag", "content_md5", "server_side_encryption", "kms_key_id"}}
		},
		func() fwresource.Resource { return otherResource{"alicloud_oss_bucket_cors", []string{"bucket"}} },
	}
}

type otherResource struct {
	name       string
	attributes []string
}

func (r otherResource) Metadata(_ context.Context, _ fwresource.MetadataRequest, resp *fwresource.MetadataResponse) {
	resp.TypeName = r.name
}

func (r otherResource) Schema(_ context.Context, _ fwresource.SchemaRequest, resp *fwresource.SchemaResponse) {
	resp.Schema.Attributes = map[string]schema.Attribute{}
	for _, name := range r.attributes {
		resp.Schema.Attributes[name] = schema.StringAttribute{Optional: true}
	}
}

func (r otherResource) Create(_ context.Context, req fwresource.CreateRequest, resp *fwresource.CreateResponse) {
	resp.State.Raw = req.Plan.Raw
}
func (r otherResource) Read(context.Context, fwresource.ReadRequest, *fwresource.ReadResponse) {}
func (r otherResource) Update(_ context.Context, req fwresource.UpdateRequest, resp *fwresource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}
func (r otherResource) Delete(context.Context, fwresource.DeleteRequest, *fwresource.DeleteResponse) {
}

// A moved block takes over what the alicloud provider made: nothing is planned but the move, and no body moves. So does one
// for what the guide has people write in place of what they have in their files.
func TestMoveFromAlicloud(t *testing.T) {
	o := startOSS(t)
	o.must(o.sdk().PutObject("dir/k.txt", strings.NewReader("body"), oss.ContentType("text/plain"), oss.ObjectACL(oss.ACLPublicRead)))
	foreignCORS(o, corsDocument(corsRuleTwo))
	inFiles, instead := guideObject(o)
	providers := factories()
	providers["alicloud"] = func() (tfprotov6.ProviderServer, error) {
		return providerserver.NewProtocol6WithError(otherProvider{})()
	}
	before := `
resource "alicloud_oss_bucket_object" "old" {
  bucket  = "BUCKET"
  key     = "dir/k.txt"
  content = "body"
  acl     = "public-read"
}
resource "alicloud_oss_bucket_cors" "old" {
  bucket = "BUCKET"
}`
	after := `
provider "alicloud" {}
moved {
  from = alicloud_oss_bucket_object.old
  to   = oss_object.test
}
moved {
  from = alicloud_oss_bucket_cors.old
  to   = oss_bucket_cors.test
}
resource "oss_object" "test" {
  bucket  = "BUCKET"
  key     = "dir/k.txt"
  content = "body"
  acl     = "public-read"
}
resource "oss_bucket_cors" "test" {
  bucket = "BUCKET"
  cors_rule {
    allowed_origins = ["https://*.example.org"]
    allowed_methods = ["GET"]
  }
}`
	rig.Terraform(t)
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps: []resource.TestStep{
			{Config: o.config(before + "\n" + inFiles)},
			{
				PreConfig: func() { o.local().ResetRecords() },
				Config:    o.config(after + "\n" + instead),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectEmptyPlan(),
						plancheck.ExpectResourceAction(testObject, plancheck.ResourceActionNoop),
						plancheck.ExpectResourceAction(testCORS, plancheck.ResourceActionNoop),
						plancheck.ExpectResourceAction("oss_object.app", plancheck.ResourceActionNoop),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				Check: func(*terraform.State) error {
					if got := o.requests(); strings.Contains(got, "Put") || strings.Contains(got, "Copy") || strings.Contains(got, "Delete") {
						return fmt.Errorf("the move made the requests %q", got)
					}
					return nil
				},
			},
		},
	})
}

// Only the alicloud provider's resources can be moved here.
func TestMoveRefusals(t *testing.T) {
	t.Parallel()
	p := startAnyOSS(t).protocol()
	for name, request := range map[string]tfprotov6.MoveResourceStateRequest{
		"other type":     {SourceProviderAddress: "registry.terraform.io/aliyun/alicloud", SourceTypeName: "alicloud_oss_bucket", SourceState: &tfprotov6.RawState{JSON: []byte(`{"bucket":"b-1"}`)}},
		"other provider": {SourceProviderAddress: "registry.terraform.io/hashicorp/aws", SourceTypeName: "alicloud_oss_bucket_object", SourceState: &tfprotov6.RawState{JSON: []byte(`{"bucket":"b-1","key":"k"}`)}},
		"no bucket":      {SourceProviderAddress: "registry.terraform.io/aliyun/alicloud", SourceTypeName: "alicloud_oss_bucket_object", SourceState: &tfprotov6.RawState{JSON: []byte(`{"key":"k"}`)}},
	} {
		request.TargetTypeName = "oss_object"
		resp, err := p.server.MoveResourceState(t.Context(), &request)
		if err != nil {
			t.Fatal(err)
		}
		if len(resp.Diagnostics) == 0 {
			t.Errorf("%s: moved", name)
		}
	}
}
