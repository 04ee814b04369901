package provider

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/plain"
)

// stringOrNull turns the absent header "" into null.
func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// timeOrNull writes a time in RFC 3339 and UTC; the zero time is null.
func timeOrNull(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}

// textMap is a map of strings; null is empty, and so is a value that is not known.
func textMap(m types.Map) map[string]string {
	result := map[string]string{}
	for name, value := range m.Elements() {
		if s, ok := value.(types.String); ok {
			result[name] = s.ValueString()
		}
	}
	return result
}

// stringMap is the opposite of textMap.
func stringMap(m map[string]string) types.Map {
	elements := make(map[string]attr.Value, len(m))
	for name, value := range m {
		elements[name] = types.StringValue(value)
	}
	return types.MapValueMust(types.StringType, elements)
}

// hasUnknown reports whether a map or an element of it is not known yet.
func hasUnknown(m types.Map) bool {
	for _, value := range m.Elements() {
		if value.IsUnknown() {
			return true
		}
	}
	return m.IsUnknown()
}

// setStrings lists what is known of a set in a fixed order, since a set has none.
func setStrings(s types.Set) []string {
	result := make([]string, 0, len(s.Elements()))
	for _, element := range s.Elements() {
		if text, ok := element.(types.String); ok && !text.IsNull() && !text.IsUnknown() {
			result = append(result, text.ValueString())
		}
	}
	slices.Sort(result)
	return result
}

// stringSet turns strings into Terraform's set, empty for nil.
func stringSet(from []string) types.Set {
	return refreshSet(types.SetValueMust(types.StringType, nil), from)
}

func lowerCase(from []string) []string {
	lower := make([]string, len(from))
	for i, s := range from {
		lower[i] = strings.ToLower(s)
	}
	return lower
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// plainValue turns a value of any type into map[string]any, []any, plain.Set, string, bool, int64, *big.Float or nil. It is not known
// while any part of it is not.
func plainValue(v attr.Value) (value any, known bool) {
	switch {
	case v == nil || v.IsNull():
		return nil, true
	case v.IsUnknown():
		return nil, false
	}
	switch v := v.(type) {
	case types.Dynamic:
		return plainValue(v.UnderlyingValue())
	case types.String:
		return v.ValueString(), true
	case types.Bool:
		return v.ValueBool(), true
	case types.Int64:
		return v.ValueInt64(), true
	case types.Number:
		return v.ValueBigFloat(), true
	case types.Object:
		return plainObject(v.Attributes())
	case types.Map:
		return plainObject(v.Elements())
	case types.Set:
		if list, known := plainList(v.Elements()); known {
			return plain.Set(list), true
		}
		return nil, false
	case interface{ Elements() []attr.Value }: // list, tuple
		if list, known := plainList(v.Elements()); known {
			return list, true
		}
		return nil, false
	}
	return v, true // no type that Terraform has; the decoder names it
}

func plainList(elements []attr.Value) (list []any, known bool) {
	list = []any{}
	for _, element := range elements {
		one, known := plainValue(element)
		if !known {
			return nil, false
		}
		list = append(list, one)
	}
	return list, true
}

func plainObject(attributes map[string]attr.Value) (value any, known bool) {
	object := map[string]any{}
	for name, attribute := range attributes {
		one, known := plainValue(attribute)
		if !known {
			return nil, false
		}
		object[name] = one
	}
	return object, true
}
