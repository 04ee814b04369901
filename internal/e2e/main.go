// Command e2e shows examples/browser-upload at work on this machine: a local OSS server, the token endpoint and what
// Terraform makes of the example, until Ctrl-C. The tests of this package do the same and let a browser click through it.
//
// stage.go prepares the folder and the programs, program.go runs them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := show(ctx, os.Stdout, os.TempDir())
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\nThe demo failed: %v\n", err)
		os.Exit(1)
	}
}

// show serves the page from a folder below parent until ctx ends, which is no error. Nothing is left behind.
func show(ctx context.Context, out io.Writer, parent string) (err error) {
	dir, err := os.MkdirTemp(parent, "oss-browser-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintln(out, "Building the programs and fetching the browser SDK …")
	s, err := newStage(ctx, dir, out)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	defer s.close()
	fmt.Fprintln(out, "\nApplying examples/browser-upload …")
	if _, err := s.terraform(ctx, "apply", "-auto-approve", "-no-color"); err != nil {
		return unlessEnded(ctx, err)
	}
	fmt.Fprintf(out, "\nOpen %s in a browser (Chrome, Edge or Firefox) and click.\nEach request shows below. Ctrl-C ends the demo.\n\n", s.page())
	select {
	case <-ctx.Done():
		return nil
	case name := <-s.ended:
		return fmt.Errorf("%s has ended", name)
	}
}

// unlessEnded is the error of something that did not end because ctx did.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}
