package trials

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

const (
	bucket      = "trial"
	region      = "cn-hangzhou"
	keyID       = "local-id"
	keySecret   = "local-secret"
	helloCRC    = "11177612005948864433" // CRC-64 (ECMA) of "hello"
	privateFlag = "--allow-private-callbacks"
)

// built holds the programs under trial.
var built = &rig.Programs{Packages: []string{".", "./cmd/oss-local"}}

func TestMain(m *testing.M) { os.Exit(built.Main(m)) }

// need finds a program, or ends the test with what to install.
func need(t *testing.T, program, install string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is not on the PATH: install %s", program, install)
	}
	return path
}

// serve starts an oss-local with one bucket, and gives its address.
func serve(t *testing.T, flags ...string) string {
	t.Helper()
	return launch(t, flags...).URL
}

// server is an oss-local under way.
type server struct {
	*rig.Server
	t *testing.T
}

func launch(t *testing.T, flags ...string) server {
	t.Helper()
	program := rig.OSSLocal(built.Bin(t), append([]string{"--bucket", bucket}, flags...)...)
	program.Env = append(program.Env, "TMPDIR="+t.TempDir())
	started, err := rig.Start(t.Context(), program)
	if err != nil {
		t.Fatal(err)
	}
	s := server{started, t}
	t.Cleanup(func() {
		log := s.stop()
		if t.Failed() {
			t.Logf("requests:\n%s", log)
		}
	})
	return s
}

// stop ends the server and gives its lines, one a request.
func (s server) stop() string {
	if err := s.Stop(); err != nil {
		s.t.Error(err)
	}
	return strings.Join(s.Lines(), "\n")
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

// command runs a program to its end and gives both outputs. What the shell holds for Terraform and OSS does not decide
// what a trial sees.
func command(t *testing.T, dir string, env []string, name string, args ...string) (string, error) {
	t.Helper()
	out, code, err := rig.Combined(t.Context(), rig.Command(t.Context(), dir, append(rig.Environ(), env...), name, args...))
	if err == nil && code != 0 {
		err = fmt.Errorf("exit code %d", code)
	}
	return out, err
}

func mustRun(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, env, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return out
}
