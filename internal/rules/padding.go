package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// isPadding reports whether some part of the way may take r off the end of a header's value. net/http trims spaces and
// tabs, the SDK signs a value that strings.TrimSpace has trimmed, and what OSS trims before it verifies the signature is
// not known. JavaScript takes a byte order mark for white space, too.
func isPadding(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

// spaceNames are the names that Unicode gives to what looks like a space or like nothing.
var spaceNames = map[rune]string{
	'\u0085': "NEXT LINE", '\u00a0': "NO-BREAK SPACE", '\u1680': "OGHAM SPACE MARK", '\u2000': "EN QUAD", '\u2001': "EM QUAD",
	'\u2002': "EN SPACE", '\u2003': "EM SPACE", '\u2004': "THREE-PER-EM SPACE", '\u2005': "FOUR-PER-EM SPACE",
	'\u2006': "SIX-PER-EM SPACE", '\u2007': "FIGURE SPACE", '\u2008': "PUNCTUATION SPACE", '\u2009': "THIN SPACE",
	'\u200a': "HAIR SPACE", '\u2028': "LINE SEPARATOR", '\u2029': "PARAGRAPH SEPARATOR", '\u202f': "NARROW NO-BREAK SPACE",
	'\u205f': "MEDIUM MATHEMATICAL SPACE", '\u3000': "IDEOGRAPHIC SPACE", '\ufeff': "ZERO WIDTH NO-BREAK SPACE",
}

// spaceName names white space by its code point, and the common kinds as everybody does.
func spaceName(r rune) string {
	if name, ok := spaceNames[r]; ok {
		return fmt.Sprintf("%U %s", r, name)
	}
	return finding.Named(r)
}

// padded says what is wrong with a value that begins or ends with white space, "" for any other. subject is what has the
// value, and leave how to have none.
func padded(subject, value, leave string) string {
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	var where string
	switch {
	case value == "" || !isPadding(first) && !isPadding(last):
		return ""
	case strings.TrimFunc(value, isPadding) == "":
		return fmt.Sprintf("%s is white space only, beginning with %s, which a header cannot carry. Write a value, or leave the %s.", subject, spaceName(first), leave)
	case isPadding(first) && isPadding(last):
		where = fmt.Sprintf("begins with %s and ends with %s", spaceName(first), spaceName(last))
	case isPadding(first):
		where = "begins with " + spaceName(first)
	default:
		where = "ends with " + spaceName(last)
	}
	return fmt.Sprintf("%s %s. White space at the ends of a value is lost on the way, or makes OSS refuse the signature; remove it.", subject, where)
}
