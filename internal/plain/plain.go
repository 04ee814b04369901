// Package plain reads what somebody wrote without a schema, strictly: each mistake names its place, what stands there and
// what to write, and a misspelt name the nearest right one. It is pure.
//
// Values are those that HCL, YAML and JSON decoders give: map[string]any, []any, Set, string, bool, float64, int, int64,
// *big.Float and nil, which stands for what is left out.
package plain

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// Set is a list without an order.
type Set []any

// Mistake is one mistake in a document.
type Mistake struct {
	Place  string // where, as a path: rules[2].headers["Cache-Control"].pattern
	Within string // what the reader of a part has noted about where it is; may be ""
	Detail string // what is wrong and what to write instead, as sentences
}

// Decoder collects mistakes while it walks through a document.
type Decoder struct {
	Whole    string // what the document as a whole is called
	Mistakes []Mistake
}

// Fail notes a mistake.
func (d *Decoder) Fail(place, format string, args ...any) {
	d.Mistakes = append(d.Mistakes, Mistake{Place: cmp.Or(place, d.Whole), Detail: fmt.Sprintf(format, args...)})
}

// Field is one field of an object that becomes a T.
type Field[T any] struct {
	Name   string
	Needed string // what to say where it is left out; "" where it may be
	Read   func(d *Decoder, place string, v any, into *T)
}

// Object walks the fields of an object in the order of their names.
func Object[T any](d *Decoder, place string, v any, fields []Field[T]) (result T) {
	object, ok := v.(map[string]any)
	if !ok {
		d.Fail(place, "It is %s; write an object: { … }.", Describe(v))
		return result
	}
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.Name
	}
	slices.Sort(known)
	meant := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		here := fieldPlace(place, name)
		at := slices.IndexFunc(fields, func(f Field[T]) bool { return f.Name == name })
		switch near := finding.Nearest(name, known); {
		case at >= 0 && object[name] != nil:
			fields[at].Read(d, here, object[name], &result)
		case at >= 0: // null is the same as left out
		case near != "":
			meant[near] = true
			d.Fail(here, "There is no field %s. Did you mean %q?", finding.Quote(name), near)
		default:
			d.Fail(here, "There is no field %s. The fields here are %s.", finding.Quote(name), finding.QuoteList(known))
		}
	}
	for _, f := range fields {
		if f.Needed != "" && object[f.Name] == nil && !meant[f.Name] {
			d.Fail(fieldPlace(place, f.Name), "%s", f.Needed)
		}
	}
	return result
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

// List reads a list or a set. The result is not nil without a mistake, so that an empty one stays an empty one.
func List[V any](d *Decoder, place string, v any, example string, read func(d *Decoder, place string, v any) V) []V {
	list, ok := v.([]any)
	if set, isSet := v.(Set); isSet {
		list, ok = set, true
	}
	if !ok {
		if text, ok := v.(string); ok && example == `"…"` {
			example = finding.Quote(text)
		}
		d.Fail(place, "It is %s; write a list: [%s].", Describe(v), example)
		return nil
	}
	result := []V{}
	for i, element := range list {
		result = append(result, read(d, fmt.Sprintf("%s[%d]", place, i), element))
	}
	return result
}

// Ordered is List where the order has a meaning; why says which.
func Ordered[V any](d *Decoder, place string, v any, example, why string, read func(d *Decoder, place string, v any) V) []V {
	if _, set := v.(Set); set {
		d.Fail(place, "It is a set, which has no order. %s, so write a list: [%s].", why, example)
		return nil
	}
	return List(d, place, v, example, read)
}

// Texts reads a list of texts. Those of a set come sorted.
func Texts(d *Decoder, place string, v any) []string {
	texts := List(d, place, v, `"…"`, Text)
	if _, set := v.(Set); set {
		slices.Sort(texts)
	}
	return texts
}

// Map reads an object whose names are free.
func Map[V any](d *Decoder, place string, v any, example string, read func(d *Decoder, place string, v any) V) map[string]V {
	object, ok := v.(map[string]any)
	if !ok {
		d.Fail(place, "It is %s; write an object with %s.", Describe(v), example)
		return nil
	}
	result := make(map[string]V, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		result[name] = read(d, place+"["+finding.Quote(name)+"]", object[name])
	}
	return result
}

// Text reads a string.
func Text(d *Decoder, place string, v any) string {
	text, ok := v.(string)
	if !ok {
		d.Fail(place, "It is %s; write text in double quotes.", Describe(v))
	}
	return text
}

// Truth reads a boolean.
func Truth(d *Decoder, place string, v any) bool {
	truth, ok := v.(bool)
	if !ok {
		d.Fail(place, "It is %s; write true or false without quotes.", Describe(v))
	}
	return truth
}

// Number reads a number that is going to be a whole one. It reports whether there is one.
func Number(d *Decoder, place string, v any) (number float64, ok bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	case float64:
		return n, true
	case *big.Float:
		number, _ = n.Float64()
		return number, true
	}
	d.Fail(place, "It is %s; write a whole number without quotes.", Describe(v))
	return 0, false
}

// Describe names the type of a value as its author would.
func Describe(v any) string {
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
	case Set:
		return "a set"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a value of the Go type %T", v) // a caller's mistake, and said as one
}
