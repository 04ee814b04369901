package callback

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// systemVariables are those that OSS gives values to (Callback; help page "Upload
// callbacks"). Their names are case-sensitive.
var systemVariables = []string{
	"bucket", "object", "etag", "size", "mimeType", "imageInfo.height", "imageInfo.width", "imageInfo.format",
	"crc64", "contentMd5", "vpcId", "clientIp", "reqId", "operation",
}

// hclHint explains how a variable of OSS gets through HCL, which has the same syntax.
const hclHint = "In HCL write $${object}, as it takes ${object} for its own"

// ref is one attempt to refer to a variable in a template.
type ref struct {
	start, end int    // in bytes, of the text with its marks
	name       string // between the marks
	form       form
}

type form int

const (
	braced   form = iota // ${name}
	open                 // ${name without its end
	brackets             // $(name), which OSS refuses (a live test of the Java SDK)
	bare                 // $name
)

var bareName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:]*`)

// refs finds everything that begins with a dollar sign and may be meant as a variable.
func refs(body string) []ref {
	var list []ref
	for at := 0; at < len(body); {
		next := strings.IndexByte(body[at:], '$')
		if next < 0 {
			break
		}
		at += next
		r := refAt(body, at)
		if r.end > at {
			list = append(list, r)
			at = r.end
		} else {
			at++
		}
	}
	return list
}

// refAt reads the reference that begins at a dollar sign; its end is 0 if none does.
func refAt(body string, at int) ref {
	rest := body[at+1:]
	if inner, is := strings.CutPrefix(rest, "{"); is {
		if name, closed := enclosed(inner, "}"); closed {
			return ref{at, at + len("${}") + len(name), name, braced}
		}
		name := bareName.FindString(inner)
		return ref{at, at + len("${") + len(name), name, open}
	}
	if inner, is := strings.CutPrefix(rest, "("); is {
		if name, closed := enclosed(inner, ")"); closed {
			return ref{at, at + len("$()") + len(name), name, brackets}
		}
	} else if name := bareName.FindString(rest); name != "" {
		return ref{at, at + len("$") + len(name), name, bare}
	}
	return ref{}
}

// enclosed returns what stands before a closing mark, unless something is in between
// that shows that the mark belongs to something else.
func enclosed(inner, mark string) (name string, closed bool) {
	name, _, closed = strings.Cut(inner, mark)
	return name, closed && !strings.ContainsAny(name, "{(\"'$&=\n")
}

// reference writes a variable as OSS wants it.
func reference(name string) string { return "${" + name + "}" }

// checkBody looks at the template. Whether the type and the variables are known
// decides what can be said about them.
func checkBody(c Callback, typeKnown, variablesKnown bool) []Problem {
	if c.Body == "" {
		return []Problem{problem(FieldBody, finding.Error, "callback-body-empty", "The body is empty, and OSS wants one. Write a template such as \"bucket=${bucket}&object=${object}\". %s.", hclHint)}
	}
	if !utf8.ValidString(c.Body) {
		return []Problem{problem(FieldBody, finding.Error, "callback-body-utf8", "The body is not valid UTF-8, which JSON cannot carry. Re-encode it.")}
	}
	all := refs(c.Body)
	var found []Problem
	for _, r := range all {
		found = append(found, checkRef(r, finding.Position(c.Body, c.Body[r.start:]), c, variablesKnown)...)
	}
	found = append(found, checkBraces(c)...)
	if strings.Contains(c.Body, "$${") {
		found = append(found, problem(FieldBody, finding.Warning, "callback-body-dollars", "The body has \"$${\" in it, so OSS leaves a dollar sign before the value. Two dollar signs are for strings of HCL; in a file write one."))
	}
	if typeKnown {
		found = append(found, checkTyped(c, all)...)
	}
	if variablesKnown {
		found = append(found, checkUnused(c, all)...)
	}
	return found
}

func checkTyped(c Callback, all []ref) []Problem {
	switch c.BodyType {
	case JSONType:
		return append(checkJSON(c, all), checkConstant(all)...)
	case "", FormType:
		return checkForm(c.Body, all)
	}
	return nil // not a type of OSS, which checkBodyType reports
}

// shown is what a message says of a name in a body, which may hold a secret: the names that OSS knows, and those of custom
// variables.
func shown(name string, c Callback) string {
	if isKnown(name, c) {
		return name
	}
	return "…"
}

// checkRef: the marks first, then the name.
func checkRef(r ref, at int, c Callback, variablesKnown bool) []Problem {
	name := strings.TrimSpace(r.name)
	says := shown(name, c)
	wrong := func(severity finding.Severity, format string, args ...any) []Problem {
		return []Problem{problem(FieldBody, severity, "callback-body-form", format, args...)}
	}
	switch {
	case r.form == bare && !isKnown(name, c):
		return nil // a price, say
	case r.form == bare:
		return wrong(finding.Warning, "The body has %s, which OSS does not replace; write %s. %s.", finding.Quote("$"+name), finding.Quote(reference(name)), hclHint)
	case r.form == brackets:
		return wrong(finding.Error, "The body has %s at position %d, which OSS refuses; write %s. %s.", finding.Quote("$("+says+")"), at, finding.Quote(reference(says)), hclHint)
	case r.form == open:
		return wrong(finding.Error, "The body has \"${\" without a closing brace at position %d; write a variable like \"${object}\".", at)
	case name == "":
		return wrong(finding.Error, "The body has \"${}\", a variable without a name. Write one, such as \"${object}\". %s.", hclHint)
	case name == variablePrefix:
		return wrong(finding.Error, "The body has \"${x:}\", a custom variable without a name. Write one, such as \"${x:user}\", and give it a value in variables.")
	case name != r.name:
		return wrong(finding.Error, "The body has a variable with white space inside at position %d; write %s.", at, finding.Quote(reference(says)))
	}
	return checkName(name, at, c, variablesKnown)
}

func isKnown(name string, c Callback) bool {
	if custom, is := strings.CutPrefix(name, variablePrefix); is {
		_, given := c.Variables[custom]
		return given
	}
	return slices.Contains(systemVariables, name)
}

// checkName looks at the name in ${name}. OSS answers some with "The callback body is
// invalid." and does not document which; an undefined custom variable it accepts (live
// tests of the Java and C++ SDKs). A name that resembles none is an error, too: where OSS takes it, its value is empty.
func checkName(name string, at int, c Callback, variablesKnown bool) []Problem {
	custom, isCustom := strings.CutPrefix(name, variablePrefix)
	_, given := c.Variables[custom]
	var names []string // as they will be once checkVariables is obeyed
	for _, written := range slices.Sorted(maps.Keys(c.Variables)) {
		names = append(names, fixedName(written))
	}
	switch near := finding.Nearest(custom, names); {
	case isKnown(name, c), isCustom && (!variablesKnown || slices.Contains(names, custom)):
		return nil
	case isCustom && near != "":
		return []Problem{problem(FieldBody, finding.Warning, "callback-variable-missing", "The body refers to a custom variable at position %d that is not in variables, so its value is empty. Did you mean %s?", at, finding.Quote(reference(variablePrefix+near)))}
	case isCustom:
		return []Problem{problem(FieldBody, finding.Warning, "callback-variable-missing", "The body refers to a custom variable at position %d that is not in variables, so its value is empty. Add it there.", at)}
	case given:
		return []Problem{problem(FieldBody, finding.Error, "callback-variable-unknown", "The body refers to %s. Custom variables have the prefix \"x:\" there; write %s.", finding.Quote(reference(name)), finding.Quote(reference(variablePrefix+name)))}
	}
	if near := finding.Nearest(name, systemVariables); near != "" {
		return []Problem{problem(FieldBody, finding.Error, "callback-variable-unknown", "The body refers to a variable at position %d that OSS does not know. Did you mean %s?", at, finding.Quote(reference(near)))}
	}
	return []Problem{problem(FieldBody, finding.Error, "callback-variable-unknown", "The body refers to a variable at position %d that is not among those of OSS: %s. Custom ones are written like \"${x:name}\".", at, strings.Join(systemVariables, ", "))}
}

// dollarless finds a name in braces as other template languages write it.
var dollarless = regexp.MustCompile(`(?:^|[^$])(\{\{?\s*([A-Za-z][A-Za-z0-9_.:]*)\s*\}\}?)`)

func checkBraces(c Callback) []Problem {
	var found []Problem
	for _, m := range dollarless.FindAllStringSubmatch(c.Body, -1) {
		if isKnown(m[2], c) { // m[1] is a known name in braces
			found = append(found, problem(FieldBody, finding.Warning, "callback-body-form", "The body has %s, which OSS does not replace; write %s. %s.", finding.Quote(m[1]), finding.Quote(reference(m[2])), hclHint))
		}
	}
	return found
}

// checkConstant: without a variable every callback says the same, which is what is
// left of a template whose ${…} HCL has filled in.
func checkConstant(all []ref) []Problem {
	if len(all) > 0 {
		return nil
	}
	return []Problem{problem(FieldBody, finding.Warning, "callback-body-constant", "The body has no variable, so it says the same for every upload. Write one, such as \"${object}\". %s.", hclHint)}
}

func checkUnused(c Callback, all []ref) []Problem {
	var found []Problem
	for _, name := range slices.Sorted(maps.Keys(c.Variables)) {
		if !slices.ContainsFunc(all, func(r ref) bool { return strings.TrimSpace(r.name) == variablePrefix+name }) && isVariableName(name) {
			p := problem(FieldVariables, finding.Warning, "callback-variable-unused", "The custom variable %s is not in the body, so the application server never gets it. Write %s there, or remove it.", finding.Quote(name), finding.Quote(reference(variablePrefix+name)))
			p.Element = name
			found = append(found, p)
		}
	}
	return found
}
