package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Keys are listed while they are few, and when the plan had to name them; an apply that wrote nothing keeps what was there.
func TestChangedKeys(t *testing.T) {
	many := make([]string, mostChangedKeys+1)
	for i := range many {
		many[i] = fmt.Sprintf("www/%d", i)
	}
	unknown, before := types.ListUnknown(types.StringType), &directoryModel{ChangedKeys: stringList([]string{"www/old"})}
	for name, test := range map[string]struct {
		planned types.List
		before  *directoryModel
		keys    []string
		want    []string
	}{
		"few":                    {unknown, before, many[:mostChangedKeys], many[:mostChangedKeys]},
		"many":                   {unknown, before, many, []string{"www/"}},
		"many, named by a plan":  {stringList(many), before, many, many},
		"none":                   {unknown, before, nil, []string{"www/old"}},
		"none in a new one":      {unknown, nil, nil, nil},
		"many in a whole bucket": {unknown, nil, many, []string{""}},
	} {
		a := directoryApply{directoryPlanner: directoryPlanner{before: test.before, plan: &directoryModel{ChangedKeys: test.planned}}}
		if name != "many in a whole bucket" {
			a.plan.Prefix = types.StringValue("www/")
		}
		if got := a.changedKeys(test.keys); !got.Equal(stringList(test.want)) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
