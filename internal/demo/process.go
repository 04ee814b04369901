package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// grace is how long a program may take to end by itself after it was interrupted.
const grace = 10 * time.Second

// command prepares a program that ends with ctx, together with the programs that it started: it is interrupted once,
// and after a grace killed. It must be waited for with wait.
func command(ctx context.Context, dir string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.WaitDelay = grace
	ownGroup(cmd)
	return cmd
}

// wait waits for a program that was started, and then sees to it that none of its children is left.
func wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	endGroup(cmd)
	return err
}

// output runs a program to its end and returns what it wrote and its exit code. A program that could not be run, or
// that did not end by itself, is an error; an exit code other than zero is none, unless ctx ended.
func output(ctx context.Context, cmd *exec.Cmd) (stdout, stderr string, code int, err error) {
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		return "", "", 0, err
	}
	err = wait(cmd)
	if ctx.Err() != nil {
		return "", "", 0, context.Cause(ctx)
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return out.String(), errs.String(), exit.ExitCode(), nil
	}
	return out.String(), errs.String(), 0, err
}

// must is output for programs that have to succeed.
func must(ctx context.Context, cmd *exec.Cmd) (string, error) {
	stdout, stderr, code, err := output(ctx, cmd)
	if err != nil {
		return "", err
	}
	if code != 0 {
		return "", fmt.Errorf("%s ended with exit code %d:\n%s%s", strings.Join(cmd.Args, " "), code, stdout, stderr)
	}
	return stdout, nil
}
