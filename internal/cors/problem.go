package cors

import (
	"fmt"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// The names of a rule's fields in Problem.Field, spelt as in a configuration.
const (
	FieldOrigins = "allowed_origins"
	FieldMethods = "allowed_methods"
	FieldHeaders = "allowed_headers"
	FieldExpose  = "expose_headers"
	FieldMaxAge  = "max_age_seconds"
)

// Problem is one finding about a list of rules.
type Problem struct {
	finding.Finding
	Index  int    // of the rule from 0; -1 when the whole list is meant
	Origin string // the rule's first origin; "" when it has none yet, or the whole list is meant
	Field  string // one of the Field constants; "" when the whole rule is meant
	Value  string // the element that is meant, in full; "" when the whole field is meant
	Ours   bool   // an Error that OSS does not make: rules of a bucket may have it
}

// Place names the rule by index and first origin, as the line of a dynamic block does not; "" for the whole list.
func (p Problem) Place() string {
	switch {
	case p.Index < 0:
		return ""
	case p.Origin == "":
		return fmt.Sprintf("cors_rule[%d]", p.Index)
	}
	return fmt.Sprintf("cors_rule[%d], whose first origin is %s", p.Index, finding.Quote(p.Origin))
}

// Text is the detail behind the place.
func (p Problem) Text() string {
	if p.Index < 0 {
		return p.Detail
	}
	return p.Place() + ": " + p.Detail
}
