package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// Exit codes of `terraform plan -detailed-exitcode`.
const (
	planIsEmpty    = 0
	planHasChanges = 2
)

// tf runs Terraform in the site's folder and returns its output. An exit code other than want is an error.
func (s *stage) tf(ctx context.Context, want int, args ...string) (string, error) {
	stdout, stderr, code, err := rig.Output(ctx, rig.Command(ctx, s.path("site"), s.env, s.terraform, args...))
	if err != nil {
		return "", err
	}
	if code != want {
		return "", fmt.Errorf("terraform %s ended with exit code %d instead of %d:\n%s%s", strings.Join(args, " "), code, want, stdout, stderr)
	}
	return stdout, nil
}

// resourceChange is what a plan will do to one resource.
type resourceChange struct {
	Address string
	Change  struct {
		Actions      []string
		Before       any
		After        any
		AfterUnknown any `json:"after_unknown"`
		Importing    *struct{ ID string }
	}
}

// plan makes a plan, saves it under the name and returns its resources, also those to which nothing will be done.
func (s *stage) plan(ctx context.Context, name string) ([]resourceChange, error) {
	if _, err := s.tf(ctx, planHasChanges, "plan", "-input=false", "-no-color", "-detailed-exitcode", "-out="+name); err != nil {
		return nil, err
	}
	text, err := s.tf(ctx, 0, "show", "-json", name)
	if err != nil {
		return nil, err
	}
	return decodePlan(text)
}

func decodePlan(text string) ([]resourceChange, error) {
	var plan struct {
		ResourceChanges []resourceChange `json:"resource_changes"`
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber() // a CRC-64 is not a float
	err := decoder.Decode(&plan)
	return plan.ResourceChanges, err
}

// changed returns, for each resource that the plan touches, a line for each attribute that it changes, both sorted:
//
//	oss_object.site["index.html"]: metadata.owner: "nobody" -> "web-team"
//	oss_object.site["index.html"]: etag: known after apply
func changed(plan []resourceChange) []string {
	var all []string
	for _, r := range plan {
		if !slices.Equal(r.Change.Actions, []string{"no-op"}) {
			for _, line := range differences("", r.Change.Before, r.Change.After, r.Change.AfterUnknown) {
				all = append(all, r.Address+": "+line)
			}
		}
	}
	slices.Sort(all)
	return all
}

// differences compares two values of a plan. Objects and lists of objects are compared part by part, lists of plain
// values as a whole.
func differences(at string, before, after, unknown any) []string {
	if unknown == true {
		return []string{at + ": known after apply"}
	}
	b, a := parts(before), parts(after)
	if b == nil || a == nil {
		if was, is := compact(before), compact(after); was != is {
			return []string{at + ": " + was + " -> " + is}
		}
		return nil
	}
	u := parts(unknown)
	names := map[string]bool{}
	for _, side := range []map[string]any{b, a, u} {
		for name := range side {
			names[name] = true
		}
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		all = append(all, differences(strings.TrimPrefix(at+"."+name, "."), b[name], a[name], u[name])...)
	}
	return all
}

// parts returns the parts of an object by name and those of a list of objects by number; nil for everything else.
func parts(value any) map[string]any {
	switch v := value.(type) {
	case map[string]any:
		return v
	case []any:
		byNumber := map[string]any{}
		for i, item := range v {
			if _, ok := item.(map[string]any); !ok {
				return nil
			}
			byNumber[strconv.Itoa(i)] = item
		}
		return byNumber
	}
	return nil
}

// compact is the value as JSON on one line. Its input has just been decoded, so that encoding cannot fail.
func compact(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(text.String(), "\n")
}
