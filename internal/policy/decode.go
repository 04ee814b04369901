package policy

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Decode reads a policy from generic values as they come from HCL or from
// yamldecode: map[string]any, []any, string, bool, float64, int, int64, *big.Float
// and nil, which stands for a field that is left out. The form is
//
//	rules = [{
//	  name, description, severity ("error" or "warning"), buckets, keys, only_listed,
//	  headers  = { "Cache-Control" = { required, forbidden, values, pattern, max_length } }
//	  metadata = { "owner" = { … } }
//	}]
//
// A field that is misspelt or of another type is an error that gives its place and,
// where there is one, the nearest right name. What is well formed goes to New.
//
// or the list of rules by itself.
func Decode(v any) (*Policy, []Mistake) {
	list, ok := v.([]any)
	if !ok {
		return decode(v)
	}
	p, mistakes := decode(map[string]any{"rules": list})
	for i := range mistakes {
		mistakes[i].Place = cmp.Or(strings.TrimPrefix(mistakes[i].Place, "rules"), whole)
	}
	return p, mistakes
}

func decode(v any) (*Policy, []Mistake) {
	var d policyDecoder
	var rules []Rule
	given := false
	d.object("", v, map[string]field{"rules": func(place string, v any) {
		given = true
		d.list(place, v, "{ name = \"…\" }", func(place string, v any) { rules = append(rules, d.rule(place, v)) })
	}})
	if len(d.errs) == 0 && !given {
		d.fail("rules", "The policy has no rules. Write a list of them.")
	}
	if len(d.errs) > 0 {
		return nil, d.errs
	}
	return New(rules)
}

// policyDecoder collects mistakes while it walks through generic values.
type policyDecoder struct{ errs []Mistake }

// field takes in the value of one field.
type field func(place string, v any)

func (d *policyDecoder) fail(place, format string, args ...any) {
	d.errs = append(d.errs, Mistake{Place: place, Detail: fmt.Sprintf(format, args...)})
}

// object walks the fields of an object in the order of their names.
func (d *policyDecoder) object(place string, v any, fields map[string]field) {
	object, ok := v.(map[string]any)
	if !ok {
		if place == "" {
			place = "policy"
		}
		d.fail(place, "It is %s; write an object: { … }.", describe(v))
		return
	}
	known := slices.Sorted(maps.Keys(fields))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		here := fieldPlace(place, name)
		take, ok := fields[name]
		switch near := finding.Nearest(name, known); {
		case ok && object[name] != nil:
			take(here, object[name])
		case ok: // null is the same as left out
		case near != "":
			d.fail(here, "There is no field %s. Did you mean %q?", finding.Quote(name), near)
		default:
			d.fail(here, "There is no field %s. The fields here are %s.", finding.Quote(name), finding.QuoteList(known))
		}
	}
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// fieldPlace writes place.name, or place["name"] where name is no plain word.
func fieldPlace(place, name string) string {
	if !plainWord.MatchString(name) {
		return place + "[" + finding.Quote(name) + "]"
	}
	if place != "" {
		place += "."
	}
	return place + finding.Cut(name, finding.QuoteLimit)
}

func (d *policyDecoder) rule(place string, v any) Rule {
	var r Rule
	d.object(place, v, map[string]field{
		"name":        func(place string, v any) { r.Name = d.text(place, v) },
		"description": func(place string, v any) { r.Description = d.text(place, v) },
		"buckets":     func(place string, v any) { r.Buckets = d.texts(place, v) },
		"keys":        func(place string, v any) { r.Keys = d.texts(place, v) },
		"headers":     func(place string, v any) { r.Headers = d.demands(place, v) },
		"metadata":    func(place string, v any) { r.Metadata = d.demands(place, v) },
		"except":      func(place string, v any) { r.Except = d.exceptions(place, v) },
		"only_listed": func(place string, v any) { r.OnlyListed = d.truth(place, v) },
		"severity":    func(place string, v any) { r.Severity = d.severity(place, v) },
	})
	return r
}

func (d *policyDecoder) exceptions(place string, v any) []Exception {
	list := []Exception{}
	d.list(place, v, "{ keys = [\"…\"], reason = \"…\" }", func(place string, v any) {
		var e Exception
		d.object(place, v, map[string]field{
			"keys":   func(place string, v any) { e.Keys = d.texts(place, v) },
			"reason": func(place string, v any) { e.Reason = d.text(place, v) },
		})
		list = append(list, e)
	})
	return list
}

func (d *policyDecoder) demands(place string, v any) map[string]Demand {
	object, ok := v.(map[string]any)
	if !ok {
		d.fail(place, "It is %s; write an object with a name for each demand: { \"owner\" = { required = true } }.", describe(v))
		return nil
	}
	demands := make(map[string]Demand, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		demands[name] = d.demand(place+"["+finding.Quote(name)+"]", object[name])
	}
	return demands
}

func (d *policyDecoder) demand(place string, v any) Demand {
	var m Demand
	d.object(place, v, map[string]field{
		"required":   func(place string, v any) { m.Required = d.truth(place, v) },
		"forbidden":  func(place string, v any) { m.Forbidden = d.truth(place, v) },
		"values":     func(place string, v any) { m.Values = d.texts(place, v) },
		"pattern":    func(place string, v any) { m.Pattern = d.pattern(place, v) },
		"max_length": func(place string, v any) { m.MaxLength = d.length(place, v) },
	})
	return m
}

func (d *policyDecoder) list(place string, v any, example string, take field) {
	list, ok := v.([]any)
	if !ok {
		d.fail(place, "It is %s; write a list: [%s].", describe(v), example)
		return
	}
	for i, element := range list {
		take(fmt.Sprintf("%s[%d]", place, i), element)
	}
}

func (d *policyDecoder) text(place string, v any) string {
	text, ok := v.(string)
	if !ok {
		d.fail(place, "It is %s; write text in double quotes.", describe(v))
	}
	return text
}

// texts returns a list that is not nil, so that an empty one stays an empty one.
func (d *policyDecoder) texts(place string, v any) []string {
	texts := []string{}
	example := "\"…\""
	if text, ok := v.(string); ok {
		example = finding.Quote(text)
	}
	d.list(place, v, example, func(place string, v any) { texts = append(texts, d.text(place, v)) })
	return texts
}

func (d *policyDecoder) truth(place string, v any) bool {
	truth, ok := v.(bool)
	if !ok {
		d.fail(place, "It is %s; write true or false without quotes.", describe(v))
	}
	return truth
}

func (d *policyDecoder) pattern(place string, v any) string {
	pattern := d.text(place, v)
	if text, ok := v.(string); ok && text == "" {
		d.fail(place, "The pattern is empty. Leave it out to allow any value.")
	}
	return pattern
}

func (d *policyDecoder) severity(place string, v any) finding.Severity {
	switch word, ok := v.(string); {
	case ok && word == finding.Error.String():
		return finding.Error
	case ok && word == finding.Warning.String():
		return finding.Warning
	case ok:
		d.fail(place, "%s is not a severity. Write %q or %q.", finding.Quote(word), finding.Error, finding.Warning)
	default:
		d.fail(place, "It is %s; write %q or %q.", describe(v), finding.Error, finding.Warning)
	}
	return finding.Error
}

// length reads a whole number from 1.
func (d *policyDecoder) length(place string, v any) int {
	var number float64
	switch n := v.(type) {
	case int:
		number = float64(n)
	case int64:
		number = float64(n)
	case float64:
		number = n
	case *big.Float:
		number, _ = n.Float64()
	default:
		d.fail(place, "It is %s; write a whole number without quotes.", describe(v))
		return 0
	}
	if number != math.Trunc(number) || number < 1 || number > math.MaxInt32 {
		d.fail(place, "%v is not a length. Write a whole number from 1.", number)
		return 0
	}
	return int(number)
}

// describe names the type of a generic value as its author would.
func describe(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "true or false"
	case int, int64, float64, *big.Float:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a value of the Go type %T", v) // a caller's mistake, and said as one
}

// whole is the place of a mistake that is about all of a document.
const whole = "policy"
