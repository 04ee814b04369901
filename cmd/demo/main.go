// Command demo shows the provider at work on a local OSS server: a whole static site is planned, applied, changed by
// somebody else, repaired, and taken down again. Every step checks what it shows, and the command fails with the first
// expectation that does. It needs the go command, a terraform and nothing else: no account, and no network beyond loopback.
//
// It reads like this: story.go and release.go have the steps, stage.go prepares the folder and the programs, terraform.go runs
// Terraform and reads its plans, server.go runs the server and reads its request log, people.go holds the people who
// meet the bucket without Terraform.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	// SIGPIPE is among the signals so that `make demo | head` cleans up as well.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute) // a first build on a slow machine takes minutes
	err := run(ctx, os.Stdout, os.TempDir())
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\n"+ending(err))
		os.Exit(1)
	}
}

// ending is the last line of a demo that did not come to its end.
func ending(err error) string {
	if stop, ok := errors.AsType[*stopped](err); ok {
		return fmt.Sprintf("Stopped in step %d; nothing is left behind.", stop.step)
	}
	return fmt.Sprintf("The demo failed: %v", err)
}
