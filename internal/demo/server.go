package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// server is a running oss-local.
type server struct {
	endpoint string // http://ADDR
	stop     context.CancelFunc
	ended    chan struct{} // closed when the process is gone
	stderr   strings.Builder

	mu    sync.Mutex
	lines []string      // of its output, one a request
	read  int           // lines that requests has returned
	more  chan struct{} // closed and replaced with each new line
	marks int
}

// request is one line of the request log.
type request struct {
	status    string
	operation string // OSS's name of the API
	target    string // /bucket/key?subresource
	in        int64  // body bytes that came with it
}

// startServer starts oss-local on a free port and returns when it is ready. end must be called in every case but an error.
func (s *stage) startServer(ctx context.Context) (*server, error) {
	ctx, cancel := context.WithCancel(ctx)
	v := &server{stop: cancel, ended: make(chan struct{}), more: make(chan struct{})}
	cmd := command(ctx, s.dir, s.env, s.path("bin", "oss-local"+suffix()), "--addr", "127.0.0.1:0", "--data", s.path("data"),
		"--region", region, "--access-key-id", accessKeyID, "--access-key-secret", accessKeySecret, "--bucket", bucket)
	cmd.Stderr = &v.stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	go v.follow(cmd, bufio.NewScanner(out))
	first, err := v.next(ctx, func(string) bool { return true })
	if err == nil {
		v.endpoint, err = listeningOn(first[0])
	}
	if err != nil {
		v.end()
		return nil, err
	}
	return v, nil
}

// listeningOn reads the address from the line by which oss-local says that it is ready.
func listeningOn(line string) (string, error) {
	endpoint, ok := strings.CutPrefix(line, "listening on ")
	if !ok || !strings.HasPrefix(endpoint, "http://127.0.0.1:") {
		return "", fmt.Errorf("the server began with %q", line)
	}
	return endpoint, nil
}

// follow collects the server's output until it ends.
func (v *server) follow(cmd *exec.Cmd, out *bufio.Scanner) {
	defer close(v.ended)
	for out.Scan() {
		v.mu.Lock()
		v.lines = append(v.lines, out.Text())
		close(v.more)
		v.more = make(chan struct{})
		v.mu.Unlock()
	}
	_ = wait(cmd) // interrupted, as a rule
}

// end stops the server and returns when it is gone.
func (v *server) end() {
	v.stop()
	<-v.ended
}

// next waits for a line that matches and returns the lines up to it that were not returned yet, the matching one last.
func (v *server) next(ctx context.Context, matches func(string) bool) ([]string, error) {
	for {
		v.mu.Lock()
		for i := v.read; i < len(v.lines); i++ {
			if matches(v.lines[i]) {
				part := v.lines[v.read : i+1]
				v.read = i + 1
				v.mu.Unlock()
				return part, nil
			}
		}
		more := v.more
		v.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-v.ended:
			return nil, fmt.Errorf("the server has ended: %s", v.stderr.String())
		}
	}
}

// requests returns what the server was asked since the last call. It asks for something itself and waits until that
// shows in the log, since a line may be read later than the answer that it tells of.
func (v *server) requests(ctx context.Context) ([]request, error) {
	v.marks++
	mark := fmt.Sprintf("/%s/end-of-part-%d", bucket, v.marks)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.endpoint+mark, nil)
	if err != nil {
		return nil, err
	}
	resp, err := visitor.Do(req)
	if err != nil {
		return nil, err
	}
	if err := resp.Body.Close(); err != nil {
		return nil, err
	}
	lines, err := v.next(ctx, func(line string) bool { return strings.Contains(line, mark+" ") })
	if err != nil {
		return nil, err
	}
	var all []request
	for _, line := range lines[:len(lines)-1] {
		r, err := parseRequest(line)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// visitor fetches over plain HTTP, as a browser would.
var visitor = &http.Client{Timeout: 30 * time.Second}

// parseRequest reads a line of the request log: time, status, method, operation, target, duration, in=BYTES, out=BYTES.
func parseRequest(line string) (request, error) {
	fields := strings.Fields(line)
	if len(fields) < 8 {
		return request{}, fmt.Errorf("the server logged %q, which has too few fields", line)
	}
	in, ok := strings.CutPrefix(fields[6], "in=")
	n, err := strconv.ParseInt(in, 10, 64)
	if !ok || err != nil {
		return request{}, errors.Join(fmt.Errorf("the server logged %q without the bytes that came in", line), err)
	}
	return request{status: fields[1], operation: fields[3], target: fields[4], in: n}, nil
}
