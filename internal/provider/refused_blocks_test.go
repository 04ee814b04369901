package provider

import (
	"fmt"
	"slices"
	"strings"
)

// refusedBlock is a block that Terraform has to refuse at plan, and words of what it says then. The block's name is "test".
type refusedBlock struct {
	name, block string
	words       []string
	several     bool // more errors than one are fair
}

// expectRefused has all the blocks refused in one run of Terraform: each says its words, in one error. All that is said of
// them is returned.
func (w *workspace) expectRefused(blocks []refusedBlock) string {
	w.t.Helper()
	texts := make([]string, len(blocks))
	for i, r := range blocks {
		texts[i] = strings.Replace(r.block, `"test"`, fmt.Sprintf(`"test_%d"`, i), 1)
	}
	w.config("%s", strings.Join(texts, "\n"))
	found := map[string][]diagnostic{}
	for _, d := range w.diagnostics("plan") {
		_, name, _ := strings.Cut(d.Address, ".test_")
		found[name] = append(found[name], d)
	}
	if general := found[""]; len(general) > 0 {
		w.t.Errorf("about no block: %+v", general)
	}
	all := ""
	for i, r := range blocks {
		text, errors := "", 0
		for _, d := range found[fmt.Sprint(i)] {
			text += d.Summary + "\n" + d.Detail + "\n" + d.Snippet.Code + "\n"
			if d.Severity == "error" {
				errors++
			}
		}
		if errors != 1 && !(r.several && errors > 1) {
			w.t.Errorf("%s: %d errors:\n%s", r.name, errors, text)
		}
		for _, word := range r.words {
			if !strings.Contains(text, word) {
				w.t.Errorf("%s: Terraform does not say %q:\n%s", r.name, word, text)
			}
		}
		if len(text) > 3000+len(r.block) {
			w.t.Errorf("%s: %d bytes of diagnostics", r.name, len(text))
		}
		all += text
	}
	return all
}

// expectErrors runs terraform, which has to report one error about each of the addresses, with all its words, and no other.
// About what is no longer configured it names no address. The errors are returned.
func (w *workspace) expectErrors(want map[string][]string, args ...string) []diagnostic {
	w.t.Helper()
	found := slices.DeleteFunc(w.diagnostics(args...), func(d diagnostic) bool { return d.Severity != "error" })
	all := slices.Clone(found)
	for address, words := range want {
		i := slices.IndexFunc(found, func(d diagnostic) bool {
			return (d.Address == address || d.Address == "") && !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(d.Summary+"\n"+d.Detail, word) })
		})
		if i < 0 {
			w.t.Errorf("no error about %s with %q in %+v", address, words, found)
			continue
		}
		found = slices.Delete(found, i, i+1)
	}
	if len(found) > 0 {
		w.t.Errorf("errors beside those that are wanted: %+v", found)
	}
	return all
}

// diagnosticsByName are those of the objects by their names in the configuration; what is of no object stands under "".
func (w *workspace) diagnosticsByName(args ...string) map[string][]diagnostic {
	w.t.Helper()
	found := map[string][]diagnostic{}
	for _, d := range w.diagnostics(args...) {
		name := strings.TrimPrefix(d.Address, "oss_object.")
		found[name] = append(found[name], d)
	}
	return found
}

// expectDiagnosed is expectErrors for objects by their names, all of which are configured.
func (w *workspace) expectDiagnosed(want map[string][]string, args ...string) {
	w.t.Helper()
	addressed := map[string][]string{}
	for name, words := range want {
		addressed["oss_object."+name] = words
	}
	for _, d := range w.expectErrors(addressed, args...) {
		if d.Address == "" {
			w.t.Errorf("an error about no object: %+v", d)
		}
	}
}
