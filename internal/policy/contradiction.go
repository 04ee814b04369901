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
			if !meet(a.Buckets, b.Buckets) || !meet(a.Keys, b.Keys) {
				continue
			}
			errs = append(errs, clashes(a, b, fmt.Sprintf("rules[%d].headers", j), a.headers, b.headers)...)
			errs = append(errs, clashes(a, b, fmt.Sprintf("rules[%d].metadata", j), a.metadata, b.metadata)...)
			errs = append(errs, unlisted(a, b, fmt.Sprintf("rules[%d].metadata", j))...)
			errs = append(errs, unlisted(b, a, fmt.Sprintf("rules[%d].metadata", i))...)
		}
	}
	return errs
}

func meet(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return true
	}
	for _, x := range a {
		for _, y := range b {
			if x == y || rules.IsLiteralGlob(x) && doublestar.MatchUnvalidated(y, x) || rules.IsLiteralGlob(y) && doublestar.MatchUnvalidated(x, y) {
				return true
			}
		}
	}
	return false
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
				errs = append(errs, Mistake{place + "[" + finding.Quote(y.name) + "]", detail})
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
	return candidates == nil || slices.ContainsFunc(candidates, func(v string) bool { return x.fault(v) == "" && y.fault(v) == "" })
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
				place + "[" + finding.Quote(d.name) + "]",
				fmt.Sprintf("Rule %s requires this entry, and rule %s allows only the metadata it lists, on the same objects, and does not list it. Add it there, or remove one of the demands.", finding.Quote(b.Name), finding.Quote(a.Name)),
			})
		}
	}
	return errs
}
