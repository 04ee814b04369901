package ossserver

import (
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// nameText is text that may hold what XML 1.0 forbids, as keys may. Such characters stand in the answer as references all
// the same, which a strict reader refuses: that is what encoding-type is for (OSS-270).
type nameText string

// MarshalXML writes the text with its references.
func (n nameText) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	return e.EncodeElement(struct {
		Text string `xml:",innerxml"`
	}{escapeName(string(n))}, start)
}

// escapeName differs from xml.EscapeText, which loses the characters that XML does not know.
func escapeName(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r < ' ' || beyondXML(r):
			b.WriteString("&#x" + strings.ToUpper(strconv.FormatInt(int64(r), 16)) + ";")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// beyondXML reports whether XML 1.0 has no way to write r, surrogates apart.
func beyondXML(r rune) bool {
	return r >= 0 && r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// xmlReference matches a numeric reference, and before that the places where it is none.
var xmlReference = regexp.MustCompile(`(?s)<!--.*?-->|<!\[CDATA\[.*?\]\]>|&#(?:[0-9]+|x[0-9A-Fa-f]+);`)

// standIns lets encoding/xml read references to characters that XML 1.0 forbids (OSS-267): it gives the document with
// another character in the place of each, one that the document does not use, and the function that undoes it.
func standIns(document []byte) ([]byte, func(string) string) {
	const first, block = 0xF0000, 64 // private use; the forbidden ones fit into one block, by their last six bits
	used := map[rune]bool{}
	for _, r := range string(document) {
		used[r/block] = true
	}
	forbidden := false
	for _, match := range xmlReference.FindAll(document, -1) {
		r := referenced(match)
		used[r/block] = true
		forbidden = forbidden || beyondXML(r)
	}
	base := rune(first)
	for used[base/block] {
		base += block
	}
	if !forbidden || base > utf8.MaxRune-block {
		return document, func(s string) string { return s }
	}
	document = xmlReference.ReplaceAllFunc(document, func(match []byte) []byte {
		if r := referenced(match); beyondXML(r) {
			return utf8.AppendRune(nil, base+r%block)
		}
		return match
	})
	return document, func(s string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r < base || r >= base+block:
				return r
			case r-base < ' ':
				return r - base
			}
			return 0xFFC0 + r - base
		}, s)
	}
}

// referenced is the character that a match of xmlReference stands for; -1 if it is not a reference, or to none.
func referenced(match []byte) rune {
	digits, ok := strings.CutPrefix(string(match), "&#")
	if !ok {
		return -1
	}
	digits, base := strings.TrimSuffix(digits, ";"), 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 31)
	if err != nil || n > utf8.MaxRune {
		return -1
	}
	return rune(n)
}
