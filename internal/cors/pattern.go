package cors

import "strings"

// A pattern is an element of a rule: text in which the first "*", if there is one,
// stands for any run of characters, an empty one included.

// matches reports whether text is one that pattern stands for.
func matches(pattern, text string) bool {
	prefix, suffix, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == text
	}
	return len(text) >= len(prefix)+len(suffix) && strings.HasPrefix(text, prefix) && strings.HasSuffix(text, suffix)
}

// covers reports whether wide stands for every text that narrow stands for. With
// one wildcard each, that holds exactly when the fixed ends of narrow contain those
// of wide: in between any text may stand.
func covers(wide, narrow string) bool {
	head, tail, narrowWild := strings.Cut(narrow, "*")
	if !narrowWild {
		return matches(wide, narrow)
	}
	prefix, suffix, wideWild := strings.Cut(wide, "*")
	return wideWild && strings.HasPrefix(head, prefix) && strings.HasSuffix(tail, suffix)
}

// The same for names of headers, which are equal in any case of letters.

func matchesFold(pattern, text string) bool {
	return matches(strings.ToLower(pattern), strings.ToLower(text))
}

func coversFold(wide, narrow string) bool {
	return covers(strings.ToLower(wide), strings.ToLower(narrow))
}

// some reports whether pred holds between one of the patterns and text.
func some(patterns []string, text string, pred func(pattern, text string) bool) bool {
	for _, pattern := range patterns {
		if pred(pattern, text) {
			return true
		}
	}
	return false
}
