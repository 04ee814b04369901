package rig

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
)

// Program is a server that is to be started: one that prints "listening on http://127.0.0.1:PORT" when it is ready, and
// may print lines after that, such as one a request.
type Program struct {
	Path string
	Args []string
	Dir  string
	Env  []string  // left out, this process's
	Log  io.Writer // gets the later lines as well; nil is nobody
}

// OSSLocal is the oss-local of a folder of built programs, on a free port.
func OSSLocal(bin string, args ...string) Program {
	return Program{Path: Path(bin, "oss-local"), Args: append([]string{"--addr", "127.0.0.1:0"}, args...), Env: Environ()}
}

// Server is a program under way.
type Server struct {
	URL string // where it listens

	cmd    *exec.Cmd
	log    io.Writer
	cancel context.CancelFunc
	ended  chan struct{} // closed when the process is gone
	failed error         // how it ended; to be read when ended is closed
	stderr buffer

	mu    sync.Mutex
	lines []string      // of its output, all
	read  int           // lines that Next has returned
	more  chan struct{} // closed and replaced with each new line
}

// Start starts a server and returns when it is ready. It ends with ctx; Stop or Kill must be called in every case but
// an error.
func Start(ctx context.Context, p Program) (*Server, error) {
	if p.Log == nil {
		p.Log = io.Discard
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &Server{log: p.Log, cancel: cancel, ended: make(chan struct{}), more: make(chan struct{})}
	s.cmd = Command(ctx, p.Dir, p.Env, p.Path, p.Args...)
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, err
	}
	go s.follow(out)
	first, err := s.Next(ctx, AnyLine)
	if err == nil {
		s.URL, err = listeningOn(first[0])
	}
	if err != nil {
		cancel()
		<-s.ended
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	return s, nil
}

// listeningOn reads the address from the line by which a server says that it is ready.
func listeningOn(line string) (string, error) {
	url, ok := strings.CutPrefix(line, "listening on ")
	if !ok || !strings.HasPrefix(url, "http://127.0.0.1:") || strings.HasSuffix(url, ":0") {
		return "", fmt.Errorf("the server began with %q", line)
	}
	return url, nil
}

// follow collects the server's output until it ends.
func (s *Server) follow(out io.Reader) {
	defer close(s.ended)
	reader := bufio.NewReader(out)
	for first := true; ; first = false {
		line, err := reader.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" || err == nil {
			s.mu.Lock()
			s.lines = append(s.lines, line)
			close(s.more)
			s.more = make(chan struct{})
			s.mu.Unlock()
			if !first {
				fmt.Fprintln(s.log, line)
			}
		}
		if err != nil {
			break
		}
	}
	err := Wait(s.cmd) // an error when it was killed, or when it ended well but because of its context
	if !endedWell(s.cmd.ProcessState) {
		s.failed = errors.Join(fmt.Errorf("%s: %w", s.cmd.Path, err), errors.New(s.stderr.String()))
	}
}

// Stop asks the server to end and returns when it is gone. It is an error if it did not end in good order. To stop a
// server that has ended is to learn how it ended.
func (s *Server) Stop() error {
	s.cancel()
	return s.Wait()
}

// Signal sends the server a signal, for a test of what it does then.
func (s *Server) Signal(signal os.Signal) error { return s.cmd.Process.Signal(signal) }

// Wait waits until the server is gone, whoever ends it, and returns how it ended.
func (s *Server) Wait() error {
	<-s.ended
	s.cancel()
	return s.failed
}

// Kill ends the server without a warning and returns when it is gone.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // an error is that it has ended
	_ = s.Wait()             // killed
}

// Ended is closed when the server is gone.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// PID is the server's process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Stderr is what the server has written to its standard error so far.
func (s *Server) Stderr() string { return s.stderr.String() }

// Lines are the lines of its output so far, without the first; after the end of the server they are complete.
func (s *Server) Lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines[min(1, len(s.lines)):])
}

// Count counts the lines so far that hold every one of the words.
func (s *Server) Count(words ...string) int {
	n := 0
	for _, line := range s.Lines() {
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(line, word) }) {
			n++
		}
	}
	return n
}

// AnyLine makes Next return one line.
func AnyLine(string) bool { return true }

// Next waits for a line that matches and returns the lines up to it that Next has not returned yet, the matching one
// last.
func (s *Server) Next(ctx context.Context, matches func(string) bool) ([]string, error) {
	for ended := false; ; {
		s.mu.Lock()
		for i := s.read; i < len(s.lines); i++ {
			if matches(s.lines[i]) {
				part := slices.Clone(s.lines[s.read : i+1])
				s.read = i + 1
				s.mu.Unlock()
				return part, nil
			}
		}
		more := s.more
		s.mu.Unlock()
		if ended {
			return nil, fmt.Errorf("the server has ended: %s", s.Stderr())
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-s.ended:
			ended = true // a last look at what it wrote before
		}
	}
}

// buffer is a text that one goroutine writes and others read.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
