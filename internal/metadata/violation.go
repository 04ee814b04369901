package metadata

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Severity says whether a finding stops a plan.
type Severity int

const (
	// Error marks a value that OSS refuses, or that would not come back as written.
	Error Severity = iota
	// Warning marks a value that OSS stores but that is likely a mistake.
	Warning
)

// String returns "error" or "warning", the words a team policy uses.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Violation is one finding about one value.
type Violation struct {
	Rule     string   // stable slug, such as "metadata-name-case"; the name of a team's rule where that is broken
	Name     string   // header, metadata or tag name as the user wrote it; "" when the key, the bucket or the whole set is meant
	Severity Severity // Error stops the plan
	Summary  string   // a title without values, such as "Invalid Metadata Key"
	Detail   string   // what is wrong with which value, and what to write instead
}

// limit is one line of a table of what OSS allows. fault returns the detail of a violation, or
// "" when name and value obey.
type limit struct {
	slug     string
	severity Severity
	source   string // where OSS, a standard or an experiment says so
	fault    func(name, value string) string
}

// check runs a table over one name and value. place becomes Violation.Name; a summary that says "Invalid" is that of
// an error, and becomes "Questionable" for a warning.
func check(table []limit, summary, place, name, value string) []Violation {
	var found []Violation
	for _, r := range table {
		if detail := r.fault(name, value); detail != "" {
			title := summary
			if r.severity == Warning { // what OSS takes is not invalid
				title = strings.Replace(summary, "Invalid", "Questionable", 1)
			}
			found = append(found, Violation{
				Rule: r.slug, Name: place, Severity: r.severity, Summary: title, Detail: detail,
			})
		}
	}
	return found
}

// quoteLimit is how many bytes of a value a message repeats: enough to recognise
// it, too little to flood a log or to give a long secret away.
const quoteLimit = 60

// quote renders s as a Go string literal, cut to quoteLimit bytes.
func quote(s string) string { return strconv.Quote(cut(s, quoteLimit)) }

// cut shortens s to most bytes at a rune boundary and then ends it in an ellipsis.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// character describes a rune so that an invisible one can be found too.
func character(r rune) string {
	switch {
	case r == ' ':
		return "a space"
	case r == '\t':
		return "a tab"
	case r == '\n' || r == '\r':
		return "a line break"
	case unicode.IsControl(r):
		return fmt.Sprintf("the control character %U", r)
	case !unicode.IsPrint(r):
		return fmt.Sprintf("the invisible character %U", r)
	default:
		return strconv.QuoteRune(r)
	}
}

// firstRune returns the first rune of s for which bad holds.
func firstRune(s string, bad func(rune) bool) (rune, bool) {
	for _, r := range s {
		if bad(r) {
			return r, true
		}
	}
	return 0, false
}
