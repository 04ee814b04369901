package policy

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/plain"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// What a policy is written with. The decoder reads by these tables, and the JSON Schema is written from them.

var (
	textKind    = kind[string]{plain.Text, schema{"type": "string"}}
	spokenKind  = kind[string]{plain.Text, schema{"type": "string", "pattern": `\S`}}
	patternKind = kind[string]{readPattern, schema{"type": "string", "minLength": 1}}
	truthKind   = kind[bool]{plain.Truth, schema{"type": "boolean"}}
	lengthKind  = kind[int]{readLength, schema{"type": "integer", "minimum": 1, "maximum": math.MaxInt32}}
	timeKind    = kind[time.Time]{readTime, schema{"type": "string", "anyOf": []any{
		schema{"format": "date", "pattern": `^\d{4}-\d{2}-\d{2}$`}, schema{"format": "date-time", "pattern": `^\d{4}-\d{2}-\d{2}T`},
	}}}
	severityKind = kind[finding.Severity]{readSeverity, schema{"enum": []any{finding.Error.String(), finding.Warning.String()}, "default": finding.Error.String()}}
	globsKind    = textsKind(schema{"minItems": 1}, schema{"type": "string", "minLength": 1})
	valuesKind   = textsKind(schema{"minItems": 1, "uniqueItems": true}, schema{"type": "string"})
)

// textsKind is a list of texts with more to say of the list and of each of them.
func textsKind(list, each schema) kind[[]string] {
	s := schema{"type": "array", "items": each}
	for name, value := range list {
		s[name] = value
	}
	return kind[[]string]{func(d *plain.Decoder, place string, v any) []string {
		return plain.List(d, place, v, `"…"`, plain.Text)
	}, s}
}

// choiceKind is a list of some of a few words.
func choiceKind(words []string) kind[[]string] {
	return textsKind(schema{"minItems": 1, "uniqueItems": true}, schema{"enum": anys(words)})
}

func anys(words []string) []any {
	list := make([]any, len(words))
	for i, word := range words {
		list[i] = word
	}
	return list
}

func listKind[V any](example string, of kind[V]) kind[[]V] {
	return kind[[]V]{
		func(d *plain.Decoder, place string, v any) []V { return plain.List(d, place, v, example, of.read) },
		schema{"type": "array", "items": of.schema},
	}
}

func mapKind[V any](example string, of kind[V], names schema) kind[map[string]V] {
	s := schema{"type": "object", "additionalProperties": of.schema}
	for name, value := range names {
		s[name] = value
	}
	return kind[map[string]V]{func(d *plain.Decoder, place string, v any) map[string]V {
		return plain.Map(d, place, v, example, of.read)
	}, s}
}

// document is a policy before its rules are checked.
type document struct{ rules []Rule }

var documentFields = []field[document]{
	entry("rules", "The rules. Each object is held against all that speak about it.", listKind(`{ name = "…" }`, ruleKind),
		func(d *document) *[]Rule { return &d.rules }).must("The policy has no rules. Write a list of them."),
}

var documentKind = objectKindOf(documentFields, nil)

var ruleFields = []field[Rule]{
	entry("name", "Unique in the policy. Messages carry it.", spokenKind, func(r *Rule) *string { return &r.Name }).
		must("The rule has no name. Write one that says its purpose, such as \"owner-required\"; messages carry it."),
	entry("description", "Ends every message: why the rule is there, or whom to ask.", textKind, func(r *Rule) *string { return &r.Description }),
	entry("severity", "\"error\", which stops the plan, or \"warning\".", severityKind, func(r *Rule) *finding.Severity { return &r.Severity }),
	entry("since", "A date, such as \"2026-01-31\". What was last modified before it, by UTC, is only warned of.", timeKind, func(r *Rule) *time.Time { return &r.Since }),
	entry("buckets", "Globs. The rule is about the objects of buckets that match one of them; unset means all.", globsKind, func(r *Rule) *[]string { return &r.Buckets }),
	entry("keys", "Globs. The rule is about the objects whose key matches one of them; unset means all. \"*\" stops at a slash, \"**\" between slashes does not.",
		globsKind, func(r *Rule) *[]string { return &r.Keys }),
	entry("except", "Objects that are let off the rule, each group with a reason. An audit counts them apart.", listKind(`{ keys = ["…"], reason = "…" }`, exceptionKind),
		func(r *Rule) *[]Exception { return &r.Except }),
	entry("headers", "Demands on standard headers, by header. No request beyond the one that reads the metadata.",
		mapKind(`a header for each demand: { "Cache-Control" = { required = true } }`, demandKind, headerNames()), func(r *Rule) *map[string]Demand { return &r.Headers }),
	entry("metadata", "Demands on user metadata, by name without \"x-oss-meta-\". No request beyond the one that reads the metadata.",
		mapKind(`a name for each demand: { "owner" = { required = true } }`, anyDemandKind, schema{"propertyNames": metadataNames}), func(r *Rule) *map[string]Demand { return &r.Metadata }),
	entry("only_listed", "true forbids metadata that \"metadata\" does not list. An empty demand, {}, lists a name and asks nothing of it.", truthKind, func(r *Rule) *bool { return &r.OnlyListed }),
	entry("tags", "Demands on tags, by key. An audit makes one request more for each object that has tags.",
		mapKind(`a key for each demand: { "team" = { required = true } }`, demandKind, schema{"propertyNames": schema{"minLength": 1, "maxLength": 128}}), func(r *Rule) *map[string]Demand { return &r.Tags }),
	entry("acl", "What the object's own ACL may be; \"default\" is that of the bucket. An audit makes one request more for each object.", choiceKind(rules.ACLs), func(r *Rule) *[]string { return &r.ACL }),
	entry("storage_class", "What the storage class may be. No request: a list of objects shows it.", choiceKind(rules.StorageClasses), func(r *Rule) *[]string { return &r.StorageClass }),
}

var ruleKind = kind[Rule]{
	read: func(d *plain.Decoder, place string, v any) Rule {
		before := len(d.Mistakes)
		r := readObject(d, place, v, ruleFields)
		for i := range d.Mistakes[before:] {
			d.Mistakes[before+i].Within = r.Name
		}
		return r
	},
	schema: named("rule"),
}

// ruleSchema is what rule names in the schema.
var ruleSchema = objectSchema(ruleFields, schema{
	"anyOf": []any{
		filled("headers"), filled("metadata"), filled("tags"), present("acl", schema{"type": "array"}), present("storage_class", schema{"type": "array"}), present("only_listed", schema{"const": true}),
	},
	"if":   present("only_listed", schema{"const": true}),
	"else": schema{"properties": schema{"metadata": schema{"additionalProperties": schema{"anyOf": demandsSomething}}}},
})

var exceptionKind = objectKindOf([]field[Exception]{
	entry("keys", "Globs of the keys that are let off.", textsKind(schema{"minItems": 1}, schema{"type": "string", "minLength": 1, "not": schema{"const": "**"}}),
		func(e *Exception) *[]string { return &e.Keys }).must("The exception names no keys. Write a list of globs: [\"legacy/**\"]."),
	entry("reason", "Why, and until when, or whom to ask. An audit shows it.", spokenKind, func(e *Exception) *string { return &e.Reason }).
		must("The exception has no reason. Say why these objects are let off and until when, or whom to ask; the audit shows it."),
}, nil)

var demandFields = []field[Demand]{
	entry("required", "true: the object must have it.", truthKind, func(m *Demand) *bool { return &m.Required }),
	entry("forbidden", "true: the object must not have it.", truthKind, func(m *Demand) *bool { return &m.Forbidden }),
	entry("values", "The value must be one of these.", valuesKind, func(m *Demand) *[]string { return &m.Values }),
	entry("pattern", "A regular expression (RE2) that must match the whole value.", patternKind, func(m *Demand) *string { return &m.Pattern }),
	entry("max_length", "It may have at most this many characters.", lengthKind, func(m *Demand) *int { return &m.MaxLength }),
}

// demandsSomething are the ways in which a demand is one.
var demandsSomething = []any{
	present("required", schema{"const": true}), present("forbidden", schema{"const": true}), present("values", schema{"type": "array"}),
	present("pattern", schema{"type": "string"}), present("max_length", schema{"type": "integer"}),
}

// anyDemandKind may be empty: where only what is listed is allowed, being listed is enough.
var anyDemandKind = kind[Demand]{readDemand, named("listed")}

var demandKind = kind[Demand]{readDemand, named("demand")}

func readDemand(d *plain.Decoder, place string, v any) Demand {
	return readObject(d, place, v, demandFields)
}

// What they name in the schema.
var (
	listedSchema = objectSchema(demandFields, forbiddenAlone)
	demandSchema = objectSchema(demandFields, schema{"if": forbiddenAlone["if"], "then": forbiddenAlone["then"], "anyOf": demandsSomething})
)

// forbiddenAlone: what must not be there cannot be described.
var forbiddenAlone = schema{
	"if": present("forbidden", schema{"const": true}),
	"then": schema{"properties": schema{
		"required": schema{"enum": []any{false, nil}}, "values": schema{"type": "null"}, "pattern": schema{"type": "null"}, "max_length": schema{"type": "null"},
	}},
}

var objectKind = objectKindOf([]field[Object]{
	entry("bucket", "", textKind, func(o *Object) *string { return &o.Bucket }).must("The object has no bucket. Name one: rules may depend on it."),
	entry("key", "", textKind, func(o *Object) *string { return &o.Key }).must("The object has no key. Write one: rules may depend on it."),
	entry("headers", "", textMapKind, func(o *Object) *map[string]string { return &o.Headers }),
	entry("metadata", "", textMapKind, func(o *Object) *map[string]string { return &o.Metadata }),
	entry("tags", "", textMapKind, func(o *Object) *map[string]string { return &o.Tags }),
	entry("acl", "", textKind, func(o *Object) *string { return &o.ACL }),
	entry("storage_class", "", textKind, func(o *Object) *string { return &o.StorageClass }),
	entry("last_modified", "", timeKind, func(o *Object) *time.Time { return &o.LastModified }),
}, nil)

var textMapKind = mapKind(`text for each name: { "owner" = "web-team" }`, textKind, nil)

// spellings say how the names of each part of an object are spelt, or what is wrong with one.
var spellings = map[string]func(string) (string, string){Headers: headerName, Metadata: metadataName, Tags: tagKey}

func objectKindOf[T any](fields []field[T], more schema) kind[T] {
	return kind[T]{func(d *plain.Decoder, place string, v any) T { return readObject(d, place, v, fields) }, objectSchema(fields, more)}
}

// headerNames are the names of headers in any case of letters; an editor offers them as they are usually written.
func headerNames() schema {
	spelt, inAnyCase := schema{}, schema{}
	for _, name := range rules.StandardHeaders {
		spelt[name] = demandKind.schema
		pattern := ""
		for _, r := range name {
			if upper, lower := strings.ToUpper(string(r)), strings.ToLower(string(r)); upper != lower {
				pattern += fmt.Sprintf("[%s%s]", upper, lower)
			} else {
				pattern += string(r)
			}
		}
		inAnyCase["^"+pattern+"$"] = demandKind.schema
	}
	return schema{"properties": spelt, "patternProperties": inAnyCase, "additionalProperties": false}
}

// metadataNames are names that OSS gives back as they are written.
var metadataNames = schema{"pattern": "^[a-z0-9-]+$", "not": schema{"pattern": "^x-oss-meta-"}}
