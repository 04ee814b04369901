package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Tally sums up what many objects break, one after the other. It keeps no object, and of what is broken one group for each
// way of breaking a rule. It is for one goroutine.
type Tally struct {
	policy *Policy
	names  int
	rules  []RuleTally
	groups []*Group
	known  map[groupKey]*Group

	// Objects is how many there were, Errors and Warnings how many violations of each severity, and Ungrouped how many of them
	// are in no group, since there were too many ways of breaking a rule.
	Objects, Errors, Warnings, Ungrouped int
}

// RuleTally is what became of one rule.
type RuleTally struct {
	Rule     string
	Severity finding.Severity
	Checked  int // objects that the rule was held against
	Broken   int // of these, how many break it
	Excepted int // objects that the rule speaks about and lets off
	// Exceptions are those of the rule in their order.
	Exceptions []ExceptionTally
}

// ExceptionTally is how many objects an exception lets off.
type ExceptionTally struct {
	Reason  string
	Objects int
}

// Group is one way in which a rule is broken, and who does so.
type Group struct {
	Violation          // of the first object
	Bucket    string   // where all of them are
	Objects   int      // how many there are
	Keys      []string // the first of them
}

type groupKey struct {
	rule, part, name, fault, bucket string
	severity                        finding.Severity
}

// mostGroups bounds what a tally keeps, whatever names metadata has.
const mostGroups = 1000

// Tally begins a tally of the policy that names so many objects in each group.
func (p *Policy) Tally(names int) *Tally {
	t := &Tally{policy: p, names: names, known: map[groupKey]*Group{}}
	if p == nil {
		return t
	}
	for i := range p.rules {
		r := &p.rules[i]
		of := RuleTally{Rule: r.Name, Severity: r.Severity}
		for _, e := range r.Except {
			of.Exceptions = append(of.Exceptions, ExceptionTally{Reason: e.Reason})
		}
		t.rules = append(t.rules, of)
	}
	return t
}

// Add counts an object and what Check has found in it.
func (t *Tally) Add(bucket, key string, found []Violation) {
	t.Objects++
	t.count(bucket, key, found)
	for _, v := range found {
		if v.Severity == finding.Error {
			t.Errors++
		} else {
			t.Warnings++
		}
		t.group(bucket, key, v)
	}
}

// Excepted counts an object that nothing is found in because no rule is held against it.
func (t *Tally) Excepted(bucket, key string) { t.count(bucket, key, nil) }

func (t *Tally) count(bucket, key string, found []Violation) {
	for i := range t.rules {
		r := &t.policy.rules[i]
		if !r.appliesTo(bucket, key) {
			continue
		}
		switch e := r.exception(key); {
		case e >= 0:
			t.rules[i].Excepted++
			t.rules[i].Exceptions[e].Objects++
		case e == noException:
			t.rules[i].Checked++
			if slices.ContainsFunc(found, func(v Violation) bool { return v.Rule == r.Name }) {
				t.rules[i].Broken++
			}
		}
	}
}

func (t *Tally) group(bucket, key string, v Violation) {
	is := groupKey{v.Rule, v.Part, v.Name, v.Fault, bucket, v.Severity}
	g := t.known[is]
	switch {
	case g != nil:
	case len(t.groups) >= mostGroups:
		t.Ungrouped++
		return
	default:
		g = &Group{Violation: v, Bucket: bucket}
		t.known[is] = g
		t.groups = append(t.groups, g)
	}
	g.Objects++
	if len(g.Keys) < t.names {
		g.Keys = append(g.Keys, key)
	}
}

// Rules are the rules in the order of the policy.
func (t *Tally) Rules() []RuleTally { return t.rules }

// Groups are the ways in which rules are broken, errors first, and among these what most objects do.
func (t *Tally) Groups() []Group {
	list := make([]Group, len(t.groups))
	for i, g := range t.groups {
		list[i] = *g
	}
	slices.SortStableFunc(list, func(a, b Group) int {
		if a.Severity != b.Severity {
			return int(a.Severity) - int(b.Severity)
		}
		return b.Objects - a.Objects
	})
	return list
}

// Summed is the violation in words about all objects of the group: how many there are, and which are the first.
func (g Group) Summed() finding.Finding {
	if g.Objects < 2 {
		return g.Finding
	}
	where := fmt.Sprintf("each of %d objects", g.Objects)
	if g.Bucket != "" {
		where += " in bucket " + finding.Quote(g.Bucket)
	}
	f := g.Finding
	f.Detail = g.say(where)
	if len(g.Keys) == 0 {
		return f
	}
	names := make([]string, len(g.Keys))
	for i, key := range g.Keys {
		names[i] = finding.QuoteLong(key)
	}
	last := len(names) - 1
	switch more := g.Objects - len(names); {
	case more > 0:
		f.Detail += fmt.Sprintf(" They are %s and %d more.", strings.Join(names, ", "), more)
	default:
		f.Detail += fmt.Sprintf(" They are %s and %s.", strings.Join(names[:last], ", "), names[last])
	}
	return f
}
