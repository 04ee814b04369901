package callback

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

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
	finding.Finding
	Field   string // one of the Field constants; "" when the whole callback is meant
	Element string // the URL or the name of the variable that is meant, in full; "" when the whole field is
}

// The titles, by field.
var summaries = map[string]string{
	FieldURLs: "Invalid Callback URL", FieldHost: "Invalid Callback Host", FieldBody: "Invalid Callback Body",
	FieldBodyType: "Invalid Callback Body Type", FieldSNI: "Callback Without SNI", FieldVariables: "Invalid Callback Variable",
}

// problem makes a finding about a whole field.
func problem(field string, severity finding.Severity, slug, format string, args ...any) Problem {
	return Problem{Field: field, Finding: finding.Finding{
		Severity: severity,
		Rule:     slug,
		Summary:  summaries[field],
		Detail:   fmt.Sprintf(format, args...),
	}}
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
