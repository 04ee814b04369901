package callback

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Severity says whether a finding stops a plan.
type Severity int

const (
	// Error marks what OSS answers with InvalidArgument, or what can never work.
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

// The fields of a callback in Problem.Field, spelt as in a configuration.
const (
	FieldURLs      = "urls"
	FieldHost      = "host"
	FieldBody      = "body"
	FieldBodyType  = "body_type"
	FieldSNI       = "sni"
	FieldVariables = "variables"
)

// Problem is one finding about a callback.
type Problem struct {
	Field    string   // one of the Field constants; "" when the whole callback is meant
	Element  string   // the URL or the name of the variable that is meant, in full; "" when the whole field is
	Severity Severity // Error stops the plan
	Slug     string   // stable, such as "callback-url-scheme"
	Summary  string   // a title without values, such as "Invalid Callback URL"
	Detail   string   // what is wrong and what to write instead; long values shortened
}

// The titles, by field.
var summaries = map[string]string{
	FieldURLs: "Invalid Callback URL", FieldHost: "Invalid Callback Host", FieldBody: "Invalid Callback Body",
	FieldBodyType: "Invalid Callback Body Type", FieldSNI: "Callback Without SNI", FieldVariables: "Invalid Callback Variable",
}

// problem makes a finding about a whole field.
func problem(field string, severity Severity, slug, format string, args ...any) Problem {
	return Problem{Field: field, Severity: severity, Slug: slug, Summary: summaries[field], Detail: fmt.Sprintf(format, args...)}
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

// unsendable finds a character that may not stand in a URL or a host as it is.
func unsendable(s string) (string, bool) {
	for _, r := range s {
		switch {
		case r == ' ':
			return "a space", true
		case unicode.IsControl(r):
			return fmt.Sprintf("the control character %U", r), true
		case r >= utf8.RuneSelf:
			return strconv.QuoteRune(r), true
		}
	}
	return "", false
}
