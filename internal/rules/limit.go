package rules

import (
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// limit is one line of a table of what OSS allows. fault returns the detail of a violation, or
// "" when name and value obey.
type limit struct {
	slug     string
	severity finding.Severity
	source   string // where OSS, a standard or an experiment says so
	fault    func(name, value string) string
}

// check runs a table over one name and value. place becomes Finding.Name; a summary that says "Invalid" is that of
// an error, and becomes "Questionable" for a warning.
func check(table []limit, summary, place, name, value string) []finding.Finding {
	var found []finding.Finding
	for _, r := range table {
		if detail := r.fault(name, value); detail != "" {
			title := summary
			if r.severity == finding.Warning { // what OSS takes is not invalid
				title = strings.Replace(summary, "Invalid", "Questionable", 1)
			}
			found = append(found, finding.Finding{
				Rule: r.slug, Name: place, Severity: r.severity, Summary: title, Detail: detail,
			})
		}
	}
	return found
}
