//go:build unix

package rig

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup keeps Ctrl-C in a terminal, which every process of the foreground group gets, from reaching the program a
// second time: a Terraform that is interrupted twice ends at once and leaves its provider running.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
}

// endGroup kills what is left of the program's group, which is nothing when it ended in good order.
func endGroup(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}

// endedWell reports whether a server that was asked to end did so in good order.
func endedWell(state *os.ProcessState) bool { return state.Success() }
