package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// command prepares a program that is interrupted when ctx ends, and killed if that does not end it.
func command(ctx context.Context, dir string, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// output runs a program to its end. An error holds what it printed.
func output(cmd *exec.Cmd) (string, error) {
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out), nil
}

// server is a running program that says "listening on URL" first and then prints a line a request.
type server struct {
	url  string
	stop context.CancelFunc
	gone chan struct{} // closed when the process is
	mu   sync.Mutex
	log  []string
}

// startServer starts a program and returns when it is ready. Its later lines go to out as well. When it ends by itself
// its name is sent to ended.
func startServer(ctx context.Context, cmd func(context.Context) *exec.Cmd, out io.Writer, ended chan<- string) (*server, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := cmd(ctx)
	var stderr strings.Builder
	c.Stderr = &stderr
	pipe, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	s := &server{stop: cancel, gone: make(chan struct{})}
	ready := make(chan string, 1)
	go func() {
		defer close(s.gone)
		lines := bufio.NewScanner(pipe)
		for first := true; lines.Scan(); first = false {
			if first {
				ready <- lines.Text()
				continue
			}
			s.mu.Lock()
			s.log = append(s.log, lines.Text())
			s.mu.Unlock()
			fmt.Fprintln(out, lines.Text())
		}
		_ = c.Wait() // interrupted, as a rule
		if ctx.Err() == nil {
			ended <- c.Path
		}
	}()
	select {
	case line := <-ready:
		url, ok := strings.CutPrefix(line, "listening on ")
		if !ok {
			s.close()
			return nil, fmt.Errorf("%s began with %q", c.Path, line)
		}
		s.url = url
		return s, nil
	case <-s.gone:
		cancel()
		return nil, errors.Join(fmt.Errorf("%s ended before it was ready", c.Path), errors.New(stderr.String()))
	case <-ctx.Done():
		s.close()
		return nil, context.Cause(ctx)
	}
}

// close ends the program and returns when it is gone.
func (s *server) close() {
	s.stop()
	<-s.gone
}

// lines counts the lines of the log that hold every one of the words.
func (s *server) lines(words ...string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, line := range s.log {
		missing := false
		for _, word := range words {
			missing = missing || !strings.Contains(line, word)
		}
		if !missing {
			n++
		}
	}
	return n
}
