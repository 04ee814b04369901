package policy

import (
	"fmt"
	"maps"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Rule is one demand of a team on the metadata of its objects.
type Rule struct {
	Name        string // unique in the policy; findings carry it
	Description string // ends every finding: why the rule is there, whom to ask

	// Buckets and Keys say which objects are meant: those that match one of the globs
	// of each; none means all. "*" stops at a slash, "**" between slashes does not,
	// and "{a,b}", "?" and "[a-z]" work as in a shell.
	Buckets, Keys []string

	Headers    map[string]Demand // by standard header, in any case of letters
	Metadata   map[string]Demand // by metadata name, without the x-oss-meta- prefix
	OnlyListed bool              // metadata that Metadata does not list is forbidden
	Severity   finding.Severity  // of findings: Error stops the plan
}

// Demand is what a rule asks of one header or metadata entry. All that is set must
// hold; the zero value allows anything.
type Demand struct {
	Required  bool     // the object must have it
	Forbidden bool     // the object must not have it
	Values    []string // it must be one of these; nil means any
	Pattern   string   // a regular expression (RE2) that must match the whole value; "" means any
	MaxLength int      // it may have so many characters, counted in Unicode code points; 0 means any number
}

// Object is what a policy looks at. Whatever is not known yet is left unjudged: no
// finding is given that a later value could take back.
type Object struct {
	Bucket, Key string            // "" while unknown: then only rules that ask nothing of it apply
	Headers     map[string]string // the known standard headers, by name
	Metadata    map[string]string // the known metadata, by name without prefix

	UnknownHeaders  []string // headers that may or may not be there
	UnknownMetadata []string // metadata entries whose value is not known yet
	MetadataUnknown bool     // entries may exist beyond those named above
}

// Policy is a checked set of rules. Its zero value, and nil, demand nothing. It may
// be used by several goroutines at once.
type Policy struct{ rules []compiledRule }

type compiledRule struct {
	Rule
	headers, metadata []compiledDemand // sorted by name; headers in canonical spelling
}

type compiledDemand struct {
	Demand
	name    string
	pattern *regexp.Regexp // anchored; nil without a Pattern
}

// policySummary is the title of every finding of a policy.
const policySummary = "Metadata Policy Violation"

// Check reports which rules the object breaks: in the order of the rules, headers
// before metadata, each sorted by name. Finding.Rule is the name of the rule;
// Finding.Name is a header in canonical spelling, which has a capital letter, or a
// metadata name in lower case.
func (p *Policy) Check(o Object) []finding.Finding {
	if p == nil {
		return nil
	}
	subject := newSubject(o)
	var found []finding.Finding
	for i := range p.rules {
		if r := &p.rules[i]; r.appliesTo(o.Bucket, o.Key) {
			found = append(found, r.check(subject)...)
		}
	}
	return found
}

// Concerns reports whether any rule speaks about the objects with this bucket and key, so that those which none
// speaks about need not be looked at.
func (p *Policy) Concerns(bucket, key string) bool {
	return p != nil && slices.ContainsFunc(p.rules, func(r compiledRule) bool { return r.appliesTo(bucket, key) })
}

func (r *compiledRule) appliesTo(bucket, key string) bool {
	return matchesAny(r.Buckets, bucket) && matchesAny(r.Keys, key)
}

// matchesAny: no globs mean all; an unknown name, "", matches no glob.
func matchesAny(globs []string, name string) bool {
	if len(globs) == 0 {
		return true
	}
	if name == "" {
		return false
	}
	return slices.ContainsFunc(globs, func(g string) bool { return doublestar.MatchUnvalidated(g, name) })
}

// subject is an object with its names spelt as in compiled rules.
type subject struct {
	headers, metadata values
	where             string // "object … in bucket …"
}

type values struct {
	known   map[string]string
	unknown map[string]bool
	open    bool // more may exist than is named
}

func newSubject(o Object) subject {
	where := "the object"
	if o.Key != "" {
		where = "object " + finding.Quote(o.Key)
	}
	if o.Bucket != "" {
		where += " in bucket " + finding.Quote(o.Bucket)
	}
	return subject{
		headers:  newValues(o.Headers, o.UnknownHeaders, false, textproto.CanonicalMIMEHeaderKey),
		metadata: newValues(o.Metadata, o.UnknownMetadata, o.MetadataUnknown, strings.ToLower),
		where:    where,
	}
}

func newValues(known map[string]string, unknown []string, open bool, spell func(string) string) values {
	v := values{known: make(map[string]string, len(known)), unknown: make(map[string]bool, len(unknown)), open: open}
	for name, value := range known {
		v.known[spell(name)] = value
	}
	for _, name := range unknown {
		v.unknown[spell(name)] = true
	}
	return v
}

func (r *compiledRule) check(s subject) []finding.Finding {
	var found []finding.Finding
	for _, d := range r.headers {
		if fault := d.check("header", s.headers); fault != "" {
			found = append(found, r.violation(d.name, s.where, fault))
		}
	}
	for _, d := range r.metadata {
		if fault := d.check("metadata", s.metadata); fault != "" {
			found = append(found, r.violation(d.name, s.where, fault))
		}
	}
	if r.OnlyListed {
		for _, name := range slices.Sorted(maps.Keys(s.metadata.known)) {
			if _, listed := r.find(name); !listed {
				found = append(found, r.violation(name, s.where, r.notListed(name)))
			}
		}
	}
	return found
}

func (r *compiledRule) find(name string) (int, bool) {
	return slices.BinarySearchFunc(r.metadata, name, func(d compiledDemand, name string) int { return strings.Compare(d.name, name) })
}

// check returns what is wrong as a sentence that begins after "of object … ", or "".
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
	if fault := d.fault(value); fault != "" {
		return fmt.Sprintf("has the %s %s with the value %s, which %s.", kind, finding.Quote(d.name), finding.Quote(value), fault)
	}
	return ""
}

// fault returns what is wrong with a value, as the end of a sentence, or "".
func (d *compiledDemand) fault(value string) string {
	switch {
	case d.Values != nil && !slices.Contains(d.Values, value):
		if near := finding.Nearest(value, d.Values); near != "" {
			return fmt.Sprintf("is not allowed; write %s", finding.QuoteLong(near))
		}
		return "is not allowed; write " + finding.OneOf("", d.Values)
	case d.pattern != nil && !d.pattern.MatchString(value):
		return fmt.Sprintf("does not match the pattern %s as a whole; write one that does", finding.QuoteLong(d.Pattern))
	case d.MaxLength > 0 && len(value) > d.MaxLength && utf8.RuneCountInString(value) > d.MaxLength:
		return fmt.Sprintf("has %d characters, and the limit is %d; shorten it", utf8.RuneCountInString(value), d.MaxLength)
	}
	return ""
}

// hint says what a missing value may be.
func (d *compiledDemand) hint() string {
	switch {
	case len(d.Values) > 0:
		return " with " + finding.OneOf("the value", d.Values)
	case d.Pattern != "":
		return " with a value that matches the pattern " + finding.QuoteLong(d.Pattern) + " as a whole"
	case d.MaxLength > 0:
		return fmt.Sprintf(" with a value of at most %d characters", d.MaxLength)
	}
	return ""
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

// descriptionLimit is how many bytes of a description a finding repeats.
const descriptionLimit = 300

func (r *compiledRule) violation(name, where, fault string) finding.Finding {
	detail := fmt.Sprintf("Rule %s: %s %s", finding.Quote(r.Name), where, fault)
	if description := strings.Join(strings.Fields(r.Description), " "); description != "" {
		detail += " " + strings.TrimRight(finding.Cut(description, descriptionLimit), ".") + "."
	}
	return finding.Finding{Rule: r.Name, Name: name, Severity: r.Severity, Summary: policySummary, Detail: detail}
}
