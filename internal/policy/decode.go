package policy

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/plain"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// Decode reads a policy from plain values as they come from HCL or from yamldecode
// (package plain lists them). The form is an object with a list of rules, whose
// fields document.go lists, or the list by itself.
// A field that is misspelt or of another type is an error that gives its place and,
// where there is one, the nearest right name. What is well formed goes to New.
func Decode(v any) (*Policy, []Mistake) {
	switch v.(type) {
	case []any, plain.Set:
	default:
		return decode(v)
	}
	p, mistakes := decode(map[string]any{"rules": v})
	for i := range mistakes {
		mistakes[i].Place = cmp.Or(strings.TrimPrefix(mistakes[i].Place, "rules"), whole)
	}
	return p, mistakes
}

func decode(v any) (*Policy, []Mistake) {
	d := plain.Decoder{Whole: whole}
	document := documentKind.read(&d, "", v)
	if len(d.Mistakes) > 0 {
		return nil, mistakesOf(d)
	}
	return New(document.rules)
}

// mistakesOf are those of a decoder, of which a rule has noted its name.
func mistakesOf(d plain.Decoder) []Mistake {
	mistakes := make([]Mistake, len(d.Mistakes))
	for i, m := range d.Mistakes {
		mistakes[i] = Mistake{Place: m.Place, Rule: m.Within, Detail: m.Detail}
	}
	return mistakes
}

// DecodeObject reads an object as it is written to try a policy, from plain values like those of Decode. Of what is left
// out it has what an upload stores that says nothing about it: no headers, metadata and tags, the ACL "default" and the
// class "Standard".
func DecodeObject(v any) (Object, []Mistake) {
	d := plain.Decoder{Whole: whole}
	o := objectKind.read(&d, "", v)
	o.ACL, o.StorageClass = cmp.Or(o.ACL, "default"), cmp.Or(o.StorageClass, "Standard")
	c := compiler{errs: mistakesOf(d)}
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

// kind is a sort of value in a document: how it is read, and what a JSON Schema says of it.
type kind[V any] struct {
	read   func(d *plain.Decoder, place string, v any) V
	schema schema
}

// field is one field of an object that becomes a T.
type field[T any] struct {
	plain.Field[T]
	about  string
	schema schema
}

// entry is a field that is read into a part of T.
func entry[T, V any](name, about string, k kind[V], part func(*T) *V) field[T] {
	read := func(d *plain.Decoder, place string, v any, into *T) { *part(into) = k.read(d, place, v) }
	return field[T]{Field: plain.Field[T]{Name: name, Read: read}, about: about, schema: k.schema}
}

// must makes a field one that may not be left out.
func (f field[T]) must(otherwise string) field[T] {
	f.Needed = otherwise
	return f
}

func readObject[T any](d *plain.Decoder, place string, v any, fields []field[T]) T {
	read := make([]plain.Field[T], len(fields))
	for i, f := range fields {
		read[i] = f.Field
	}
	return plain.Object(d, place, v, read)
}

func readPattern(d *plain.Decoder, place string, v any) string {
	if v == "" {
		d.Fail(place, "The pattern is empty. Leave it out to allow any value.")
	}
	return plain.Text(d, place, v)
}

func readSeverity(d *plain.Decoder, place string, v any) finding.Severity {
	switch word, ok := v.(string); {
	case ok && word == finding.Error.String():
		return finding.Error
	case ok && word == finding.Warning.String():
		return finding.Warning
	case ok:
		d.Fail(place, "%s is not a severity. Write %q or %q.", finding.Quote(word), finding.Error, finding.Warning)
	default:
		d.Fail(place, "It is %s; write %q or %q.", plain.Describe(v), finding.Error, finding.Warning)
	}
	return finding.Error
}

// readTime reads a date, or a time as RFC 3339 has it, which is what Terraform's yamldecode makes of a date without quotes.
func readTime(d *plain.Decoder, place string, v any) time.Time {
	text, ok := v.(string)
	if !ok {
		d.Fail(place, "It is %s; write a date in double quotes: \"2026-01-31\".", plain.Describe(v))
		return time.Time{}
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(form, text); err == nil {
			return at
		}
	}
	d.Fail(place, "%s is not a date. Write year, month and day, \"2026-01-31\", or a time, \"2026-01-31T08:00:00Z\".", finding.Quote(text))
	return time.Time{}
}

// readLength reads a whole number from 1.
func readLength(d *plain.Decoder, place string, v any) int {
	number, ok := plain.Number(d, place, v)
	if !ok {
		return 0
	}
	if number != math.Trunc(number) || number < 1 || number > math.MaxInt32 {
		d.Fail(place, "%v is not a length. Write a whole number from 1.", number)
		return 0
	}
	return int(number)
}
