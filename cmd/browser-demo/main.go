// Command browser-demo shows examples/browser-upload at work on this machine: a local OSS server, the token endpoint, the
// receiver of callbacks and what Terraform makes of the example, until Ctrl-C. The tests of this package do the same and
// let a browser click through it.
//
// stage.go prepares the folder and the programs.
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
	err := show(ctx, os.Stdout, os.TempDir(), func(s *stage) error { return s.present(ctx, os.Stdout) })
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\nThe demo failed: %v\n", err)
		os.Exit(1)
	}
}

// show sets the example up in a folder below parent and hands it to whoever uses it. Nothing is left behind. That ctx has
// ended meanwhile is not an error.
func show(ctx context.Context, out io.Writer, parent string, use func(*stage) error) (err error) {
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
	defer func() { err = errors.Join(err, s.close()) }()
	return use(s)
}

// present applies the example and serves its page until ctx ends, which is not an error.
func (s *stage) present(ctx context.Context, out io.Writer) error {
	fmt.Fprintln(out, "\nApplying examples/browser-upload …")
	if _, err := s.tf(ctx, "apply", "-auto-approve", "-no-color"); err != nil {
		return unlessEnded(ctx, err)
	}
	fmt.Fprintf(out, "\nOpen %s in a browser (Chrome, Edge or Firefox) and click.\nEach request shows below. Ctrl-C ends the demo.\n\n", s.page())
	name := ""
	select {
	case <-ctx.Done():
		return nil
	case <-s.oss.Ended():
		name = "the local OSS server"
	case <-s.token.Ended():
		name = "the token endpoint"
	case <-s.receiver.Ended():
		name = "the receiver of callbacks"
	}
	return unlessEnded(ctx, fmt.Errorf("%s has ended", name))
}

// unlessEnded is the error of something that did not end because ctx did.
func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return nil
}
