package cors

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// CheckRequestOrigin returns why no browser sends a request with this value of the Origin header (RFC 6454, section
// 6.2) and what to write instead, or nil. "null" is one that browsers do send.
func CheckRequestOrigin(origin string) error {
	switch err := checkRequestText(origin); {
	case origin == "":
		return errors.New(`"" is not an origin; write the one of the page that asks, such as "https://www.example.com"`)
	case err != nil:
		return err
	case origin == "null":
		return nil
	case strings.EqualFold(origin, "null"):
		return fmt.Errorf(`%s is not what browsers send; write "null"`, finding.Quote(origin))
	case strings.Contains(origin, "*"):
		return fmt.Errorf(`%s has a "*", which only rules have; write one origin, such as "https://www.example.com"`, finding.Quote(origin))
	case strings.ContainsAny(origin, ", "):
		return fmt.Errorf("%s is more than one origin, and a request has one; write that", finding.Quote(origin))
	case strings.ContainsAny(origin, forbidden):
		return fmt.Errorf("%s contains %q, which is in no origin; remove it", finding.Quote(origin), origin[strings.IndexAny(origin, forbidden)])
	}
	_, detail := originRefusal(origin)
	if detail == "" && !strings.Contains(origin, "://") {
		return fmt.Errorf("%s has no scheme, which the Origin header always has; write %s", finding.Quote(origin), finding.Quote(withScheme(origin)))
	}
	if detail == "" {
		_, detail = originDoubt(origin)
	}
	if detail == "" {
		return nil
	}
	return errors.New(finding.Quote(origin) + strings.TrimSuffix(detail, "."))
}

// CheckRequestMethod returns why a method is not one in upper case and what to write instead, or nil. Methods are
// case-sensitive (RFC 9110, section 9.1), and OSS has none in lower case; one that OSS does not have may be asked for,
// as browsers do, too.
func CheckRequestMethod(method string) error {
	if err := checkRequestText(method); err != nil {
		return err
	}
	if !isToken(method) {
		return fmt.Errorf(`%s is not a method; write one, such as "PUT"`, finding.Quote(method))
	}
	if upper := strings.ToUpper(method); upper != method {
		return fmt.Errorf("%s is not in upper case, as methods are; write %s", finding.Quote(method), finding.Quote(upper))
	}
	return nil
}

// CheckRequestHeader returns why a text is not the name of a header, or nil.
func CheckRequestHeader(name string) error {
	if err := checkRequestText(name); err != nil {
		return err
	}
	if !isToken(name) {
		return fmt.Errorf("%s is not the name of a header: names consist of letters, digits and hyphens", finding.Quote(name))
	}
	return nil
}

// checkRequestText reports what the value of a request header cannot hold as it stands. "" is for the caller.
func checkRequestText(text string) error {
	if trimmed := strings.TrimSpace(text); trimmed != text {
		return fmt.Errorf("%s has white space around it; write %s", finding.Quote(text), finding.Quote(trimmed))
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Errorf("%s contains a control character; remove it", finding.Quote(text))
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("%s is not valid UTF-8", finding.Quote(text))
	}
	return nil
}

func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !isTokenRune(r) })
}
