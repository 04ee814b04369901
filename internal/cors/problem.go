package cors

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Severity says what a finding is for.
type Severity int

const (
	// Error marks what OSS refuses, or what this provider does for another reason (Problem.Ours).
	Error Severity = iota
	// Warning marks what OSS accepts but that cannot work or is rarely meant.
	Warning
	// Advice marks rules that work and might serve better. It is for those who ask, not for every plan.
	Advice
)

// String returns "error", "warning" or "advice".
func (s Severity) String() string {
	return [...]string{"error", "warning", "advice"}[s]
}

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
	Rule     int      // index of the rule from 0; -1 when the whole list is meant
	Origin   string   // the rule's first origin; "" when it has none yet, or the whole list is meant
	Field    string   // one of the Field constants; "" when the whole rule is meant
	Value    string   // the element that is meant, in full; "" when the whole field is meant
	Severity Severity // Error stops the plan
	Ours     bool     // an Error that OSS does not make: rules of a bucket may have it
	Slug     string   // stable, such as "cors-origin-scheme"
	Summary  string   // a title without values, such as "Invalid CORS Origin"
	Detail   string   // what is wrong and what to write instead; long values shortened
}

// Place names the rule by index and first origin, as the line of a dynamic block does not; "" for the whole list.
func (p Problem) Place() string {
	switch {
	case p.Rule < 0:
		return ""
	case p.Origin == "":
		return fmt.Sprintf("cors_rule[%d]", p.Rule)
	}
	return fmt.Sprintf("cors_rule[%d], whose first origin is %s", p.Rule, quote(p.Origin))
}

// Text is the detail behind the place.
func (p Problem) Text() string {
	if p.Rule < 0 {
		return p.Detail
	}
	return p.Place() + ": " + p.Detail
}

// quoteLimit is how many bytes of a value a message repeats.
const quoteLimit = 60

// quote renders s as a Go string literal, cut at a rune boundary to quoteLimit
// bytes and then ending in an ellipsis.
func quote(s string) string {
	if len(s) <= quoteLimit {
		return strconv.Quote(s)
	}
	end := quoteLimit
	for end > quoteLimit-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return strconv.Quote(s[:end] + "…")
}
