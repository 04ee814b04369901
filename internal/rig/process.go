package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// grace is how long a program may take to end by itself after it was interrupted.
const grace = 10 * time.Second

// Command prepares a program that ends with ctx, together with the programs that it started: it is interrupted once,
// and after a grace killed. It must be run by Output, Combined or Must, or be waited for with Wait.
func Command(ctx context.Context, dir string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.WaitDelay = grace
	ownGroup(cmd)
	return cmd
}

// Wait waits for a program that was started, and then sees to it that none of its children is left.
func Wait(cmd *exec.Cmd) error {
	err := cmd.Wait()
	endGroup(cmd)
	return err
}

// Output runs a program to its end and returns what it wrote and its exit code. A program that could not be run, or
// that did not end by itself, is an error; an exit code other than zero is not one, unless ctx ended.
func Output(ctx context.Context, cmd *exec.Cmd) (stdout, stderr string, code int, err error) {
	var out, errs bytes.Buffer
	code, err = run(ctx, cmd, &out, &errs)
	return out.String(), errs.String(), code, err
}

// Combined is Output with both streams in one text, as a terminal would show them.
func Combined(ctx context.Context, cmd *exec.Cmd) (out string, code int, err error) {
	var both bytes.Buffer
	code, err = run(ctx, cmd, &both, &both)
	return both.String(), code, err
}

// Must is Output for programs that have to succeed. Its error holds all that the program wrote.
func Must(ctx context.Context, cmd *exec.Cmd) (stdout string, err error) {
	stdout, stderr, code, err := Output(ctx, cmd)
	if err != nil {
		return stdout, fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, stdout, stderr)
	}
	if code != 0 {
		return stdout, fmt.Errorf("%s ended with exit code %d:\n%s%s", strings.Join(cmd.Args, " "), code, stdout, stderr)
	}
	return stdout, nil
}

func run(ctx context.Context, cmd *exec.Cmd, out, errs io.Writer) (code int, err error) {
	cmd.Stdout, cmd.Stderr = out, errs
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	err = Wait(cmd)
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	}
	return 0, err
}
