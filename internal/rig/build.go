package rig

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/terraform-provider-oss/terraform-provider-oss"

// Repository is the root folder of this repository, for a process that runs in one of its modules.
func Repository(ctx context.Context) (string, error) {
	dir, err := Must(ctx, Command(ctx, "", nil, "go", "list", "-m", "-f", "{{.Dir}}", module))
	return strings.TrimSpace(dir), err
}

// Build builds programs of this repository, named like "./cmd/oss-local", into a folder. "." is the provider. A test under
// the race detector gets programs that it watches as well.
func Build(ctx context.Context, bin string, packages ...string) (err error) {
	repository, err := Repository(ctx)
	if err != nil {
		return err
	}
	if handed := os.Getenv(programsVariable); handed != "" && linkAll(handed, bin, packages) == nil {
		return nil
	}
	work, err := os.MkdirTemp(bin, "build-") // an interrupted build leaves its work there
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	// Stamping the commit would need git, and a checkout that git trusts.
	// No debugger looks at the programs, and without what it needs they are linked in half the time.
	args := []string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", bin}
	if race {
		args = append(args, "-race")
	}
	_, err = Must(ctx, Command(ctx, repository, append(os.Environ(), "GOTMPDIR="+work), "go", append(args, packages...)...))
	return err
}

// linkAll has programs that another process has built in a folder of their own, too.
func linkAll(handed, bin string, packages []string) error {
	for _, pkg := range packages {
		program := path.Base(pkg)
		if pkg == "." {
			program = path.Base(module)
		}
		if err := os.Link(Path(handed, program), Path(bin, program)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

// Path is where Build has put a program.
func Path(bin, program string) string {
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	return filepath.Join(bin, program)
}

// Programs are programs of this repository that are built once for all tests of a package.
type Programs struct {
	Packages []string // as Build takes them

	once sync.Once
	bin  string
	err  error
}

// programsVariable names the folder of the programs to a test process for which another one, or `make test`, has built them.
const programsVariable = "RIG_TEST_PROGRAMS"

// Handed is a setting by which a test process that this one starts takes the programs from here and builds none.
func (p *Programs) Handed(t testing.TB) string {
	t.Helper()
	return programsVariable + "=" + p.Bin(t)
}

// Bin is the folder of the programs. The first call builds them, unless they are handed to this process.
func (p *Programs) Bin(t testing.TB) string {
	t.Helper()
	if handed := os.Getenv(programsVariable); handed != "" {
		return handed
	}
	p.once.Do(func() {
		if p.bin, p.err = os.MkdirTemp("", "oss-programs-"); p.err == nil {
			p.err = Build(t.Context(), p.bin, p.Packages...)
		}
	})
	if p.err != nil {
		t.Fatal(p.err)
	}
	return p.bin
}

// Main runs the tests of a package, removes the programs, and returns the exit code: what TestMain needs.
func (p *Programs) Main(m *testing.M) int {
	if err := useHost(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if p.bin != "" {
		if err := os.RemoveAll(p.bin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	return code
}
