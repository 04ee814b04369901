package object

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/text/unicode/norm"
)

// Globs choose among the names of files, which are paths with slashes: those that match one of Include, or all where
// there is none, without those that match one of Exclude. The globs have to be well formed.
type Globs struct{ Include, Exclude []string }

// Takes reports whether a name is chosen.
func (g Globs) Takes(name string) bool {
	return (len(g.Include) == 0 || matchesAny(g.Include, name)) && !matchesAny(g.Exclude, name)
}

// skips reports whether everything below a folder is excluded, so that it need not be opened.
func (g Globs) skips(folder string) bool {
	return slices.ContainsFunc(g.Exclude, func(glob string) bool {
		above, all := strings.CutSuffix(glob, "/**")
		return glob == "**" || all && (doublestar.MatchUnvalidated(above, folder) || doublestar.MatchUnvalidated(glob, folder))
	})
}

// matchesAny compares in Unicode NFC, in which Terraform has all globs.
func matchesAny(globs []string, name string) bool {
	name = norm.NFC.String(name)
	return slices.ContainsFunc(globs, func(glob string) bool { return doublestar.MatchUnvalidated(glob, name) })
}
