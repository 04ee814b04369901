// Package rig is what tests, demos and trials stand on when they run programs: it builds programs of this repository,
// starts a server such as oss-local on a free port and reads its log, gives Terraform an environment in which nothing of
// the shell's decides, and takes down what it started, on Ctrl-C too. It needs nothing but the standard library, and
// whatever ships must not import it.
package rig
