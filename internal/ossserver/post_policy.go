package ossserver

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// postPolicy is a form's policy: until when, and what the fields have to be (OSS-103).
type postPolicy struct {
	expiration time.Time
	conditions []postCondition
}

// postCondition is one element of the list.
type postCondition struct {
	operator string // eq, starts-with, in, not-in; content-length-range
	field    string // in lower case, without "$"
	values   []string
	size     sizeRange
	text     string // for the error
}

func invalidPolicy(ec, message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidPolicyDocument", ec, "Invalid Policy: "+message)
}

func policyFailed(ec, message string) *apiError {
	return fail(http.StatusForbidden, "AccessDenied", ec, "Invalid according to Policy: "+message)
}

// parsePolicy reads the policy field: base64 of JSON.
func parsePolicy(text string) (*postPolicy, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, invalidPolicy("", "it is not base64 encoded.")
	}
	var raw map[string]json.RawMessage
	if !utf8.Valid(data) || json.Unmarshal(unescapeDollar(data), &raw) != nil || raw == nil {
		return nil, invalidPolicy("", "it is not a JSON object.")
	}
	for name := range raw {
		if name != "expiration" && name != "conditions" {
			return nil, invalidPolicy("0006-00000206", fmt.Sprintf("unexpected %q.", name))
		}
	}
	expiration, hasExpiration := raw["expiration"]
	conditions, hasConditions := raw["conditions"]
	switch {
	case !hasExpiration && !hasConditions:
		return nil, invalidPolicy("0006-00000209", "it has neither expiration nor conditions.")
	case !hasExpiration:
		return nil, invalidPolicy("0006-00000208", "it has no expiration.")
	case !hasConditions:
		return nil, invalidPolicy("0006-00000207", "it has no conditions.")
	}
	p := &postPolicy{}
	var until string
	if json.Unmarshal(expiration, &until) == nil {
		p.expiration, err = time.Parse("2006-01-02T15:04:05Z", until) // a fraction of the second may stand behind it
	}
	if p.expiration.IsZero() || err != nil {
		return nil, invalidPolicy("", "the expiration is not a time in the form 2014-12-01T12:00:00.000Z.")
	}
	var list []json.RawMessage
	if json.Unmarshal(conditions, &list) != nil || list == nil {
		return nil, invalidPolicy("0006-00000214", "conditions is not a list.")
	}
	for _, item := range list {
		c, err := parseCondition(item)
		if err != nil {
			return nil, err
		}
		p.conditions = append(p.conditions, c)
	}
	return p, nil
}

// unescapeDollar takes the backslash from "\$", which OSS knows in policies and JSON does not.
func unescapeDollar(data []byte) []byte {
	var out []byte
	for i := 0; i < len(data); i++ {
		if data[i] == '\\' && i+1 < len(data) {
			if i++; data[i] != '$' {
				out = append(out, '\\')
			}
		}
		out = append(out, data[i])
	}
	return out
}

// parseCondition reads {"field": "value"}, ["eq", "$field", "value"] and their like.
func parseCondition(raw json.RawMessage) (postCondition, error) {
	c := postCondition{text: compactJSON(raw)}
	bad := func(ec, message string) (postCondition, error) { return c, invalidPolicy(ec, message+" "+c.text) }
	var simple map[string]json.RawMessage
	if json.Unmarshal(raw, &simple) == nil {
		if len(simple) != 1 {
			return bad("", "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
		}
		for name, value := range simple {
			c.operator, c.field, c.values = "eq", fieldName(name), []string{""}
			if !jsonString(value, &c.values[0]) {
				return bad("0006-00000224", "the value is not a string:")
			}
		}
		return c, nil
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) != 3 || !jsonString(list[0], &c.operator) {
		return bad("", "a condition is an object, or a list of an operator and two values:")
	}
	c.operator = strings.ToLower(c.operator)
	if c.operator == "content-length-range" {
		low, lowOK := wholeNumber(list[1])
		high, highOK := wholeNumber(list[2])
		if c.size = (sizeRange{low, high}); !lowOK || !highOK || low > high {
			return bad("0006-00000224", "the range is not two sizes:")
		}
		return c, nil
	}
	if !jsonString(list[1], &c.field) || c.field == "" {
		return bad("0006-00000224", "the field is not a name:")
	}
	c.field = fieldName(c.field)
	switch c.operator {
	case "eq", "starts-with":
		c.values = []string{""}
		if !jsonString(list[2], &c.values[0]) {
			return bad("0006-00000224", "the value is not a string:")
		}
	case "in", "not-in":
		var values []*string // a null is not a string
		if json.Unmarshal(list[2], &values) != nil || values == nil || slices.Contains(values, nil) {
			return bad("0006-00000224", "the value is not a list of strings:")
		}
		for _, v := range values {
			c.values = append(c.values, *v)
		}
	default:
		return bad("", "unknown operator:")
	}
	return c, nil
}

// fieldName takes names with and without "$", as pages show both.
func fieldName(name string) string { return strings.ToLower(strings.TrimPrefix(name, "$")) }

// jsonString takes a string and nothing else, not even null.
func jsonString(raw json.RawMessage, to *string) bool {
	return len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, to) == nil
}

func wholeNumber(raw json.RawMessage) (int64, bool) {
	var n json.Number
	if len(raw) == 0 || raw[0] == '"' || json.Unmarshal(raw, &n) != nil {
		return 0, false
	}
	size, err := n.Int64()
	return size, err == nil && size >= 0
}

func compactJSON(raw json.RawMessage) string {
	var b bytes.Buffer
	_ = json.Compact(&b, raw) // it was decoded as a part of a document, so it is JSON
	return b.String()
}

// check holds a form against the policy, and gives the sizes it allows. A condition on a field that the form lacks fails,
// not-in as well (OSS-103).
func (p *postPolicy) check(fields map[string]string, bucket string, now time.Time) (sizeRange, error) {
	size := anySize
	if now.After(p.expiration) {
		return size, policyFailed("", "Policy expired.")
	}
	for _, c := range p.conditions {
		if c.operator == "content-length-range" {
			size = sizeRange{max(size.low, c.size.low), min(size.high, c.size.high)}
			continue
		}
		value, found := fields[c.field]
		if c.field == "bucket" {
			value, found = bucket, true
		}
		if !found || !c.allows(value) {
			return size, policyFailed("0006-00000227", "Policy Condition failed: "+c.text)
		}
	}
	return size, nil
}

var anySize = sizeRange{0, math.MaxInt64}

func (c *postCondition) allows(value string) bool {
	switch c.operator {
	case "starts-with":
		return strings.HasPrefix(value, c.values[0])
	case "not-in":
		return !slices.Contains(c.values, value)
	default: // eq, in
		return slices.Contains(c.values, value)
	}
}

// requires reports whether the policy fixes a field to one value.
func (p *postPolicy) requires(field, value string) bool {
	return slices.ContainsFunc(p.conditions, func(c postCondition) bool {
		return c.field == field && c.operator == "eq" && c.values[0] == value
	})
}
