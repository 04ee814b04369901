package policy

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// glob is a pattern for names, with what every name has that it matches: most names of a bucket are told apart by that,
// and a million of them meet fifty rules.
type glob struct {
	text           string
	prefix, suffix string
	form           globForm
}

type globForm int

const (
	anyGlob  globForm = iota // only the matcher knows
	literal                  // the name itself
	below                    // "a/**": a, and all below it
	oneLevel                 // "a*b": without a slash in between
	anyLevel                 // "**/*b": a name that ends in b, in any folder
)

func newGlobs(texts []string) []glob {
	globs := make([]glob, len(texts))
	for i, text := range texts {
		globs[i] = newGlob(text)
	}
	return globs
}

func newGlob(text string) glob {
	g := glob{text: text, prefix: rules.GlobPrefix(text)}
	special := strings.IndexAny(text, rules.GlobSpecial)
	if special < 0 {
		g.form = literal
		return g
	}
	head, rest := text[:special], text[special:]
	last := strings.LastIndexAny(text, rules.GlobSpecial)
	tail := text[last+1:]
	switch {
	case rest == "**" && strings.HasSuffix(head, "/"):
		g.form, g.prefix = below, strings.TrimSuffix(head, "/")
	case rest == "*"+tail:
		g.form, g.prefix, g.suffix = oneLevel, head, tail
	case text == "**/*"+tail && !strings.Contains(tail, "/"):
		g.form, g.suffix = anyLevel, tail
	}
	return g
}

func (g *glob) match(name string) bool {
	switch g.form {
	case literal:
		return name == g.text
	case below:
		rest, ok := strings.CutPrefix(name, g.prefix)
		return ok && (rest == "" || rest[0] == '/')
	case oneLevel:
		return len(name) >= len(g.prefix)+len(g.suffix) && strings.HasPrefix(name, g.prefix) && strings.HasSuffix(name, g.suffix) &&
			!strings.Contains(name[len(g.prefix):len(name)-len(g.suffix)], "/")
	case anyLevel:
		return strings.HasSuffix(name, g.suffix)
	}
	return strings.HasPrefix(name, g.prefix) && doublestar.MatchUnvalidated(g.text, name)
}

// matchesAny: no globs mean all; an unknown name, "", matches no glob.
func matchesAny(globs []glob, name string) bool {
	if len(globs) == 0 {
		return true
	}
	if name == "" {
		return false
	}
	return slices.ContainsFunc(globs, func(g glob) bool { return g.match(name) })
}
