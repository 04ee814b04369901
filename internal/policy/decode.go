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
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// Decode reads a policy from generic values as they come from HCL or from
// yamldecode: map[string]any, []any, string, bool, float64, int, int64, *big.Float
// and nil, which stands for a field that is left out. The form is an object with a
// list of rules, whose fields document.go lists, or the list by itself.
// A field that is misspelt or of another type is an error that gives its place and,
// where there is one, the nearest right name. What is well formed goes to New.
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
	var d decoder
	document := documentKind.read(&d, "", v)
	if len(d.errs) > 0 {
		return nil, d.errs
	}
	return New(document.rules)
}

// DecodeObject reads an object as it is written to try a policy, from generic values like those of Decode. Of what is left
// out it has what an upload stores that says nothing about it: no headers, metadata and tags, the ACL "default" and the
// class "Standard".
func DecodeObject(v any) (Object, []Mistake) {
	var d decoder
	o := objectKind.read(&d, "", v)
	o.ACL, o.StorageClass = cmp.Or(o.ACL, "default"), cmp.Or(o.StorageClass, "Standard")
	c := compiler{errs: d.errs}
	c.oneOf(ACL, o.ACL, rules.ACLs)
	c.oneOf(StorageClass, o.StorageClass, rules.StorageClasses)
	for part, names := range map[string]map[string]string{Headers: o.Headers, Metadata: o.Metadata, Tags: o.Tags} {
		for name := range names {
			if _, detail := spellings[part](name); detail != "" {
				c.fail(part+"["+finding.Quote(name)+"]", "%s", detail)
			}
		}
	}
	slices.SortStableFunc(c.errs, func(a, b Mistake) int { return strings.Compare(a.Place, b.Place) })
	return o, c.errs
}

// whole is the place of a mistake that is about all of a document.
const whole = "policy"

// decoder collects mistakes while it walks through generic values.
type decoder struct{ errs []Mistake }

func (d *decoder) fail(place, format string, args ...any) {
	d.errs = append(d.errs, Mistake{Place: cmp.Or(place, whole), Detail: fmt.Sprintf(format, args...)})
}

// kind is a sort of value in a document: how it is read, and what a JSON Schema says of it.
type kind[V any] struct {
	read   func(d *decoder, place string, v any) V
	schema schema
}

// field is one field of an object that becomes a T.
type field[T any] struct {
	name, about string
	needed      string // what to say where it is left out; "" where it may be
	schema      schema
	read        func(d *decoder, place string, v any, into *T)
}

// entry is a field that is read into a part of T.
func entry[T, V any](name, about string, k kind[V], part func(*T) *V) field[T] {
	return field[T]{name: name, about: about, schema: k.schema, read: func(d *decoder, place string, v any, into *T) { *part(into) = k.read(d, place, v) }}
}

// must makes a field one that may not be left out.
func (f field[T]) must(otherwise string) field[T] {
	f.needed = otherwise
	return f
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// fieldPlace writes place.name, or place["name"] where name is not a plain word.
func fieldPlace(place, name string) string {
	if !plainWord.MatchString(name) {
		return place + "[" + finding.Quote(name) + "]"
	}
	if place != "" {
		place += "."
	}
	return place + finding.Cut(name, finding.QuoteLimit)
}

// readObject walks the fields of an object in the order of their names.
func readObject[T any](d *decoder, place string, v any, fields []field[T]) (result T) {
	object, ok := v.(map[string]any)
	if !ok {
		d.fail(place, "It is %s; write an object: { … }.", describe(v))
		return result
	}
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
	}
	slices.Sort(known)
	meant := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		here := fieldPlace(place, name)
		at := slices.IndexFunc(fields, func(f field[T]) bool { return f.name == name })
		switch near := finding.Nearest(name, known); {
		case at >= 0 && object[name] != nil:
			fields[at].read(d, here, object[name], &result)
		case at >= 0: // null is the same as left out
		case near != "":
			meant[near] = true
			d.fail(here, "There is no field %s. Did you mean %q?", finding.Quote(name), near)
		default:
			d.fail(here, "There is no field %s. The fields here are %s.", finding.Quote(name), finding.QuoteList(known))
		}
	}
	for _, f := range fields {
		if f.needed != "" && object[f.name] == nil && !meant[f.name] {
			d.fail(fieldPlace(place, f.name), "%s", f.needed)
		}
	}
	return result
}

// readList returns a list that is not nil, so that an empty one stays an empty one.
func readList[V any](d *decoder, place string, v any, example string, k kind[V]) []V {
	list, ok := v.([]any)
	if !ok {
		if text, ok := v.(string); ok && example == `"…"` {
			example = finding.Quote(text)
		}
		d.fail(place, "It is %s; write a list: [%s].", describe(v), example)
		return nil
	}
	result := []V{}
	for i, element := range list {
		result = append(result, k.read(d, fmt.Sprintf("%s[%d]", place, i), element))
	}
	return result
}

// readMap reads an object whose names are free.
func readMap[V any](d *decoder, place string, v any, example string, k kind[V]) map[string]V {
	object, ok := v.(map[string]any)
	if !ok {
		d.fail(place, "It is %s; write an object with %s.", describe(v), example)
		return nil
	}
	result := make(map[string]V, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		result[name] = k.read(d, place+"["+finding.Quote(name)+"]", object[name])
	}
	return result
}

func readText(d *decoder, place string, v any) string {
	text, ok := v.(string)
	if !ok {
		d.fail(place, "It is %s; write text in double quotes.", describe(v))
	}
	return text
}

func readTruth(d *decoder, place string, v any) bool {
	truth, ok := v.(bool)
	if !ok {
		d.fail(place, "It is %s; write true or false without quotes.", describe(v))
	}
	return truth
}

func readPattern(d *decoder, place string, v any) string {
	if v == "" {
		d.fail(place, "The pattern is empty. Leave it out to allow any value.")
	}
	return readText(d, place, v)
}

func readSeverity(d *decoder, place string, v any) finding.Severity {
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

// readTime reads a date, or a time as RFC 3339 has it, which is what Terraform's yamldecode makes of a date without quotes.
func readTime(d *decoder, place string, v any) time.Time {
	text, ok := v.(string)
	if !ok {
		d.fail(place, "It is %s; write a date in double quotes: \"2026-01-31\".", describe(v))
		return time.Time{}
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(form, text); err == nil {
			return at
		}
	}
	d.fail(place, "%s is not a date. Write year, month and day, \"2026-01-31\", or a time, \"2026-01-31T08:00:00Z\".", finding.Quote(text))
	return time.Time{}
}

// readLength reads a whole number from 1.
func readLength(d *decoder, place string, v any) int {
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
