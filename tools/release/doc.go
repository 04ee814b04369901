// Package release pins the programs that make a release, and checks what they have made: `make snapshot` runs its tests on
// dist/. It is a module of its own, because these programs bring in more than everything else here together.
package release
