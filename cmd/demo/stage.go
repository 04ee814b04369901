package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

const (
	provider        = "terraform-provider-oss/oss"
	providerVersion = "0.0.1"
	region          = "cn-hangzhou"
	bucket          = "lantern-ferry"
	accessKeyID     = "demo-id"
	accessKeySecret = "demo-secret"
)

// stage is the temporary folder in which everything happens.
//
//	bin/       the programs
//	mirror/    the provider as `terraform init` expects it in a mirror
//	home/      the home folder of Terraform
//	site/      the configuration, where Terraform runs
//	data/      what the server stores
//	tmp/       temporary files of Terraform and the server
type stage struct {
	dir       string
	repo      string // root folder of this repository
	terraform string // path of the terraform binary
	env       []string
}

// newStage makes the folder below parent. On an error nothing is left of it.
func newStage(ctx context.Context, parent string) (_ *stage, err error) {
	terraform, err := rig.FindTerraform()
	if err != nil {
		return nil, err
	}
	repo, err := rig.Repository(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(parent, "oss-demo-")
	if err != nil {
		return nil, err
	}
	s := &stage{dir: dir, repo: repo, terraform: terraform}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.remove())
		}
	}()
	for _, name := range []string{"bin", "home", "site", "data", "tmp"} {
		if err := os.Mkdir(s.path(name), 0o700); err != nil {
			return nil, err
		}
	}
	s.env, err = rig.ConfigureTerraform(s.path("terraform.rc"), rig.Mirror(s.path("mirror")), append(rig.Environ("HOME", "TMPDIR"),
		"HOME="+s.path("home"),
		"TMPDIR="+s.path("tmp"),
		"TF_VAR_bucket="+bucket,
		"OSS_REGION="+region,
		"OSS_ACCESS_KEY_ID="+accessKeyID,
		"OSS_ACCESS_KEY_SECRET="+accessKeySecret,
	))
	if err != nil {
		return nil, err
	}
	return s, s.copySite()
}

func (s *stage) path(elements ...string) string {
	return filepath.Join(append([]string{s.dir}, elements...)...)
}

func (s *stage) remove() error { return os.RemoveAll(s.dir) }

// copySite copies what belongs to the example, and not what a run of it in the repository may have left there.
func (s *stage) copySite() error {
	from := filepath.Join(s.repo, "examples", "static-site")
	files, err := filepath.Glob(filepath.Join(from, "*.tf"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no configuration in %q", from)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(s.path("site", filepath.Base(file)), text, 0o600); err != nil {
			return err
		}
	}
	return os.CopyFS(s.path("site", "site"), os.DirFS(filepath.Join(from, "site")))
}

// build builds the two programs from the repository and lays the provider out as a mirror. It returns the time that took.
func (s *stage) build(ctx context.Context) (time.Duration, error) {
	start := time.Now()
	if err := rig.Build(ctx, s.path("bin"), ".", "./cmd/oss-local"); err != nil {
		return 0, err
	}
	took := time.Since(start)
	for _, host := range rig.Hosts {
		folder := s.path("mirror", host, filepath.FromSlash(provider), providerVersion, runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return 0, err
		}
		if err := os.Link(rig.Path(s.path("bin"), "terraform-provider-oss"), rig.Path(folder, "terraform-provider-oss_v"+providerVersion)); err != nil {
			return 0, err
		}
	}
	return took, nil
}

// siteFiles returns the keys that the site will have, each with the size of its file in bytes.
func (s *stage) siteFiles() (map[string]int64, error) {
	files := map[string]int64{}
	root := s.path("site", "site")
	err := filepath.Walk(root, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		key, err := filepath.Rel(root, path)
		files[filepath.ToSlash(key)] = info.Size()
		return err
	})
	return files, err
}
