package rules

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
)

// The kinds of argument that a directive takes.
const (
	noArgument     = iota
	seconds        // a whole number of seconds
	optionalFields // none, or names of headers
)

// cacheDirectives are those of responses: RFC 9111 section 5.2.2, RFC 5861, RFC 8246.
var cacheDirectives = map[string]int{
	"max-age": seconds, "s-maxage": seconds, "stale-while-revalidate": seconds, "stale-if-error": seconds,
	"no-cache": optionalFields, "private": optionalFields,
	"no-store": noArgument, "no-transform": noArgument, "must-revalidate": noArgument, "proxy-revalidate": noArgument,
	"must-understand": noArgument, "public": noArgument, "immutable": noArgument,
}

// requestDirectives have a meaning in requests alone (RFC 9111 section 5.2.1).
var requestDirectives = []string{"max-stale", "min-fresh", "only-if-cached"}

// cacheContradictions lists directives of which the first makes the second idle
// (RFC 9111 sections 5.2.2.2 to 5.2.2.10; RFC 5861 section 3).
var cacheContradictions = []struct {
	wins  string
	loses []string
	why   string
}{
	{"no-store", []string{"max-age", "s-maxage", "public", "immutable", "stale-while-revalidate", "stale-if-error"}, "nothing may be stored"},
	{"no-cache", []string{"max-age", "s-maxage", "immutable", "stale-while-revalidate"}, "every use is checked with OSS first"},
	{"private", []string{"public", "s-maxage"}, "shared caches may not store it"},
	{"must-revalidate", []string{"stale-while-revalidate", "stale-if-error"}, "nothing stale may be used"},
}

// directive is one element of Cache-Control, its name in lower case.
type directive struct {
	name, argument string
	hasArgument    bool
}

// doubtCacheControl reports what caches would ignore or read differently. OSS
// stores the value as it is.
func doubtCacheControl(value string) []doubt {
	directives, rest := parseCacheControl(value)
	if rest != "" {
		return []doubt{{"cache-control-syntax", "Cache-Control " + cacheSyntax(rest, finding.Position(value, rest))}}
	}
	var found []doubt
	seen := map[string]bool{}
	for i, d := range directives {
		if seen[d.name] {
			found = append(found, doubt{"cache-control-duplicate", fmt.Sprintf("Directive %d of Cache-Control repeats an earlier one, and caches differ in which they obey. Keep one.", i+1)})
			continue
		}
		seen[d.name] = true
		found = append(found, doubtDirective(d, i+1)...)
	}
	return append(found, doubtContradictions(directives)...)
}

func parseCacheControl(value string) (list []directive, rest string) {
	s := scanner{value}
	for {
		s.space()
		if s.rest == "" {
			return list, ""
		}
		if s.eat(',') { // an empty element is allowed (RFC 9110, section 5.6.1)
			continue
		}
		start := s.rest
		d := directive{name: strings.ToLower(s.token())}
		if d.name == "" {
			return list, start
		}
		if s.eat('=') {
			var ok bool
			if d.argument, _, ok = s.value(); !ok {
				return list, start
			}
			d.hasArgument = true
		}
		if s.space(); s.rest != "" && s.rest[0] != ',' {
			return list, start
		}
		list = append(list, d)
	}
}

// cacheSyntax finds the mistake that is usually behind unreadable directives.
func cacheSyntax(rest string, position int) string {
	first, _, _ := strings.Cut(rest, ",")
	switch name, argument, colon := strings.Cut(first, ":"); {
	case strings.Contains(first, ";"):
		return fmt.Sprintf("separates directives with \";\" after position %d. Write commas.", position)
	case colon && isToken(strings.TrimSpace(name)) && isToken(strings.TrimSpace(argument)):
		return fmt.Sprintf("has a colon in the directive at position %d. Write an equals sign, as in \"max-age=3600\".", position)
	case strings.Contains(first, " =") || strings.Contains(first, "= "):
		return fmt.Sprintf("has a space beside the equals sign of the directive at position %d. Remove it.", position)
	default:
		return fmt.Sprintf("is unreadable from position %d on. Write directives separated by commas, such as \"public, max-age=3600\".", position)
	}
}

// doubtDirective looks at one directive by itself. What it names of one is the word of the standard.
func doubtDirective(d directive, number int) []doubt {
	kind, known := cacheDirectives[d.name]
	if !known {
		return []doubt{{"cache-control-unknown", unknownDirective(d.name, number)}}
	}
	switch {
	case kind == seconds && !d.hasArgument:
		return []doubt{{"cache-control-argument", fmt.Sprintf("Cache-Control has %s without a number of seconds; write it like \"%s=3600\".", finding.Quote(d.name), d.name)}}
	case kind == seconds && strings.Trim(d.argument, "0123456789") != "":
		return []doubt{{"cache-control-argument", fmt.Sprintf("Cache-Control has %s with something that is not a whole number of seconds; write it like \"%s=3600\".", finding.Quote(d.name), d.name)}}
	case kind == noArgument && d.hasArgument:
		return []doubt{{"cache-control-argument", fmt.Sprintf("Cache-Control has %s with a value, and it takes none; write %s alone.", finding.Quote(d.name), finding.Quote(d.name))}}
	}
	return nil
}

func unknownDirective(name string, number int) string {
	if slices.Contains(requestDirectives, name) {
		return fmt.Sprintf("Cache-Control has %s, which means something in requests only. Remove it.", finding.Quote(name))
	}
	advice := "Remove it, or write a directive that caches know, such as \"max-age=3600\"."
	if near := finding.Nearest(name, slices.Sorted(maps.Keys(cacheDirectives))); near != "" {
		advice = fmt.Sprintf("Did you mean %q?", near)
	}
	return fmt.Sprintf("Directive %d of Cache-Control is in no standard, so caches ignore it. %s", number, advice)
}

func doubtContradictions(directives []directive) []doubt {
	active := map[string]bool{}
	for _, d := range directives {
		switch cacheDirectives[d.name] {
		case seconds: // "max-age=0" contradicts nothing
			number, err := strconv.ParseUint(d.argument, 10, 64)
			active[d.name] = d.hasArgument && (err != nil || number > 0)
		case optionalFields: // with names of headers it is about those headers alone
			active[d.name] = !d.hasArgument
		default:
			active[d.name] = true
		}
	}
	var found []doubt
	for _, c := range cacheContradictions {
		if !active[c.wins] {
			continue
		}
		for _, idle := range c.loses {
			if active[idle] {
				found = append(found, doubt{"cache-control-contradiction", fmt.Sprintf("Cache-Control has both %q and %q. With %q %s, so %q does nothing; remove one of them.", c.wins, idle, c.wins, c.why, idle)})
			}
		}
	}
	return found
}
