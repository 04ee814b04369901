//go:build !unix

package rig

import (
	"os"
	"os/exec"
)

// There are no process groups here: the program is killed when its context ends, which is what exec does by itself.
func ownGroup(*exec.Cmd) {}

func endGroup(*exec.Cmd) {}

// endedWell cannot be known here, where a server is killed to end it.
func endedWell(*os.ProcessState) bool { return true }
