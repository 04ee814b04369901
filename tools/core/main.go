// Command core builds a released Terraform or OpenTofu from the module proxy, for tests that need another one than that on
// the PATH:
//
//	go run ./core terraform 1.16.1 ../bin/terraform-next
//	go run ./core tofu 1.12.6 ../bin/tofu
//
// A program that is there already and says that it is this release is left alone. `go install` refuses modules that replace
// others, so the module is built in a copy of its own.
//
// Of Terraform's module, packages are missing that are modules of their own and have no releases: what keeps a state in a
// service of somebody else's (azurerm, consul, cos, gcs, kubernetes, oci, oss, pg, s3). The copy is built without these.
// Everything else is as it was released, and a test here keeps its state in a file.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

// core is a program that runs providers.
type core struct {
	module string
	pkg    string // of the program, in its module
	says   string // what the first line of its version begins with
}

var cores = map[string]core{
	"terraform": {"github.com/hashicorp/terraform", ".", "Terraform v"},
	"tofu":      {"github.com/opentofu/opentofu", "./cmd/tofu", "OpenTofu v"},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 || cores[os.Args[1]].module == "" {
		log.Fatal("usage: core terraform|tofu VERSION FILE")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := cores[os.Args[1]].put(ctx, os.Args[2], os.Args[3])
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

// put sees to it that a file is the release.
func (c core) put(ctx context.Context, version, file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if c.is(ctx, version, file) {
		fmt.Printf("%s is %s%s\n", file, c.says, version)
		return nil
	}
	fmt.Printf("building %s%s, which takes some minutes\n", c.says, version)
	dir, err := os.MkdirTemp("", "core-")
	if err != nil {
		return err
	}
	err = c.build(ctx, version, file, dir)
	if err == nil && !c.is(ctx, version, file) {
		err = fmt.Errorf("%s was built and does not say that it is %s%s", file, c.says, version)
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// is reports whether a file is the program of that release. A build of another state has a suffix to the number.
func (c core) is(ctx context.Context, version, file string) bool {
	cmd := exec.CommandContext(ctx, file, "version")
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
	out, err := cmd.Output()
	first, _, _ := strings.Cut(string(out), "\n")
	return err == nil && strings.TrimSpace(first) == c.says+version
}

// build builds the release in a copy of its module.
func (c core) build(ctx context.Context, version, file, dir string) error {
	var module struct{ Dir, Error string }
	out, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", c.module+"@v"+version).Output()
	if jsonErr := json.Unmarshal(out, &module); jsonErr != nil || module.Error != "" {
		return errors.Join(err, jsonErr, errors.New(module.Error))
	}
	if err := os.CopyFS(dir, os.DirFS(module.Dir)); err != nil {
		return err
	}
	// The copy has the permissions of the module cache, where nothing may be written.
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		return err
	}
	if err := c.leaveOut(ctx, dir); err != nil {
		return err
	}
	// Its own variable tells a release from a build in between.
	return run(ctx, dir, "build", "-buildvcs=false", "-ldflags", "-s -w -X "+c.module+"/version.dev=no", "-o", file, c.pkg)
}

// leaveOut takes the modules out that are replaced by folders which are not part of the module.
func (c core) leaveOut(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "go", "mod", "edit", "-json")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	var mod struct {
		Replace []struct{ Old, New struct{ Path string } }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return err
	}
	var missing []string
	edit := []string{"mod", "edit"}
	for _, replace := range mod.Replace {
		folder := filepath.Join(dir, filepath.FromSlash(replace.New.Path))
		if _, err := os.Stat(folder); strings.HasPrefix(replace.New.Path, "./") && errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, replace.Old.Path)
			edit = append(edit, "-droprequire="+replace.Old.Path, "-dropreplace="+replace.Old.Path)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if err := run(ctx, dir, edit...); err != nil {
		return err
	}
	return withoutImports(filepath.Join(dir, "internal", "backend", "init", "init.go"), missing)
}

// run runs the go command on a module for this machine, without a C library.
func run(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}
