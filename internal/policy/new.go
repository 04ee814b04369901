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
	Rule   string // the name of the rule that it is in, which a list of rules from several files is searched by; may be ""
	Detail string // what is wrong there and what to write instead, as a sentence
}

// Error returns the place, the rule and the detail.
func (e Mistake) Error() string { return e.In("") }

// In is the mistake in a policy that stands in an argument.
func (e Mistake) In(argument string) string {
	place := e.Place
	switch {
	case argument == "":
	case place == whole:
		place = argument
	case strings.HasPrefix(place, "["):
		place = argument + place
	default:
		place = argument + "." + place
	}
	if e.Rule != "" {
		place += ", in rule " + finding.Quote(e.Rule)
	}
	return place + ": " + e.Detail
}

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
		c := compiler{}
		p.rules = append(p.rules, c.rule(place, rule))
		for _, e := range c.errs {
			e.Rule = rule.Name
			errs = append(errs, e)
		}
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
		return []Mistake{{Place: place, Detail: "The rule has no name. Write one that says its purpose, such as \"owner-required\"; messages carry it."}}
	}
	if first, taken := seen[name]; taken {
		return []Mistake{{Place: place, Detail: fmt.Sprintf("Rules %d and %d of the list, counted from 1, have the same name, %s. Write another one, so that messages tell them apart.", first+1, index+1, finding.Quote(name))}}
	}
	seen[name] = index
	return nil
}

// compiler collects what is wrong with one rule.
type compiler struct{ errs []Mistake }

func (c *compiler) fail(place, format string, args ...any) {
	c.errs = append(c.errs, Mistake{Place: place, Detail: fmt.Sprintf(format, args...)})
}

func (c *compiler) rule(place string, rule Rule) compiledRule {
	compiled := compiledRule{Rule: rule, why: reason(rule.Description), buckets: newGlobs(rule.Buckets), keys: newGlobs(rule.Keys)}
	c.globs(place+".buckets", rule.Buckets, rules.BucketGlobFault)
	c.globs(place+".keys", rule.Keys, rules.KeyGlobFault)
	for i, e := range rule.Except {
		c.exception(fmt.Sprintf("%s.except[%d]", place, i), e)
		compiled.except = append(compiled.except, newGlobs(e.Keys))
	}
	compiled.headers = c.demands(place+".headers", "header", rule.Headers, headerName, rules.CheckHeader)
	compiled.metadata = c.demands(place+".metadata", "metadata", rule.Metadata, metadataName, rules.CheckMetadataValue)
	compiled.tags = c.demands(place+".tags", "tag", rule.Tags, tagKey, rules.CheckTag)
	c.choice(place+".acl", rule.ACL, rules.ACLs)
	c.choice(place+".storage_class", rule.StorageClass, rules.StorageClasses)
	c.demandsSomething(place, rule)
	return compiled
}

func (c *compiler) globs(place string, globs []string, fault func(string) string) {
	if globs != nil && len(globs) == 0 {
		c.fail(place, "The list is empty, so the rule can never match. Leave it out to mean all, or write a glob such as \"**\".")
	}
	for i, glob := range globs {
		if detail := fault(glob); detail != "" {
			c.fail(fmt.Sprintf("%s[%d]", place, i), "%s", detail)
		}
	}
}

func (c *compiler) exception(place string, e Exception) {
	if strings.TrimSpace(e.Reason) == "" {
		c.fail(place+".reason", "The exception has no reason. Say why these objects are let off and until when, or whom to ask; the audit shows it.")
	}
	switch {
	case len(e.Keys) == 0:
		c.fail(place+".keys", "The exception names no keys. Write a list of globs: [\"legacy/**\"].")
	case slices.Contains(e.Keys, "**"):
		c.fail(place+".keys", "\"**\" lets every object off. Remove the rule, or name the keys that are let off.")
	default:
		c.globs(place+".keys", e.Keys, rules.KeyGlobFault)
	}
}

// choice checks a list of what an ACL or a class may be.
func (c *compiler) choice(place string, list, all []string) {
	if list != nil && len(list) == 0 {
		c.fail(place, "The list is empty, so nothing can be right. Leave it out to allow any.")
	}
	for i, value := range list {
		here := fmt.Sprintf("%s[%d]", place, i)
		if slices.Contains(list[:i], value) {
			c.fail(here, "%s is there twice. Remove it.", finding.Quote(value))
		} else {
			c.oneOf(here, value, all)
		}
	}
}

func (c *compiler) oneOf(place, value string, all []string) {
	switch near := finding.Nearest(value, all); {
	case slices.Contains(all, value):
	case near != "":
		c.fail(place, "%s is not one of those that OSS has. Did you mean %q?", finding.Quote(value), near)
	default:
		c.fail(place, "%s is not one of those that OSS has. Write %s.", finding.Quote(value), finding.OneOf("", all))
	}
}

// headerName spells a header as Violation.Name does; a name that is not a standard
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

func tagKey(key string) (canonical, detail string) {
	if found := rules.CheckTag(key, ""); len(found) > 0 {
		return "", "No object can have it: " + found[0].Detail
	}
	return key, ""
}

// demands checks the demands of one rule on headers, on metadata or on tags.
func (c *compiler) demands(place, kind string, demands map[string]Demand, spell func(string) (string, string), checkValue func(name, value string) []finding.Finding) []compiledDemand {
	var list []compiledDemand
	seen := map[string]string{}
	for _, written := range slices.Sorted(maps.Keys(demands)) {
		here := place + "[" + finding.Quote(written) + "]"
		name, detail := spell(written)
		if detail != "" {
			c.fail(here, "%s", detail)
			continue
		}
		if first, twice := seen[name]; twice {
			c.fail(here, "%s and %s are the same header. Merge them.", finding.Quote(first), finding.Quote(written))
			continue
		}
		seen[name] = written
		d := compiledDemand{Demand: demands[written], name: name}
		c.demand(here, &d, checkValue)
		d.said = d.words(kind)
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b compiledDemand) int { return strings.Compare(a.name, b.name) })
	return list
}

// demand fills in the pattern and refuses what no value can meet.
func (c *compiler) demand(place string, d *compiledDemand, checkValue func(name, value string) []finding.Finding) {
	if d.Forbidden && (d.Required || d.Values != nil || d.Pattern != "" || d.MaxLength != 0) {
		c.fail(place+".forbidden", "The entry is forbidden and described at the same time. Remove \"forbidden\", or everything beside it.")
	}
	if d.Values != nil && len(d.Values) == 0 {
		c.fail(place+".values", "The list is empty, so no value can be right. Leave it out to allow any value, or write \"forbidden\".")
	}
	if d.MaxLength < 0 {
		c.fail(place+".max_length", "%d is not a length. Write a whole number from 1.", d.MaxLength)
	}
	if d.Pattern != "" {
		if detail := d.compilePattern(); detail != "" {
			c.fail(place+".pattern", "%s", detail)
		}
	}
	other := compiledDemand{Demand: Demand{Pattern: d.Pattern, MaxLength: d.MaxLength}, pattern: d.pattern}
	for i, value := range d.Values {
		here := fmt.Sprintf("%s.values[%d]", place, i)
		fault, _ := other.about(other.ofValue(value))
		switch found := checkValue(d.name, value); {
		case slices.Contains(d.Values[:i], value):
			c.fail(here, "%s is there twice. Remove it.", finding.Quote(value))
		case finding.HasError(found):
			c.fail(here, "No object can have it: %s", found[0].Detail)
		case fault != "":
			c.fail(here, "%s is on the list but %s. Correct it, or change the demand.", finding.Quote(value), fault)
		}
	}
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

// demandsSomething refuses a rule, and an entry of one, that allows everything.
func (c *compiler) demandsSomething(place string, rule Rule) {
	if len(rule.Headers) == 0 && len(rule.Metadata) == 0 && len(rule.Tags) == 0 && rule.ACL == nil && rule.StorageClass == nil && !rule.OnlyListed {
		c.fail(place, "The rule demands nothing. Write headers, metadata, only_listed, tags, acl or storage_class.")
	}
	idle := func(field string, demands map[string]Demand) {
		for _, name := range slices.Sorted(maps.Keys(demands)) {
			d := demands[name]
			if !d.Required && !d.Forbidden && d.Values == nil && d.Pattern == "" && d.MaxLength == 0 {
				c.fail(fmt.Sprintf("%s.%s[%s]", place, field, finding.Quote(name)), "The entry demands nothing. Write required, forbidden, values, pattern or max_length.")
			}
		}
	}
	idle(Headers, rule.Headers)
	if !rule.OnlyListed { // there, being listed is enough
		idle(Metadata, rule.Metadata)
	}
	idle(Tags, rule.Tags)
}
