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

// summary is the title of every violation.
const summary = "Metadata Policy Violation"

// descriptionLimit is how many bytes of a description a violation repeats.
const descriptionLimit = 300

func (r *compiledRule) violation(s *subject, part, name, fault string) Violation {
	v := Violation{Part: part, Fault: fault, Why: r.why}
	v.Finding = finding.Finding{Rule: r.Name, Name: name, Severity: r.severity(s.Object), Summary: summary}
	v.Detail = v.say(s.where)
	return v
}

// say says what is wrong with the object that where names.
func (v Violation) say(where string) string {
	said := "Rule " + finding.Quote(v.Rule) + ": " + where + " " + v.Fault
	if v.Why != "" {
		said += " " + v.Why
	}
	return said
}

// reason is a description as a sentence of bearable length, or "".
func reason(description string) string {
	why := strings.Join(strings.Fields(description), " ")
	if why != "" {
		why = strings.TrimRight(finding.Cut(why, descriptionLimit), ".") + "."
	}
	return why
}

// check holds the rule against an object.
func (r *compiledRule) check(s *subject) []Violation {
	var found []Violation
	add := func(part, name, fault string) {
		if fault != "" {
			found = append(found, r.violation(s, part, name, fault))
		}
	}
	for i := range r.headers {
		d := &r.headers[i]
		add(Headers, d.name, d.said[d.of(&s.headers)])
	}
	for i := range r.metadata {
		d := &r.metadata[i]
		add(Metadata, d.name, d.said[d.of(&s.metadata)])
	}
	if r.OnlyListed {
		for _, name := range slices.Sorted(maps.Keys(s.metadata.known)) {
			if _, listed := r.find(name); !listed {
				add(Metadata, name, r.notListed(name))
			}
		}
	}
	for i := range r.tags {
		d := &r.tags[i]
		add(Tags, d.name, d.said[d.of(&s.tags)])
	}
	add(ACL, "", notAmong("an ACL", r.ACL, s.ACL))
	add(StorageClass, "", notAmong("a storage class", r.StorageClass, s.StorageClass))
	return found
}

// notAmong says that a value is not one of those that are allowed, if any are named and the value is known.
func notAmong(kind string, allowed []string, value string) string {
	if allowed == nil || value == "" || slices.Contains(allowed, value) {
		return ""
	}
	return fmt.Sprintf("has %s that is not allowed. Make it %s.", kind, finding.OneOf("", allowed))
}

func (r *compiledRule) find(name string) (int, bool) {
	return slices.BinarySearchFunc(r.metadata, name, func(d compiledDemand, name string) int { return strings.Compare(d.name, name) })
}

// fault is a way in which an entry is not what a demand asks for.
type fault int

const (
	noFault fault = iota
	missing
	unwanted
	notAllowed
	mismatched
	tooLong
	faults // how many there are
)

// of returns the fault of an entry, as far as it is known.
func (d *compiledDemand) of(in *values) fault {
	if in.unknown[d.name] {
		return noFault
	}
	value, present := in.known[d.name]
	switch {
	case !present && d.Required && !in.open:
		return missing
	case !present:
		return noFault
	case d.Forbidden:
		return unwanted
	}
	return d.ofValue(value)
}

func (d *compiledDemand) ofValue(value string) fault {
	switch {
	case d.Values != nil && !slices.Contains(d.Values, value):
		return notAllowed
	case d.pattern != nil && !d.pattern.MatchString(value):
		return mismatched
	case d.MaxLength > 0 && len(value) > d.MaxLength && utf8.RuneCountInString(value) > d.MaxLength:
		return tooLong
	}
	return noFault
}

// words are those of each fault of an entry, said once: a sentence that begins after "object … ".
func (d *compiledDemand) words(kind string) (said [faults]string) {
	name := finding.Quote(d.name)
	said[missing] = fmt.Sprintf("lacks the %s %s. Add it%s.", kind, name, d.hint())
	said[unwanted] = fmt.Sprintf("has the %s %s, which is forbidden. Remove it.", kind, name)
	for _, f := range []fault{notAllowed, mismatched, tooLong} {
		what, advice := d.about(f)
		said[f] = fmt.Sprintf("has the %s %s with a value that %s. %s.", kind, name, what, advice)
	}
	return said
}

// about says of a value what is wrong with it, as the end of a sentence that does not repeat it, and what to do.
func (d *compiledDemand) about(f fault) (what, advice string) {
	switch {
	case f == notAllowed && len(d.Values) > 0:
		return "is not allowed", "Write " + finding.OneOf("", d.Values)
	case f == mismatched:
		return "does not match the pattern " + finding.QuoteLong(d.Pattern) + " as a whole", "Write one that does"
	case f == tooLong:
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
