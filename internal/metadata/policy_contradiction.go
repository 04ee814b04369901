package metadata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// contradictions finds pairs of rules that are certain to meet on some object and
// that no object can obey together. Whether two globs meet is decided where that is
// plain (no globs, equal ones, a name without wildcards that the other matches), so
// a contradiction may be missed but none is made up.
func contradictions(rules []compiledRule) []PolicyError {
	var errs []PolicyError
	for j := range rules {
		for i := range j {
			a, b := &rules[i], &rules[j]
			if !meet(a.Buckets, b.Buckets) || !meet(a.Keys, b.Keys) {
				continue
			}
			errs = append(errs, clashes(i, j, "headers", a.headers, b.headers)...)
			errs = append(errs, clashes(i, j, "metadata", a.metadata, b.metadata)...)
			errs = append(errs, unlisted(i, j, a, b)...)
			errs = append(errs, unlisted(j, i, b, a)...)
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
			if x == y || isLiteral(x) && doublestar.MatchUnvalidated(y, x) || isLiteral(y) && doublestar.MatchUnvalidated(x, y) {
				return true
			}
		}
	}
	return false
}

func isLiteral(glob string) bool { return !strings.ContainsAny(glob, globSpecial) }

// clashes looks at entries that both rules speak of. Without one of them requiring
// the entry, leaving it out obeys both.
func clashes(i, j int, field string, a, b []compiledDemand) []PolicyError {
	var errs []PolicyError
	for _, y := range b {
		for _, x := range a {
			if x.name != y.name || !x.Required && !y.Required {
				continue
			}
			detail := ""
			switch {
			case x.Forbidden:
				detail = fmt.Sprintf("rules[%d] forbids the same entry on the same objects. Remove one of the demands, or tell the objects apart with buckets or keys.", i)
			case y.Forbidden:
				detail = fmt.Sprintf("rules[%d] requires the same entry on the same objects. Remove one of the demands, or tell the objects apart with buckets or keys.", i)
			case !compatible(x, y):
				detail = fmt.Sprintf("No value on the list obeys rules[%d] as well, which speaks about the same entry of the same objects. Merge the two demands.", i)
			}
			if detail != "" {
				errs = append(errs, PolicyError{fmt.Sprintf("rules[%d].%s[%s]", j, field, quote(y.name)), detail})
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

// unlisted looks for metadata that rule b requires and rule a does not list.
func unlisted(i, j int, a, b *compiledRule) []PolicyError {
	if !a.OnlyListed {
		return nil
	}
	var errs []PolicyError
	for _, d := range b.metadata {
		if _, listed := a.find(d.name); d.Required && !listed {
			errs = append(errs, PolicyError{
				fmt.Sprintf("rules[%d].metadata[%s]", j, quote(d.name)),
				fmt.Sprintf("rules[%d] allows only the metadata it lists, on the same objects, and does not list it. Add it there, or remove one of the demands.", i),
			})
		}
	}
	return errs
}
