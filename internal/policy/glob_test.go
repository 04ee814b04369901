package policy

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"
)

// The short cuts say what the matcher says.
func TestGlobsMatchAsTheLibraryDoes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	text := func(most int, parts ...string) string {
		var s strings.Builder
		for range r.IntN(most + 1) {
			s.WriteString(parts[r.IntN(len(parts))])
		}
		return s.String()
	}
	seen := map[globForm][2]int{}
	for range 300000 {
		pattern, name := text(5, "a", "b", ".", "/", "*", "?", "**", "/**", "**/", "**/*", "{a,b/c}", "[ab]", `\a`), text(6, "a", "b", ".", "/", "c")
		if name == "" || !doublestar.ValidatePattern(pattern) {
			continue
		}
		g := newGlob(pattern)
		want := doublestar.MatchUnvalidated(pattern, name)
		if got := g.match(name); got != want {
			t.Fatalf("%q and %q (form %d): %v, and the library says %v", pattern, name, g.form, got, want)
		}
		counts := seen[g.form]
		if want {
			counts[1]++
		} else {
			counts[0]++
		}
		seen[g.form] = counts
	}
	for form := anyGlob; form <= anyLevel; form++ {
		if seen[form][0] < 100 || seen[form][1] < 100 {
			t.Errorf("form %d was tried %v times: the test proves little", form, seen[form])
		}
	}
}
