package rules

import "strings"

// scanner reads the building blocks that header grammars share (RFC 9110, section
// 5.6). Every method consumes what it returns and leaves the rest.
type scanner struct{ rest string }

// space skips spaces and tabs.
func (s *scanner) space() { s.rest = strings.TrimLeft(s.rest, " \t") }

// eat consumes c if it comes next.
func (s *scanner) eat(c byte) bool {
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// token consumes a token, or returns "" where none begins.
func (s *scanner) token() string {
	end := 0
	for end < len(s.rest) && isTokenByte(s.rest[end]) {
		end++
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

// quoted consumes a quoted string and returns its text without quotes and escapes;
// ok is false, and nothing consumed, where none begins or it does not end.
func (s *scanner) quoted() (text string, ok bool) {
	if s.rest == "" || s.rest[0] != '"' {
		return "", false
	}
	var b strings.Builder
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return b.String(), true
		case c == '\\' && i+1 < len(s.rest):
			i++
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// value consumes a token or a quoted string.
func (s *scanner) value() (text string, quoted, ok bool) {
	if text, ok = s.quoted(); ok {
		return text, true, true
	}
	text = s.token()
	return text, false, text != ""
}

func isTokenByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

func isToken(s string) bool {
	rest := scanner{s}
	return rest.token() == s && s != ""
}

// parameter is one name=value of a header, its name in lower case.
type parameter struct {
	name, value string
	quoted      bool
}

// parameters consumes `; name=value` pairs up to the end. rest is what it could not
// read, from where the parameter begins, or "".
func (s *scanner) parameters() (list []parameter, rest string) {
	for {
		s.space()
		if s.rest == "" {
			return list, ""
		}
		start := s.rest
		if !s.eat(';') {
			return list, start
		}
		s.space()
		if s.rest == "" || s.rest[0] == ';' {
			continue // an empty parameter is allowed (RFC 9110, section 5.6.6)
		}
		start = s.rest
		name := s.token()
		if name == "" || !s.eat('=') {
			return list, start
		}
		value, quoted, ok := s.value()
		if !ok {
			return list, start
		}
		if s.space(); s.rest != "" && s.rest[0] != ';' {
			return list, start
		}
		list = append(list, parameter{strings.ToLower(name), value, quoted})
	}
}
