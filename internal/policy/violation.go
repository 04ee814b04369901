package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// The parts of an object that rules speak about, as they are called in a policy.
const (
	Headers      = "headers"
	Metadata     = "metadata"
	Tags         = "tags"
	ACL          = "acl"
	StorageClass = "storage_class"
)

// Violation is one thing in which an object breaks a rule. Its Rule is the name of the team's rule; its Name is a header
// in canonical spelling, a metadata name, the key of a tag, or "" for the ACL and the class. No word of it depends on the
// value that is wrong, which may be a secret.
type Violation struct {
	finding.Finding
	Part string // which part of the object breaks it
	// Fault says what is wrong and what to do about it, the same for every object: "lacks the header …. Add it."
	Fault string
	// Why is the description of the rule as a sentence, or "".
	Why string
}

// Place is where the violation is in an object, as an expression: headers["Cache-Control"], or acl.
func (v Violation) Place() string {
	if v.Name == "" {
		return v.Part
	}
	return v.Part + "[" + finding.Quote(v.Name) + "]"
}

// Findings are the violations without what only a policy knows of them.
func Findings(list []Violation) []finding.Finding {
	found := make([]finding.Finding, len(list))
	for i, v := range list {
		found[i] = v.Finding
	}
	return found
}

// summary is the title of every violation.
const summary = "Metadata Policy Violation"

// descriptionLimit is how many bytes of a description a violation repeats.
const descriptionLimit = 300

func (r *compiledRule) violation(s *subject, part, name, fault string) Violation {
	v := Violation{Part: part, Fault: fault, Why: strings.Join(strings.Fields(r.Description), " ")}
	if v.Why != "" {
		v.Why = strings.TrimRight(finding.Cut(v.Why, descriptionLimit), ".") + "."
	}
	v.Finding = finding.Finding{Rule: r.Name, Name: name, Severity: r.severity(s.Object), Summary: summary}
	v.Detail = v.say(s.where)
	return v
}

// say says what is wrong with the object that where names.
func (v Violation) say(where string) string {
	return strings.TrimSpace(fmt.Sprintf("Rule %s: %s %s %s", finding.Quote(v.Rule), where, v.Fault, v.Why))
}

// check holds the rule against an object.
func (r *compiledRule) check(s *subject) []Violation {
	var found []Violation
	add := func(part, name, fault string) {
		if fault != "" {
			found = append(found, r.violation(s, part, name, fault))
		}
	}
	for _, d := range r.headers {
		add(Headers, d.name, d.check("header", s.headers))
	}
	for _, d := range r.metadata {
		add(Metadata, d.name, d.check("metadata", s.metadata))
	}
	if r.OnlyListed {
		for _, name := range slices.Sorted(maps.Keys(s.metadata.known)) {
			if _, listed := r.find(name); !listed {
				add(Metadata, name, r.notListed(name))
			}
		}
	}
	for _, d := range r.tags {
		add(Tags, d.name, d.check("tag", s.tags))
	}
	add(ACL, "", notAmong("an ACL", r.ACL, s.ACL))
	add(StorageClass, "", notAmong("a storage class", r.StorageClass, s.StorageClass))
	return found
}

// notAmong says that a value is none of those that are allowed, if any are named and the value is known.
func notAmong(kind string, allowed []string, value string) string {
	if allowed == nil || value == "" || slices.Contains(allowed, value) {
		return ""
	}
	return fmt.Sprintf("has %s that is not allowed. Make it %s.", kind, finding.OneOf("", allowed))
}

func (r *compiledRule) find(name string) (int, bool) {
	return slices.BinarySearchFunc(r.metadata, name, func(d compiledDemand, name string) int { return strings.Compare(d.name, name) })
}

// check returns what is wrong as a sentence that begins after "object … ", or "".
func (d *compiledDemand) check(kind string, in values) string {
	if in.unknown[d.name] {
		return ""
	}
	value, present := in.known[d.name]
	switch {
	case !present && d.Required && !in.open:
		return fmt.Sprintf("lacks the %s %s. Add it%s.", kind, finding.Quote(d.name), d.hint())
	case !present:
		return ""
	case d.Forbidden:
		return fmt.Sprintf("has the %s %s, which is forbidden. Remove it.", kind, finding.Quote(d.name))
	}
	if fault, advice := d.fault(value); fault != "" {
		return fmt.Sprintf("has the %s %s with a value that %s. %s.", kind, finding.Quote(d.name), fault, advice)
	}
	return ""
}

// fault returns what is wrong with a value, as the end of a sentence that does not repeat it, and what to do; or "".
func (d *compiledDemand) fault(value string) (fault, advice string) {
	switch {
	case d.Values != nil && !slices.Contains(d.Values, value):
		return "is not allowed", "Write " + finding.OneOf("", d.Values)
	case d.pattern != nil && !d.pattern.MatchString(value):
		return "does not match the pattern " + finding.QuoteLong(d.Pattern) + " as a whole", "Write one that does"
	case d.MaxLength > 0 && len(value) > d.MaxLength && utf8.RuneCountInString(value) > d.MaxLength:
		return "has more than " + characters(d.MaxLength), "Shorten it"
	}
	return "", ""
}

// hint says what a missing value may be.
func (d *compiledDemand) hint() string {
	switch {
	case len(d.Values) > 0:
		return " with " + finding.OneOf("the value", d.Values)
	case d.Pattern != "":
		return " with a value that matches the pattern " + finding.QuoteLong(d.Pattern) + " as a whole"
	case d.MaxLength > 0:
		return " with a value of at most " + characters(d.MaxLength)
	}
	return ""
}

func characters(n int) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

func (r *compiledRule) notListed(name string) string {
	names := make([]string, len(r.metadata))
	for i, d := range r.metadata {
		names[i] = d.name
	}
	fault := fmt.Sprintf("has the metadata %s, which is not on the list of allowed names.", finding.Quote(name))
	if near := finding.Nearest(name, names); near != "" {
		return fault + fmt.Sprintf(" Did you mean %s?", finding.Quote(near))
	}
	if len(names) == 0 {
		return fault + " Remove it: no metadata is allowed."
	}
	return fault + " Remove it, or use " + finding.OneOf("", names) + "."
}
