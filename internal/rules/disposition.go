package rules

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// dispositionRules hold for the type of a Content-Disposition that ContentDisposition writes.
var dispositionRules = []limit{
	{"disposition-type", finding.Error, "RFC 6266, section 4.2", func(_, kind string) string {
		if kind == "attachment" || kind == "inline" {
			return ""
		}
		if near := finding.Nearest(kind, []string{"attachment", "inline"}); near != "" {
			return fmt.Sprintf("The type is not one of a disposition. Did you mean %q?", near)
		}
		return "The type is not one of a disposition. Write \"attachment\" to have the object saved, \"inline\" to have it shown."
	}},
}

// filenameRules hold for the name of a file in a Content-Disposition.
var filenameRules = []limit{
	{"filename-empty", finding.Error, "RFC 6266, section 4.3", func(_, name string) string {
		if name != "" {
			return ""
		}
		return "The file name is empty. Write one, such as \"report.pdf\"."
	}},
	{"filename-utf8", finding.Error, "RFC 8187, section 3.2", func(_, name string) string {
		if utf8.ValidString(name) {
			return ""
		}
		return "The file name is not valid UTF-8. Re-encode it."
	}},
	{"filename-path", finding.Error, "RFC 6266, section 4.3", func(_, name string) string {
		if !strings.ContainsAny(name, `/\`) {
			return ""
		}
		return "The file name is a path, which browsers cut or replace. Write a name without slashes; the function basename takes the last part."
	}},
	{"filename-control", finding.Error, "RFC 6266, section 4.3", func(_, name string) string {
		what, found := finding.FirstPlace(name, unicode.IsControl)
		if !found {
			return ""
		}
		return fmt.Sprintf("The file name contains %s. Remove it.", what)
	}},
}

// CheckDispositionType reports what is wrong with the type that ContentDisposition is given.
func CheckDispositionType(kind string) []finding.Finding {
	return check(dispositionRules, "Invalid Disposition Type", "", "", kind)
}

// CheckFilename reports what is wrong with the file name that ContentDisposition is given.
func CheckFilename(name string) []finding.Finding {
	return check(filenameRules, "Invalid File Name", "", "", name)
}

// ContentDisposition writes a Content-Disposition that every browser reads as the type and the file name that are given,
// both of which the checks above accept. A name that not all of them read in double quotes goes into filename*, and
// filename keeps a spelling for those that don't know it (RFC 6266, appendix D).
func ContentDisposition(kind, name string) string {
	plain := strings.Map(func(r rune) rune {
		if misread(r) {
			return '_'
		}
		return r
	}, name)
	value := kind + `; filename="` + plain + `"`
	if plain != name {
		value += "; filename*=" + extendedValue(name)
	}
	return value
}

// misread reports whether browsers disagree about a character between double quotes: what has to be escaped there, what
// they take for percent-encoding or for an encoded word of mail, and what is not ASCII.
func misread(r rune) bool { return r >= utf8.RuneSelf || strings.ContainsRune(`"\%?`, r) }
