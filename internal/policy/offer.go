package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// Offer is what a signed form lets somebody else upload.
type Offer struct {
	Object                // what every upload has; Content-Type stands below, and Key is "" where the uploader chooses it
	Prefix       string   // what every key begins with where Key is ""
	ContentTypes []string // those that the uploader chooses from; "image/*" stands for all that begin with "image/"; nil is any
}

// CheckOffer reports which rules an upload breaks that sends what the form lists and whose key and type are any that the
// form allows. What somebody adds to a form cannot be known: OSS takes fields that the form's policy does not name. Where a
// rule speaks about some of the keys that the form allows and not about all, a finding is a warning.
func (p *Policy) CheckOffer(o Offer) []Violation {
	if p == nil {
		return nil
	}
	const contentType = "Content-Type"
	o.UnknownHeaders = append(slices.Clone(o.UnknownHeaders), contentType)
	s := subject{Object: o.Object}
	s.spelt()
	var found []Violation
	for i := range p.rules {
		r := &p.rules[i]
		reach := r.reach(o)
		if reach == reachesNone {
			continue
		}
		where := s
		if o.Key == "" {
			where.where = reach.where(o)
		}
		broken := r.check(&where)
		for _, d := range r.headers {
			if fault := d.typeFault(o.ContentTypes); d.name == contentType && fault != "" {
				broken = append(broken, r.violation(&where, Headers, contentType, fault))
			}
		}
		if reach == reachesSome {
			for i := range broken {
				broken[i].Severity = finding.Warning
			}
		}
		found = append(found, broken...)
	}
	return found
}

// typeFault returns why one of the types breaks a demand, as a sentence after "an object …", or "". OSS gives every object
// a type, so that one is always there.
func (d *compiledDemand) typeFault(types []string) string {
	describes := d.Values != nil || d.pattern != nil || d.MaxLength > 0
	open := types == nil || slices.ContainsFunc(types, func(t string) bool { return strings.HasSuffix(t, "*") })
	switch {
	case d.Forbidden:
		return "has the header \"Content-Type\", which is forbidden, and OSS gives every object one. Leave the object out of the rule."
	case !describes:
		return ""
	case open:
		return "may have any Content-Type that the uploader chooses. Set content_types to those that the rule allows" + strings.Replace(d.hint(), " with", ":", 1) + "."
	}
	for _, t := range types {
		if fault, advice := d.about(d.ofValue(t)); fault != "" {
			return fmt.Sprintf("may have a Content-Type that %s. %s.", fault, advice)
		}
	}
	return ""
}

// reach says about how many of the keys of an offer a rule speaks.
type reach int

const (
	reachesNone reach = iota
	reachesSome
	reachesAll
)

// reach is about all keys only where that is plain, and about some where no key rules it out.
func (r *compiledRule) reach(o Offer) reach {
	if !matchesAny(r.buckets, o.Bucket) {
		return reachesNone
	}
	if o.Key != "" {
		if r.judges(o.Bucket, o.Key) {
			return reachesAll
		}
		return reachesNone
	}
	of := reachesAll
	if len(r.Keys) > 0 {
		of = reachBelow(r.Keys, o.Prefix)
	}
	for _, e := range r.Except {
		switch reachBelow(e.Keys, o.Prefix) {
		case reachesAll:
			return reachesNone
		case reachesSome:
			of = min(of, reachesSome)
		}
	}
	return of
}

// reachBelow says how many of the keys with a prefix the globs match.
func reachBelow(globs []string, prefix string) reach {
	most := reachesNone
	for _, glob := range globs {
		switch {
		case coversBelow(glob, prefix):
			return reachesAll
		case meetsBelow(glob, prefix):
			most = reachesSome
		}
	}
	return most
}

// coversBelow reports whether a glob plainly matches every key with a prefix: "**", and "a/**" for "a/" and longer ones.
func coversBelow(glob, prefix string) bool {
	literal, ok := strings.CutSuffix(glob, "**")
	return ok && !strings.ContainsAny(literal, rules.GlobSpecial) && strings.HasPrefix(prefix, literal)
}

// meetsBelow reports whether a glob may match a key with a prefix. It may say so of one that does not.
func meetsBelow(glob, prefix string) bool {
	if strings.ContainsAny(glob, `{[\`) { // these may hold a slash
		literal := rules.GlobPrefix(glob)
		return strings.HasPrefix(prefix, literal) || strings.HasPrefix(literal, prefix)
	}
	globs, parts := strings.Split(glob, "/"), strings.Split(prefix, "/")
	for i, part := range parts {
		last := i == len(parts)-1 // not complete: the key goes on
		switch {
		case i == len(globs):
			return false
		case globs[i] == "**":
			return true
		case last:
			literal := rules.GlobPrefix(globs[i])
			return strings.HasPrefix(part, literal) && literal != globs[i] || strings.HasPrefix(literal, part)
		case !rules.MatchKey(globs[i], part):
			return false
		}
	}
	return true
}

func (r reach) where(o Offer) string {
	bucket := " in bucket " + finding.Quote(o.Bucket)
	switch {
	case r == reachesSome && o.Prefix == "":
		return "an object whose key matches the rule's," + bucket + ","
	case r == reachesSome:
		return "an object whose key begins with " + finding.Quote(o.Prefix) + " and matches the rule's," + bucket + ","
	case o.Prefix == "":
		return "an object with any key" + bucket
	}
	return "an object whose key begins with " + finding.Quote(o.Prefix) + bucket
}
