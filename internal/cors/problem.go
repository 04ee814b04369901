package cors

import (
	"strconv"
	"unicode/utf8"
)

// Severity says whether a finding stops a plan.
type Severity int

const (
	// Error marks what OSS refuses.
	Error Severity = iota
	// Warning marks what OSS accepts but that is likely a mistake.
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
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
	Field    string   // one of the Field constants; "" when the whole rule is meant
	Value    string   // the element that is meant, in full; "" when the whole field is meant
	Severity Severity // Error stops the plan
	Slug     string   // stable, such as "cors-origin-scheme"
	Summary  string   // a title without values, such as "Invalid CORS Origin"
	Detail   string   // what is wrong and what to write instead; long values shortened
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
