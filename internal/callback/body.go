package callback

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// checkForm looks at the constant text of a form body, which OSS leaves as it is: the
// author must have encoded it.
func checkForm(body string, all []ref) []Problem {
	if trimmed := strings.TrimSpace(body); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		return append(checkConstant(all), problem(FieldBody, finding.Warning, "callback-body-type-json", "The body looks like JSON and is sent as a form, with values URL-encoded and without quotes. Write body_type = %q.", JSONType))
	}
	constant := replaceRefs(body, all, func(ref) string { return "v" })
	var found []Problem
	if what, bad := unsendable(constant); bad {
		found = append(found, problem(FieldBody, finding.Warning, "callback-body-encoding", "The body has %s outside of variables, which OSS sends as it is. Percent-encode it.", what))
	} else if rest := badPercent(constant); rest != "" {
		found = append(found, problem(FieldBody, finding.Warning, "callback-body-encoding", "The body has a percent sign that begins no encoded byte. Write %%25 for the sign itself."))
	}
	empty := false
	for i, pair := range strings.Split(constant, "&") {
		if name, value, has := strings.Cut(pair, "="); has && value == "" && name != "" {
			empty = true
			found = append(found, problem(FieldBody, finding.Warning, "callback-body-value", "The body has a name without a value, number %d of those between \"&\". If a variable of OSS was meant, HCL has replaced it by its own: write $${…} there.", i+1))
		}
	}
	if !empty {
		found = append(found, checkConstant(all)...)
	}
	return found
}

// badPercent returns what begins with a percent sign without two hexadecimal digits.
func badPercent(s string) string {
	const digits = "0123456789abcdefABCDEF"
	for i := range len(s) {
		if s[i] != '%' {
			continue
		}
		if i+2 >= len(s) || strings.IndexByte(digits, s[i+1]) < 0 || strings.IndexByte(digits, s[i+2]) < 0 {
			return s[i:]
		}
	}
	return ""
}

// checkJSON looks whether the template becomes JSON once OSS has put in the values.
// They come as JSON themselves, strings with their quotes, so a template that quotes
// a variable ends up with two pairs of them.
func checkJSON(c Callback, all []ref) []Problem {
	body := c.Body
	var found []Problem
	quotedAt := insideStrings(body, all)
	filled := replaceRefs(body, all, func(r ref) string { // by as many characters, so that positions stay
		length := utf8.RuneCountInString(body[r.start:r.end])
		switch {
		case r.form == bare:
			return body[r.start:r.end] // OSS leaves it
		case quotedAt[r.start]:
			return strings.Repeat("v", length)
		}
		return `"v"` + strings.Repeat(" ", max(0, length-len(`"v"`)))
	})
	for _, r := range all {
		if quotedAt[r.start] && r.form == braced {
			found = append(found, problem(FieldBody, finding.Error, "callback-body-quoted", "The body has %s inside of double quotes at position %d. OSS puts in JSON, strings with their own quotes, so the result is broken; write it without quotes around, and not with jsonencode, which adds them.", finding.Quote(reference(shown(r.name, c))), finding.Position(body, body[r.start:])))
		}
	}
	if fault := jsonFault(filled); fault != "" {
		found = append(found, problem(FieldBody, finding.Error, "callback-body-json", "The body is not JSON, whatever values its variables get: %s. Correct it, such as {\"object\":${object},\"size\":${size}}.", fault))
	}
	return found
}

// insideStrings says of each reference, by its start, whether it is inside a JSON string.
func insideStrings(body string, all []ref) map[int]bool {
	inside := map[int]bool{}
	inString, next := false, 0
	for i := 0; i < len(body); i++ {
		if next < len(all) && i == all[next].start {
			inside[i] = inString
			i = all[next].end - 1
			next++
			continue
		}
		switch {
		case inString && body[i] == '\\':
			if next >= len(all) || i+1 < all[next].start {
				i++
			}
		case body[i] == '"':
			inString = !inString
		}
	}
	return inside
}

// jsonFault returns why a text is not JSON and where, or "".
func jsonFault(text string) string {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	var v any
	err := decoder.Decode(&v)
	if err == nil {
		if decoder.More() || strings.TrimSpace(text[decoder.InputOffset():]) != "" {
			rest := strings.TrimLeftFunc(text[decoder.InputOffset():], unicode.IsSpace)
			return fmt.Sprintf("there is something after its end, from position %d on", finding.Position(text, rest))
		}
		return ""
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		if at := int(syntax.Offset) - 1; at >= 0 && at < len(text) {
			what, _ := utf8.DecodeRuneInString(text[at:])
			return fmt.Sprintf("%s is out of place at position %d", finding.Named(what), finding.Position(text, text[at:]))
		}
	}
	return "it ends too early"
}

// replaceRefs puts a text in place of every reference.
func replaceRefs(body string, all []ref, with func(ref) string) string {
	var b strings.Builder
	at := 0
	for _, r := range all {
		b.WriteString(body[at:r.start])
		b.WriteString(with(r))
		at = r.end
	}
	b.WriteString(body[at:])
	return b.String()
}
