package policy

import (
	"fmt"
	"maps"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// Mistake is one mistake in a policy.
type Mistake struct {
	Place  string // where, as a path: rules[2].headers["Cache-Control"].pattern
	Detail string // what is wrong there and what to write instead, as a sentence
}

// Error returns the place and the detail.
func (e Mistake) Error() string { return e.Place + ": " + e.Detail }

// New checks rules and makes them ready for use. It refuses what cannot be
// meant: globs and patterns that do not parse or can match nothing, demands that no
// value can meet, and rules that contradict each other on the same objects. All
// mistakes are returned, in the order of the rules; with any, the policy is nil.
func New(list []Rule) (*Policy, []Mistake) {
	var (
		p     = &Policy{}
		errs  []Mistake
		names = map[string]int{}
	)
	for i, rule := range list {
		place := fmt.Sprintf("rules[%d]", i)
		errs = append(errs, checkRuleName(place, rule.Name, i, names)...)
		errs = append(errs, checkGlobs(place, rule)...)
		compiled := compiledRule{Rule: rule}
		var more []Mistake
		compiled.headers, more = compileDemands(place+".headers", rule.Headers, headerName, rules.CheckHeader)
		errs = append(errs, more...)
		compiled.metadata, more = compileDemands(place+".metadata", rule.Metadata, metadataName, rules.CheckMetadataValue)
		errs = append(errs, more...)
		errs = append(errs, checkDemandsSomething(place, rule)...)
		p.rules = append(p.rules, compiled)
	}
	if len(errs) == 0 {
		errs = contradictions(p.rules)
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return p, nil
}

func checkRuleName(place, name string, index int, seen map[string]int) []Mistake {
	place += ".name"
	if strings.TrimSpace(name) == "" {
		return []Mistake{{place, "The rule has no name. Write one that tells its purpose, such as \"owner-required\"; findings carry it."}}
	}
	if first, taken := seen[name]; taken {
		return []Mistake{{place, fmt.Sprintf("Rules %d and %d of the list, counted from 1, have the same name, %s. Write another one, so that findings tell them apart.", first+1, index+1, finding.Quote(name))}}
	}
	seen[name] = index
	return nil
}

func checkGlobs(place string, rule Rule) []Mistake {
	var errs []Mistake
	check := func(field string, globs []string, fault func(string) string) {
		if globs != nil && len(globs) == 0 {
			errs = append(errs, Mistake{place + "." + field, "The list is empty, so the rule can never match. Leave it out to mean all, or write a glob such as \"**\"."})
		}
		for i, glob := range globs {
			if detail := fault(glob); detail != "" {
				errs = append(errs, Mistake{fmt.Sprintf("%s.%s[%d]", place, field, i), detail})
			}
		}
	}
	check("buckets", rule.Buckets, rules.BucketGlobFault)
	check("keys", rule.Keys, rules.KeyGlobFault)
	return errs
}

// headerName spells a header as Finding.Name does; a name that is no standard
// header gives a detail.
func headerName(name string) (canonical, detail string) {
	canonical = textproto.CanonicalMIMEHeaderKey(name)
	if slices.Contains(rules.StandardHeaders, canonical) {
		return canonical, ""
	}
	advice := "Write one of " + finding.QuoteList(rules.StandardHeaders) + "."
	if near := finding.Nearest(strings.ReplaceAll(name, "_", "-"), rules.StandardHeaders); near != "" {
		advice = fmt.Sprintf("Did you mean %q?", near)
	}
	return "", fmt.Sprintf("%s is not a header that OSS stores with an object. %s", finding.Quote(name), advice)
}

func metadataName(name string) (canonical, detail string) {
	if found := rules.CheckMetadataName(name); len(found) > 0 {
		return "", "No object can have it: " + found[0].Detail
	}
	return name, ""
}

// compileDemands checks the demands of one rule on headers or on metadata.
func compileDemands(place string, demands map[string]Demand, spell func(string) (string, string), checkValue func(name, value string) []finding.Finding) ([]compiledDemand, []Mistake) {
	var (
		list []compiledDemand
		errs []Mistake
		seen = map[string]string{}
	)
	for _, written := range slices.Sorted(maps.Keys(demands)) {
		here := place + "[" + finding.Quote(written) + "]"
		name, detail := spell(written)
		if detail != "" {
			errs = append(errs, Mistake{here, detail})
			continue
		}
		if first, twice := seen[name]; twice {
			errs = append(errs, Mistake{here, fmt.Sprintf("%s and %s are the same header. Merge them.", finding.Quote(first), finding.Quote(written))})
			continue
		}
		seen[name] = written
		d := compiledDemand{Demand: demands[written], name: name}
		more := d.compile(here, checkValue)
		errs = append(errs, more...)
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b compiledDemand) int { return strings.Compare(a.name, b.name) })
	return list, errs
}

// compile fills in d.pattern and returns what no value can meet.
func (d *compiledDemand) compile(place string, checkValue func(name, value string) []finding.Finding) []Mistake {
	var errs []Mistake
	fail := func(field, detail string) { errs = append(errs, Mistake{place + field, detail}) }
	if d.Forbidden && (d.Required || d.Values != nil || d.Pattern != "" || d.MaxLength != 0) {
		fail(".forbidden", "The entry is forbidden and described at the same time. Remove \"forbidden\", or everything beside it.")
	}
	if d.Values != nil && len(d.Values) == 0 {
		fail(".values", "The list is empty, so no value can be right. Leave it out to allow any value, or write \"forbidden\".")
	}
	if d.MaxLength < 0 {
		fail(".max_length", fmt.Sprintf("%d is not a length. Write a whole number from 1.", d.MaxLength))
	}
	if d.Pattern != "" {
		if detail := d.compilePattern(); detail != "" {
			fail(".pattern", detail)
		}
	}
	seen := map[string]bool{}
	for i, value := range d.Values {
		field := fmt.Sprintf(".values[%d]", i)
		other := compiledDemand{Demand: Demand{Pattern: d.Pattern, MaxLength: d.MaxLength}, pattern: d.pattern}
		switch found := checkValue(d.name, value); {
		case seen[value]:
			fail(field, fmt.Sprintf("%s is there twice. Remove it.", finding.Quote(value)))
		case finding.HasError(found):
			fail(field, "No object can have it: "+found[0].Detail)
		case other.fault(value) != "":
			fail(field, fmt.Sprintf("%s is on the list but %s, or change the demand.", finding.Quote(value), other.fault(value)))
		}
		seen[value] = true
	}
	return errs
}

// compilePattern parses the pattern by itself first: anchored, "a)(b" would parse.
func (d *compiledDemand) compilePattern() (detail string) {
	if _, err := regexp.Compile(d.Pattern); err != nil {
		return fmt.Sprintf("The pattern %s is not a regular expression (RE2): %s.", finding.Quote(d.Pattern), strings.TrimPrefix(finding.Cut(err.Error(), 2*finding.QuoteLimit), "error parsing regexp: "))
	}
	d.pattern = regexp.MustCompile(`\A(?:` + d.Pattern + `)\z`)
	switch least := leastLength(d.Pattern); {
	case least < 0:
		return fmt.Sprintf("The pattern %s matches nothing, so no value can be right. Correct it.", finding.Quote(d.Pattern))
	case d.MaxLength > 0 && least > d.MaxLength:
		return fmt.Sprintf("The pattern %s needs at least %d characters, and max_length allows %d. Change one of them.", finding.Quote(d.Pattern), least, d.MaxLength)
	}
	return ""
}

func checkDemandsSomething(place string, rule Rule) []Mistake {
	if len(rule.Headers) == 0 && len(rule.Metadata) == 0 && !rule.OnlyListed {
		return []Mistake{{place, "The rule demands nothing. Write headers, metadata or only_listed."}}
	}
	var errs []Mistake
	idle := func(field string, demands map[string]Demand) {
		for _, name := range slices.Sorted(maps.Keys(demands)) {
			d := demands[name]
			if !d.Required && !d.Forbidden && d.Values == nil && d.Pattern == "" && d.MaxLength == 0 {
				errs = append(errs, Mistake{fmt.Sprintf("%s.%s[%s]", place, field, finding.Quote(name)), "The entry demands nothing. Write required, forbidden, values, pattern or max_length."})
			}
		}
	}
	idle("headers", rule.Headers)
	if !rule.OnlyListed { // there, being listed is enough
		idle("metadata", rule.Metadata)
	}
	return errs
}
