package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// server is a running oss-local whose log is read part by part.
type server struct {
	*rig.Server
	marks int
}

// request is one line of the request log.
type request struct {
	status    string
	operation string // OSS's name of the API
	target    string // /bucket/key?subresource
	in        int64  // body bytes that came with it
}

// objectBytes are the bytes of an object that came with the request; those of rules and lists are none.
func (r request) objectBytes() int64 {
	if r.operation == "PutBucketCors" || r.operation == "DeleteMultipleObjects" {
		return 0
	}
	return r.in
}

// startServer starts oss-local on a free port and returns when it is ready. end must be called in every case but an error.
func (s *stage) startServer(ctx context.Context) (*server, error) {
	program := rig.OSSLocal(s.path("bin"), "--data", s.path("data"), "--region", region,
		"--access-key-id", accessKeyID, "--access-key-secret", accessKeySecret, "--bucket", bucket)
	program.Dir, program.Env = s.dir, s.env
	started, err := rig.Start(ctx, program)
	if err != nil {
		return nil, err
	}
	return &server{Server: started}, nil
}

// requests returns what the server was asked since the last call. It asks for something itself and waits until that
// shows in the log, since a line may be read later than the answer that it is about.
func (v *server) requests(ctx context.Context) ([]request, error) {
	v.marks++
	mark := fmt.Sprintf("/%s/end-of-part-%d", bucket, v.marks)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.URL+mark, nil)
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
	lines, err := v.Next(ctx, func(line string) bool { return strings.Contains(line, mark+" ") })
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
