package trials

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	bucket      = "trial"
	region      = "cn-hangzhou"
	keyID       = "local-id"
	keySecret   = "local-secret"
	helloCRC    = "11177612005948864433" // CRC-64 (ECMA) of "hello"
	privateFlag = "--allow-private-callbacks"
)

// bin holds the programs under trial, built once.
var bin string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "oss-trials-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-o", dir, ".", "./cmd/oss-local")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// need finds a program, or ends the test with what to install.
func need(t *testing.T, program, install string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is not on the PATH: install %s", program, install)
	}
	return path
}

func program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(bin, name)
}

// server is an oss-local under way.
type server struct {
	t      *testing.T
	url    string
	cmd    *exec.Cmd
	stderr bytes.Buffer
	log    bytes.Buffer // complete when ended is closed
	ended  chan struct{}
	once   sync.Once
}

// serve starts an oss-local with one bucket, and gives its address.
func serve(t *testing.T, flags ...string) string {
	t.Helper()
	return launch(t, flags...).url
}

func launch(t *testing.T, flags ...string) *server {
	t.Helper()
	s := &server{t: t, ended: make(chan struct{})}
	s.cmd = exec.Command(program("oss-local"), append([]string{"--addr", "127.0.0.1:0", "--bucket", bucket}, flags...)...)
	s.cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(&s.log, lines) // ends with the server
	}()
	t.Cleanup(func() {
		log := s.stop()
		if t.Failed() {
			t.Logf("requests:\n%s", log)
		}
	})
	url, ok := strings.CutPrefix(strings.TrimSpace(first), "listening on ")
	if !ok {
		t.Fatalf("first line %q, %v", first, err)
	}
	s.url = url
	return s
}

// stop ends the server and gives its lines, one a request.
func (s *server) stop() string {
	s.once.Do(func() {
		_ = s.cmd.Process.Signal(os.Interrupt) // Wait tells how it ended
		<-s.ended
		if err := s.cmd.Wait(); err != nil {
			s.t.Errorf("oss-local: %v\n%s", err, &s.stderr)
		}
	})
	return s.log.String()
}

// receiver takes callbacks and keeps their bodies.
type receiver struct {
	url    string
	mu     sync.Mutex
	bodies []string
}

func receive(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			t.Errorf("callback: %v", err)
		}
		r.mu.Lock()
		r.bodies = append(r.bodies, string(body))
		r.mu.Unlock()
		if strings.HasPrefix(req.URL.Path, "/fail") {
			w.WriteHeader(http.StatusInternalServerError)
		}
		fmt.Fprintf(w, `{"path":%q}`, req.URL.Path)
	}))
	t.Cleanup(ts.Close)
	r.url = ts.URL
	return r
}

func (r *receiver) last(t *testing.T) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.bodies) == 0 {
		t.Fatal("no callback came")
	}
	return r.bodies[len(r.bodies)-1]
}

// command runs a program to its end and gives both outputs.
func command(t *testing.T, dir string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	// What the shell holds for Terraform and OSS must not decide what a trial sees.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "TF_") || strings.HasPrefix(pair, "OSS_") || strings.HasPrefix(pair, "ALIBABA_CLOUD_")
	})
	cmd.Dir, cmd.Env = dir, append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func mustRun(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, env, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return out
}
