package policy

import "regexp/syntax"

// leastLength returns how many characters the shortest text has that a pattern can
// match, or a number not above that where anchors or word boundaries decide; -1 when
// nothing can match. The pattern must parse.
func leastLength(pattern string) int {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return 0
	}
	return least(tree.Simplify())
}

func least(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpNoMatch:
		return -1
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass:
		if len(re.Rune) == 0 {
			return -1
		}
		return 1
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return least(re.Sub[0])
	case syntax.OpConcat:
		sum := 0
		for _, sub := range re.Sub {
			n := least(sub)
			if n < 0 {
				return -1
			}
			sum += n
		}
		return sum
	case syntax.OpAlternate:
		best := -1
		for _, sub := range re.Sub {
			if n := least(sub); n >= 0 && (best < 0 || n < best) {
				best = n
			}
		}
		return best
	}
	return 0 // *, ?, anchors, word boundaries, the empty match; {n,m} is simplified away
}
