package provider

import (
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// Behind a custom domain every operation of every resource looks whose domain it is before it asks: a request for another
// bucket would read, overwrite or delete what has the same key in the bucket of the domain.
func TestNoOperationReachesAnotherBucketsDomain(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	p := o.protocol()
	p.configure(map[string]any{"use_cname": tftypes.NewValue(tftypes.Bool, true), "endpoint": tftypes.NewValue(tftypes.String, o.endpoint)})
	owner := p.resource("oss_object", map[string]string{"bucket": o.bucket, "key": "k", "content": "x", "id": o.bucket + "/k"})
	other := map[string]map[string]string{
		"oss_object":      {"bucket": "other-bucket", "key": "k", "content": "x", "id": "other-bucket/k", "deletion_policy": "delete"},
		"oss_bucket_cors": {"bucket": "other-bucket", "id": "other-bucket"},
	}
	if found := p.plan("oss_object", nil, owner); slices.Contains(titles(found), anotherDomain) { // the bucket named first is the domain's
		t.Fatal(found)
	}
	o.local().ResetRecords()
	for name, values := range other {
		value, none := p.resource(name, values), (*tfprotov6.DynamicValue)(nil)
		for operation, found := range map[string][]*tfprotov6.Diagnostic{
			"refresh":         p.read(name, value),
			"planned change":  p.plan(name, none, value),
			"planned destroy": p.plan(name, value, none),
			"creation":        p.applyPlanned(name, none, value),
			"update":          p.applyPlanned(name, value, value),
			"destroy":         p.applyPlanned(name, value, none),
		} {
			if !slices.Contains(titles(found), anotherDomain) {
				t.Errorf("%s of %s: %v", operation, name, titles(found))
			}
		}
	}
	if got := o.requests(); got != "" {
		t.Errorf("requests %s", got)
	}
}

const anotherDomain = "Bucket Behind Another Custom Domain"

// resource is a value of a resource type that has only some texts.
func (p *protocol) resource(name string, texts map[string]string) *tfprotov6.DynamicValue {
	kind := p.schema.ResourceSchemas[name].ValueType().(tftypes.Object)
	values := map[string]tftypes.Value{}
	for attribute, of := range kind.AttributeTypes {
		values[attribute] = tftypes.NewValue(of, nil)
		if text, set := texts[attribute]; set {
			values[attribute] = tftypes.NewValue(of, text)
		}
		if of.Is(tftypes.List{}) { // a block that is not there is an empty list
			values[attribute] = tftypes.NewValue(of, []tftypes.Value{})
		}
	}
	return p.value(kind, values)
}

// orNull is the value, or the null that stands for a resource that does not exist.
func (p *protocol) orNull(name string, value *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	if value != nil {
		return value
	}
	return p.value(p.schema.ResourceSchemas[name].ValueType(), nil)
}

func (p *protocol) read(name string, state *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	resp, err := p.server.ReadResource(p.t.Context(), &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: state})
	p.must(err)
	return resp.Diagnostics
}

// plan plans the way from one value to another, of which nil is nothing.
func (p *protocol) plan(name string, from, to *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	resp, err := p.server.PlanResourceChange(p.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: name, PriorState: p.orNull(name, from), ProposedNewState: p.orNull(name, to), Config: p.orNull(name, to),
	})
	p.must(err)
	return resp.Diagnostics
}

// applyPlanned applies what somebody has planned.
func (p *protocol) applyPlanned(name string, from, to *tfprotov6.DynamicValue) []*tfprotov6.Diagnostic {
	resp, err := p.server.ApplyResourceChange(p.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: name, PriorState: p.orNull(name, from), PlannedState: p.orNull(name, to), Config: p.orNull(name, to),
	})
	p.must(err)
	return resp.Diagnostics
}

func (p *protocol) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func titles(found []*tfprotov6.Diagnostic) []string {
	list := []string{}
	for _, d := range found {
		list = append(list, d.Summary)
	}
	return list
}

// A plan that asks OSS ends when the time of a refresh is over, as a refresh does.
func TestPlanEndsWithItsTime(t *testing.T) {
	t.Parallel()
	o, f := startFaulty(t)
	foreignObject(o, "from", "body")
	w := o.workspace()
	w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  copy_source {
    bucket = "BUCKET"
    key = "from"
  }
  timeouts {
    read = "200ms"
  }
}
`)
	f.arm("HeadObject", ossserver.Fault{Delay: time.Minute}, -1)
	w.fails([]string{"from", "timeouts block"}, "plan", "-no-color")
}
