// Package policy holds objects against the rules of a team: it reads them, refuses those that contradict each other, says
// what one object breaks, and adds up what many do. It is pure.
package policy

import (
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Rule is one demand of a team on its objects.
type Rule struct {
	Name        string // unique in the policy; violations carry it
	Description string // ends every message: why the rule is there, whom to ask

	// Buckets and Keys say which objects are meant: those that match one of the globs
	// of each; none means all. "*" stops at a slash, "**" between slashes does not,
	// and "{a,b}", "?" and "[a-z]" work as in a shell.
	Buckets, Keys []string
	Except        []Exception // objects that are let off, each with its reason

	Headers      map[string]Demand // by standard header, in any case of letters
	Metadata     map[string]Demand // by metadata name, without the x-oss-meta- prefix
	OnlyListed   bool              // metadata that Metadata does not list is forbidden
	Tags         map[string]Demand // by the key of the tag
	ACL          []string          // the object's own ACL must be one of these; nil means any
	StorageClass []string          // the storage class must be one of these; nil means any

	Severity finding.Severity // of violations: Error stops the plan
	Since    time.Time        // an object that was last modified before it is only warned of; zero is no such time
}

// Exception lets objects off a rule.
type Exception struct {
	Keys   []string // globs
	Reason string
}

// Demand is what a rule asks of one header, metadata entry or tag. All that is set must
// hold; the zero value allows anything.
type Demand struct {
	Required  bool     // the object must have it
	Forbidden bool     // the object must not have it
	Values    []string // it must be one of these; nil means any
	Pattern   string   // a regular expression (RE2) that must match the whole value; "" means any
	MaxLength int      // it may have so many characters, counted in Unicode code points; 0 means any number
}

// Object is what a policy looks at. Whatever is not known yet is left unjudged: no
// violation is given that a later value could take back.
type Object struct {
	Bucket, Key  string            // "" while unknown: then only rules that ask nothing of it apply
	Headers      map[string]string // the known standard headers, by name
	Metadata     map[string]string // the known metadata, by name without prefix
	Tags         map[string]string // the known tags
	ACL          string            // "" while unknown; an object without an ACL of its own has "default"
	StorageClass string            // "" while unknown

	UnknownHeaders  []string // headers that may or may not be there
	UnknownMetadata []string // metadata entries whose value is not known yet
	UnknownTags     []string // tags whose value is not known yet
	MetadataUnknown bool     // entries may exist beyond those named above
	TagsUnknown     bool     // the same for tags

	LastModified time.Time // zero is an object of which a plan decides
}

// Policy is a checked set of rules. Its zero value, and nil, demand nothing. It may
// be used by several goroutines at once.
type Policy struct{ rules []compiledRule }

type compiledRule struct {
	Rule
	buckets, keys           []glob
	except                  [][]glob         // of each exception
	headers, metadata, tags []compiledDemand // sorted by name; headers in canonical spelling
	why                     string           // the description as a sentence
}

type compiledDemand struct {
	Demand
	name    string
	pattern *regexp.Regexp // anchored; nil without a Pattern
	said    [faults]string // what is said of each fault; its words depend on no value
}

// Check reports which rules the object breaks: in the order of the rules, then headers, metadata, tags, ACL and storage
// class, each sorted by name.
func (p *Policy) Check(o Object) []Violation {
	if p == nil {
		return nil
	}
	subject := subject{Object: o}
	var found []Violation
	for i := range p.rules {
		if r := &p.rules[i]; r.judges(o.Bucket, o.Key) {
			found = append(found, r.check(subject.spelt())...)
		}
	}
	return found
}

// Need is what has to be known of an object to hold the rules against it, beyond what a list of objects shows: its key, its
// class and its time. Class says that a rule asks for the class.
type Need struct{ Headers, Tags, ACL, Class bool }

// Any reports whether anything is needed that a list does not tell.
func (n Need) Any() bool { return n.Headers || n.Tags || n.ACL }

// Concerns reports whether a rule is held against the objects with this bucket and key, and what has to be known for it.
func (p *Policy) Concerns(bucket, key string) (need Need, concerned bool) {
	if p == nil {
		return Need{}, false
	}
	for i := range p.rules {
		if r := &p.rules[i]; r.judges(bucket, key) {
			concerned = true
			need.Headers = need.Headers || len(r.headers) > 0 || len(r.metadata) > 0 || r.OnlyListed
			need.Tags = need.Tags || len(r.tags) > 0
			need.ACL = need.ACL || r.ACL != nil
			need.Class = need.Class || r.StorageClass != nil
		}
	}
	return need, concerned
}

// judges reports whether the rule is held against an object: it speaks about it, and none of its exceptions does.
func (r *compiledRule) judges(bucket, key string) bool {
	return r.appliesTo(bucket, key) && r.exception(key) == noException
}

// appliesTo: an unknown name, "", matches no glob.
func (r *compiledRule) appliesTo(bucket, key string) bool {
	return matchesAny(r.buckets, bucket) && matchesAny(r.keys, key)
}

// What exception returns beside the index of one.
const (
	noException  = -1
	anyException = -2 // the key is not known, so the object may be let off
)

// exception is the first that lets a key off.
func (r *compiledRule) exception(key string) int {
	if key == "" && len(r.except) > 0 {
		return anyException
	}
	for i, globs := range r.except {
		if matchesAny(globs, key) {
			return i
		}
	}
	return noException
}

// severity is that of a violation by an object: what was modified last before the rule came is only warned of.
func (r *compiledRule) severity(o Object) finding.Severity {
	if !o.LastModified.IsZero() && o.LastModified.Before(r.Since) {
		return finding.Warning
	}
	return r.Severity
}

// subject is an object with its names spelt as in compiled rules, once a rule asks for them.
type subject struct {
	Object
	headers, metadata, tags values
	where                   string // "object … in bucket …"
}

type values struct {
	known   map[string]string
	unknown map[string]bool
	open    bool // more may exist than is named
}

func (s *subject) spelt() *subject {
	if s.where != "" {
		return s
	}
	s.where = "the object"
	if s.Key != "" {
		s.where = "object " + finding.QuoteLong(s.Key)
	}
	if s.Bucket != "" {
		s.where += " in bucket " + finding.Quote(s.Bucket)
	}
	s.headers = newValues(s.Headers, s.UnknownHeaders, false, textproto.CanonicalMIMEHeaderKey)
	s.metadata = newValues(s.Metadata, s.UnknownMetadata, s.MetadataUnknown, strings.ToLower)
	s.tags = newValues(s.Tags, s.UnknownTags, s.TagsUnknown, strings.Clone)
	return s
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
