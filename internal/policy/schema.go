package policy

// schema is a JSON Schema, or a part of one, as draft 7 has it: the newest that the common editors know well.
type schema = map[string]any

// Schema is the JSON Schema of a policy, for editors. It takes what Decode takes, but for what it cannot know: whether a
// glob or a pattern is well formed and can match, and whether demands can be met together.
func Schema() map[string]any {
	return schema{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"title":       "Metadata policy of terraform-provider-oss",
		"description": "A team's rules for headers, metadata, tags, ACL and storage class of objects in Alibaba Cloud OSS.",
		"if":          schema{"type": "array"},
		"then":        schema{"items": ruleKind.schema},
		"else":        documentKind.schema,
		"definitions": schema{"rule": ruleSchema, "demand": demandSchema, "listed": listedSchema},
	}
}

// named stands for a part of the schema that has a name.
func named(name string) schema { return schema{"$ref": "#/definitions/" + name} }

// objectSchema is that of an object with the fields, and more that holds for it.
func objectSchema[T any](fields []field[T], more schema) schema {
	properties, needed := schema{}, []any{}
	for _, f := range fields {
		property := schema{}
		for name, value := range f.schema {
			property[name] = value
		}
		if f.Needed != "" {
			needed = append(needed, f.Name)
		} else {
			orNull(property)
		}
		if f.about != "" {
			property["description"] = f.about
		}
		properties[f.Name] = property
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(needed) > 0 {
		s["required"] = needed
	}
	for name, value := range more {
		s[name] = value
	}
	return s
}

// orNull lets a value be null, which is the same as left out.
func orNull(s schema) {
	if t, ok := s["type"].(string); ok {
		s["type"] = []any{t, "null"}
	}
	if words, ok := s["enum"].([]any); ok {
		s["enum"] = append(words[:len(words):len(words)], nil)
	}
}

// present is an object that has a field, with a value that is like it.
func present(name string, like schema) schema {
	return schema{"required": []any{name}, "properties": schema{name: like}}
}

// filled is an object that has a field which is an object and not empty.
func filled(name string) schema {
	return present(name, schema{"type": "object", "minProperties": 1})
}
