// Package finding has what all checks of this provider share: a finding with its severity and words, quoting that keeps
// messages short, and the nearest name for a misspelt one. It is pure and imports nothing but the standard library.
package finding

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Severity says what a finding is for.
type Severity int

const (
	// Error marks what OSS refuses, or what would not come back as it was written; it stops a plan.
	Error Severity = iota
	// Warning marks what OSS takes but is likely a mistake.
	Warning
	// Advice marks what works and might serve better. It is for whoever asks, not for every plan.
	Advice
)

// String returns "error", "warning" or "advice"; the first two are the words that a team's policy uses.
func (s Severity) String() string {
	return [...]string{"error", "warning", "advice"}[s]
}

// Finding is what a check has to say about one place.
type Finding struct {
	Rule     string   // stable, such as "metadata-name-case"; the name of a team's rule where that is broken
	Name     string   // header, metadata or tag name as the user wrote it; "" when the key, the bucket or the whole set is meant
	Severity Severity // Error stops the plan
	Summary  string   // a title without values, such as "Invalid Metadata Key"
	Detail   string   // what is wrong and what to write instead
}

// HasError reports whether one of the findings stops a plan.
func HasError(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Error })
}

// QuoteLimit is how many bytes of a value a message repeats: enough to recognise
// it, too little to flood a log or to give a long secret away.
const QuoteLimit = 60

// Quote renders s as a Go string literal, cut to QuoteLimit bytes.
func Quote(s string) string { return strconv.Quote(Cut(s, QuoteLimit)) }

// Cut shortens s to most bytes at a rune boundary and then ends it in an ellipsis.
func Cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// Character describes a rune so that an invisible one can be found too.
func Character(r rune) string {
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

// FirstRune returns the first rune of s for which bad holds.
func FirstRune(s string, bad func(rune) bool) (rune, bool) {
	for _, r := range s {
		if bad(r) {
			return r, true
		}
	}
	return 0, false
}

// FirstPlace says which rune of s is the first for which bad holds, and where: its name, its code point and its position,
// counted from 1, and nothing else of a text that may be secret.
func FirstPlace(s string, bad func(rune) bool) (string, bool) {
	position := 0
	for _, r := range s {
		if position++; bad(r) {
			return fmt.Sprintf("%s at position %d", Named(r), position), true
		}
	}
	return "", false
}

// InvalidUTF8 says where s stops being UTF-8, as a byte counted from 1; 0 for a text that is valid.
func InvalidUTF8(s string) int {
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		if r == utf8.RuneError && size == 1 {
			return at + 1
		}
		at += size
	}
	return 0
}

// Position is where rest, the end of a text, begins in it: a character counted from 1.
func Position(text, rest string) int {
	return utf8.RuneCountInString(text) - utf8.RuneCountInString(rest) + 1
}

// Named describes a rune with its code point.
func Named(r rune) string {
	name := Character(r)
	if strings.Contains(name, "U+") {
		return name
	}
	return fmt.Sprintf("%s (%U)", name, r)
}

// QuoteList joins quoted names as prose: "a" and "b".
func QuoteList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Quote(name)
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}

// QuoteLong quotes what a team has written itself, of which the user needs all to put a value right.
func QuoteLong(s string) string { return strconv.Quote(Cut(s, 5*QuoteLimit)) }

// OneOf says what to choose from a list that is not empty: the kind of thing, singular or "", before it. Of one there
// is nothing to choose.
func OneOf(kind string, list []string) string {
	words := "one of "
	switch {
	case len(list) == 1 && kind == "":
		words = ""
	case len(list) == 1:
		words = kind + " "
	case kind != "":
		words += kind + "s "
	}
	return words + quoteSome(list)
}

// quoteSome quotes the first few of a list of what a team has written.
func quoteSome(list []string) string {
	const most = 8
	quoted := []string{}
	for _, text := range list[:min(most, len(list))] {
		quoted = append(quoted, QuoteLong(text))
	}
	last := len(list) - 1
	switch {
	case len(list) > most:
		return strings.Join(quoted, ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	case last > 0:
		return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
	}
	return strings.Join(quoted, "")
}
