package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// filenameVariable is where OSS puts the name of the file that a form uploads (page "PostObject").
const filenameVariable = "${filename}"

// formRules hold for the key of a form and for the beginning of one.
var formRules = []limit{
	{"form-filename", finding.Error, "PostObject", func(_, key string) string {
		if !strings.Contains(key, filenameVariable) {
			return ""
		}
		return fmt.Sprintf("%s contains %q, in whose place OSS puts the name of the file. Write key_prefix with what stands before it; the form then has the key with %q behind the prefix.",
			finding.Quote(key), filenameVariable, filenameVariable)
	}},
}

// CheckFormKey reports what is wrong with the one key that a form can upload.
func CheckFormKey(key string) []finding.Finding {
	return append(CheckKey(key), check(formRules, "Invalid Object Key", "", "", key)...)
}

// CheckFormPrefix reports what is wrong with what every key begins with that a form can upload.
func CheckFormPrefix(prefix string) []finding.Finding {
	if prefix == "" {
		return []finding.Finding{{Rule: "form-prefix-empty", Severity: finding.Warning, Summary: "Form for Every Key",
			Detail: "The prefix is empty, so that whoever has the form can replace every object of the bucket. Write one, such as \"uploads/\"."}}
	}
	return CheckFormKey(prefix)
}

// CheckFormTypes reports what is wrong with the content types that a form lets the uploader choose from. A finding is about
// the type that is its Name.
func CheckFormTypes(types []string) []finding.Finding {
	var found []finding.Finding
	for _, t := range slices.Sorted(slices.Values(types)) {
		if !strings.Contains(t, "*") {
			for _, v := range CheckHeader("Content-Type", t) {
				v.Name = t
				found = append(found, v)
			}
			continue
		}
		detail := ""
		switch kind, plain := strings.CutSuffix(t, "/*"); {
		case t == "*" || t == "*/*":
			detail = "%s stands for every type. Leave content_types out to allow any."
		case !plain || !isToken(kind) || strings.Contains(kind, "*"):
			detail = "%s is not a content type. Write one such as \"image/png\", or \"image/*\" for all images."
		case len(types) > 1: // a policy compares a field with one beginning, or with a list
			detail = "%s stands for all types that begin alike, and OSS takes that for one entry alone. Write the types one by one, or this entry without the others."
		default:
			continue
		}
		found = append(found, finding.Finding{Rule: "form-types", Name: t, Severity: finding.Error, Summary: "Invalid Content Types", Detail: fmt.Sprintf(detail, finding.Quote(t))})
	}
	return found
}
