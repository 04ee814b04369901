package policy

import (
	"fmt"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// contradictions finds pairs of rules that are certain to meet on some object and
// that no object can obey together. Whether two globs meet is decided where that is
// plain (no globs, equal ones, a name without wildcards that the other matches), so
// a contradiction may be missed but none is made up.
func contradictions(rules []compiledRule) []Mistake {
	var errs []Mistake
	for j := range rules {
		for i := range j {
			a, b := &rules[i], &rules[j]
			if !meet(a.Buckets, b.Buckets, nil) || !meet(a.Keys, b.Keys, slices.Concat(a.except, b.except)) {
				continue
			}
			errs = append(errs, clashes(a, b, fmt.Sprintf("rules[%d].headers", j), a.headers, b.headers)...)
			errs = append(errs, clashes(a, b, fmt.Sprintf("rules[%d].metadata", j), a.metadata, b.metadata)...)
			errs = append(errs, clashes(a, b, fmt.Sprintf("rules[%d].tags", j), a.tags, b.tags)...)
			errs = append(errs, disjoint(a, b, fmt.Sprintf("rules[%d].acl", j), a.ACL, b.ACL)...)
			errs = append(errs, disjoint(a, b, fmt.Sprintf("rules[%d].storage_class", j), a.StorageClass, b.StorageClass)...)
			errs = append(errs, unlisted(a, b, fmt.Sprintf("rules[%d].metadata", j))...)
			errs = append(errs, unlisted(b, a, fmt.Sprintf("rules[%d].metadata", i))...)
		}
	}
	return errs
}

// meet reports whether a name is certain to match both lists of globs and none of the exceptions.
func meet(a, b []string, except [][]glob) bool {
	if len(a) == 0 || len(b) == 0 {
		a, b = slices.Concat(a, b), slices.Concat(a, b)
		if len(a) == 0 {
			return len(except) == 0
		}
	}
	for _, x := range a {
		for _, y := range b {
			narrow := x
			switch {
			case x == y, rules.IsLiteralGlob(x) && doublestar.MatchUnvalidated(y, x):
			case rules.IsLiteralGlob(y) && doublestar.MatchUnvalidated(x, y):
				narrow = y
			default:
				continue
			}
			// What is left of a glob beside exceptions is not decided.
			if len(except) == 0 || rules.IsLiteralGlob(narrow) && !slices.ContainsFunc(except, func(globs []glob) bool { return matchesAny(globs, narrow) }) {
				return true
			}
		}
	}
	return false
}

// disjoint finds two lists of what may be that have nothing in common.
func disjoint(first, second *compiledRule, place string, a, b []string) []Mistake {
	if a == nil || b == nil || slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) }) {
		return nil
	}
	return []Mistake{{Place: place, Detail: fmt.Sprintf("Nothing is on both lists, that of rule %s and that of rule %s, which speak about the same objects. Merge the two.",
		finding.Quote(second.Name), finding.Quote(first.Name))}}
}

// clashes looks at entries that both rules speak of. Without one of them requiring
// the entry, leaving it out obeys both. A detail names the rules instead of giving
// their paths: the caller may know the list by another path than Place does.
func clashes(first, second *compiledRule, place string, a, b []compiledDemand) []Mistake {
	var errs []Mistake
	for _, y := range b {
		for _, x := range a {
			if x.name != y.name || !x.Required && !y.Required {
				continue
			}
			detail, names := "", []any{finding.Quote(second.Name), finding.Quote(first.Name)}
			switch {
			case x.Forbidden:
				detail = fmt.Sprintf("Rule %s requires this entry, and rule %s forbids it on the same objects. Remove one of the demands, or tell the objects apart with buckets or keys.", names...)
			case y.Forbidden:
				detail = fmt.Sprintf("Rule %s forbids this entry, and rule %s requires it on the same objects. Remove one of the demands, or tell the objects apart with buckets or keys.", names...)
			case !compatible(x, y):
				detail = fmt.Sprintf("No value that is listed obeys both rule %s and rule %s, which speak about this entry of the same objects. Merge the two demands.", names...)
			}
			if detail != "" {
				errs = append(errs, Mistake{Place: place + "[" + finding.Quote(y.name) + "]", Detail: detail})
			}
		}
	}
	return errs
}

// compatible reports whether a listed value obeys both demands; without a list, that
// is taken for granted.
func compatible(x, y compiledDemand) bool {
	candidates := x.Values
	if candidates == nil {
		candidates = y.Values
	}
	return candidates == nil || slices.ContainsFunc(candidates, func(v string) bool { return x.ofValue(v) == noFault && y.ofValue(v) == noFault })
}

// unlisted looks for metadata that rule b, whose metadata is at place, requires and
// rule a does not list.
func unlisted(a, b *compiledRule, place string) []Mistake {
	if !a.OnlyListed {
		return nil
	}
	var errs []Mistake
	for _, d := range b.metadata {
		if _, listed := a.find(d.name); d.Required && !listed {
			errs = append(errs, Mistake{
				Place:  place + "[" + finding.Quote(d.name) + "]",
				Detail: fmt.Sprintf("Rule %s requires this entry, and rule %s allows only the metadata it lists, on the same objects, and does not list it. Add it there, or remove one of the demands.", finding.Quote(b.Name), finding.Quote(a.Name)),
			})
		}
	}
	return errs
}
