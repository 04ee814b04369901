package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	region     = "cn-hangzhou"
	pageBucket = "upload-page"
	dataBucket = "upload-data"

	// Terraform signs with a long-term key, the page with a temporary one. Both are good for the local server alone.
	keyID, keySecret            = "demo-id", "demo-secret"
	stsID, stsSecret, stsToken  = "STS.demo-page", "demo-page-secret", "demo-page-token"
	callbackKeyPath             = "/callback_pub_key_v1.pem" // where the local server shows what its callbacks are signed with
	npmMissing                  = "npm is not on the PATH: install Node.js (Debian: apt-get install npm)"
	terraformMissing            = "terraform is not on the PATH: install version 1.11 or newer from the HashiCorp releases page"
	exampleFolder, tokenProgram = "examples/browser-upload", "token-server"
)

// stage is a folder in which the example is at work.
//
//	bin/      the programs
//	example/  the configuration, where Terraform runs
//	data/     what the server stores
type stage struct {
	dir   string
	env   []string // of Terraform
	oss   *server
	token *server
	ended chan string // names of servers that ended by themselves
}

// newStage copies the example into dir, fetches the browser SDK, builds and starts the programs. Their logs go to out.
// close must be called in every case but an error; dir is the caller's.
func newStage(ctx context.Context, dir string, out io.Writer) (_ *stage, err error) {
	for program, missing := range map[string]string{"npm": npmMissing, "terraform": terraformMissing} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, errors.New(missing)
		}
	}
	repo, err := repository(ctx)
	if err != nil {
		return nil, err
	}
	s := &stage{dir: dir, ended: make(chan string, 2)}
	if err := copyExample(filepath.Join(repo, exampleFolder), s.path("example")); err != nil {
		return nil, err
	}
	if err := os.Mkdir(s.path("bin"), 0o700); err != nil {
		return nil, err
	}
	// --ignore-scripts: the bundle is in the package, so nothing that a package brings has to run here.
	npm := command(ctx, s.path("example"), os.Environ(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	if _, err := output(npm); err != nil {
		return nil, err
	}
	// Stamping the commit would need git, and a checkout that git trusts.
	build := command(ctx, repo, os.Environ(), "go", "build", "-buildvcs=false", "-o", s.path("bin"), ".", "./cmd/oss-local", "./"+exampleFolder+"/"+tokenProgram)
	if _, err := output(build); err != nil {
		return nil, err
	}
	if err := s.start(ctx, out); err != nil {
		s.close()
		return nil, err
	}
	return s, s.prepareTerraform()
}

// repository is the root folder of this repository.
func repository(ctx context.Context) (string, error) {
	gomod, err := output(command(ctx, "", os.Environ(), "go", "env", "GOMOD"))
	return filepath.Dir(strings.TrimSpace(gomod)), err
}

// copyExample copies what belongs to the example, and not what a run of it in the repository may have left there.
func copyExample(from, to string) error {
	if err := os.CopyFS(filepath.Join(to, "site"), os.DirFS(filepath.Join(from, "site"))); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(from, "*.tf"))
	if err != nil {
		return err
	}
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		files = append(files, filepath.Join(from, name))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) path(elements ...string) string {
	return filepath.Join(append([]string{s.dir}, elements...)...)
}

// start starts the two servers on free ports.
func (s *stage) start(ctx context.Context, out io.Writer) (err error) {
	s.oss, err = startServer(ctx, func(ctx context.Context) *exec.Cmd {
		return command(ctx, s.dir, scrubbed(), s.path("bin", "oss-local"), "--addr", "127.0.0.1:0", "--data", s.path("data"), "--region", region,
			"--access-key-id", keyID, "--access-key-secret", keySecret, "--sts", stsID+":"+stsSecret+":"+stsToken,
			"--bucket", pageBucket, "--bucket", dataBucket, "--allow-private-callbacks")
	}, out, s.ended)
	if err != nil {
		return err
	}
	s.token, err = startServer(ctx, func(ctx context.Context) *exec.Cmd {
		env := append(scrubbed(), "OSS_ACCESS_KEY_ID="+stsID, "OSS_ACCESS_KEY_SECRET="+stsSecret, "OSS_SESSION_TOKEN="+stsToken)
		return command(ctx, s.dir, env, s.path("bin", tokenProgram), "--addr", "127.0.0.1:0", "--origin", s.origin(pageBucket), "--callback-key-url", s.oss.url+callbackKeyPath)
	}, out, s.ended)
	return err
}

// origin is that of a bucket as browsers see it. They take every name below localhost for this machine, and the server
// takes the first label for the bucket: two buckets are two origins, as on OSS.
func (s *stage) origin(bucket string) string {
	u, err := url.Parse(s.oss.url)
	if err != nil {
		panic("e2e: the server is at " + s.oss.url + ": " + err.Error()) // it was asked to listen on an address that has a URL
	}
	return "http://" + bucket + ".localhost:" + u.Port()
}

// page is the address that a person opens.
func (s *stage) page() string { return s.origin(pageBucket) + "/index.html" }

// close ends the servers.
func (s *stage) close() {
	for _, server := range []*server{s.token, s.oss} {
		if server != nil {
			server.close()
		}
	}
}

// prepareTerraform makes Terraform take the provider that was just built, and tells the example where everything is.
func (s *stage) prepareTerraform() error {
	settings := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"terraform-provider-oss/oss\" = %q\n  }\n  direct {}\n}\n", s.path("bin"))
	s.env = append(scrubbed(),
		"TF_CLI_CONFIG_FILE="+s.path("terraform.rc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1", "ALIBABA_CLOUD_ECS_METADATA_DISABLED=true",
		// These names are asked before every file of credentials in the home folder, the OSS_ ones after them.
		"ALIBABA_CLOUD_ACCESS_KEY_ID="+keyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+keySecret, "OSS_ENDPOINT="+s.oss.url,
		"TF_VAR_region="+region, "TF_VAR_page_bucket="+pageBucket, "TF_VAR_data_bucket="+dataBucket, "TF_VAR_page_origin="+s.origin(pageBucket),
		"TF_VAR_browser_endpoint="+strings.Replace(s.origin(dataBucket), dataBucket+".", "", 1),
		"TF_VAR_token_url="+s.token.url+"/token", "TF_VAR_callback_url="+s.token.url+"/callback",
	)
	return os.WriteFile(s.path("terraform.rc"), []byte(settings), 0o600)
}

// scrubbed is the environment without the variables by which a shell would decide what Terraform or the provider do here.
func scrubbed() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		for _, prefix := range []string{"TF_", "OSS_", "ALIBABA_CLOUD_", "CHECKPOINT_DISABLE"} {
			if strings.HasPrefix(entry, prefix) {
				return true
			}
		}
		return false
	})
}

// terraform runs Terraform on the example and returns what it printed.
func (s *stage) terraform(ctx context.Context, args ...string) (string, error) {
	return output(command(ctx, s.path("example"), s.env, "terraform", args...))
}
