package main

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
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
	exampleFolder, tokenProgram = "examples/browser-upload", "token-server"
	receiverProgram             = "callback-receiver"
)

// stage is a folder in which the example is at work.
//
//	bin/      the programs
//	example/  the configuration, where Terraform runs
//	data/     what the server stores
type stage struct {
	dir       string
	terraform string   // path of the program
	env       []string // of Terraform
	oss       *rig.Server
	token     *rig.Server
	receiver  *rig.Server // of callbacks
}

// newStage copies the example into dir, fetches the browser SDK, builds and starts the programs. Their logs go to out.
// close must be called in every case but an error; dir is the caller's.
func newStage(ctx context.Context, dir string, out io.Writer) (_ *stage, err error) {
	if _, err := exec.LookPath("npm"); err != nil {
		return nil, errors.New(npmMissing)
	}
	terraform, err := rig.FindTerraform()
	if err != nil {
		return nil, err
	}
	repo, err := rig.Repository(ctx)
	if err != nil {
		return nil, err
	}
	s := &stage{dir: dir, terraform: terraform}
	if err := copyExample(filepath.Join(repo, exampleFolder), s.path("example")); err != nil {
		return nil, err
	}
	if err := os.Mkdir(s.path("bin"), 0o700); err != nil {
		return nil, err
	}
	// --ignore-scripts: the bundle is in the package, so nothing that a package brings has to run here.
	// --prefer-offline: what npm has seen before need not be asked for again, the lock file says what it has to be.
	npm := rig.Command(ctx, s.path("example"), os.Environ(), "npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	if _, err := rig.Must(ctx, npm); err != nil {
		return nil, err
	}
	if err := rig.Build(ctx, s.path("bin"), ".", "./cmd/oss-local", "./"+exampleFolder+"/"+tokenProgram, "./examples/"+receiverProgram); err != nil {
		return nil, err
	}
	if err := s.start(ctx, out); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, s.prepareTerraform()
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

// start starts the servers on free ports.
func (s *stage) start(ctx context.Context, out io.Writer) (err error) {
	local := rig.OSSLocal(s.path("bin"), "--data", s.path("data"), "--region", region,
		"--access-key-id", keyID, "--access-key-secret", keySecret, "--sts", stsID+":"+stsSecret+":"+stsToken,
		"--bucket", pageBucket, "--bucket", dataBucket, "--allow-private-callbacks")
	if s.oss, err = s.serve(ctx, local, out); err != nil {
		return err
	}
	token := rig.Program{
		Path: rig.Path(s.path("bin"), tokenProgram),
		Args: []string{"--addr", "127.0.0.1:0", "--origin", s.origin(pageBucket)},
		Env:  append(rig.Environ(), "OSS_ACCESS_KEY_ID="+stsID, "OSS_ACCESS_KEY_SECRET="+stsSecret, "OSS_SESSION_TOKEN="+stsToken),
	}
	if s.token, err = s.serve(ctx, token, out); err != nil {
		return err
	}
	receiver := rig.Program{
		Path: rig.Path(s.path("bin"), receiverProgram),
		Args: []string{"--addr", "127.0.0.1:0", "--trust-key-url", s.oss.URL + callbackKeyPath},
		Env:  rig.Environ(),
	}
	s.receiver, err = s.serve(ctx, receiver, out)
	return err
}

func (s *stage) serve(ctx context.Context, program rig.Program, out io.Writer) (*rig.Server, error) {
	program.Dir, program.Log = s.dir, out
	return rig.Start(ctx, program)
}

// origin is that of a bucket as browsers see it. They take every name below localhost for this machine, and the server
// takes the first label for the bucket: two buckets are two origins, as on OSS.
func (s *stage) origin(bucket string) string {
	u, err := url.Parse(s.oss.URL)
	if err != nil {
		panic("browser-demo: the server is at " + s.oss.URL + ": " + err.Error()) // it was asked to listen on an address that has a URL
	}
	return "http://" + bucket + ".localhost:" + u.Port()
}

// page is the address that a person opens.
func (s *stage) page() string { return s.origin(pageBucket) + "/index.html" }

// close ends the servers.
func (s *stage) close() error {
	var all error
	for _, server := range []*rig.Server{s.receiver, s.token, s.oss} {
		if server != nil {
			all = errors.Join(all, server.Stop())
		}
	}
	return all
}

// prepareTerraform makes Terraform take the provider that was just built, and says to the example where everything is.
func (s *stage) prepareTerraform() (err error) {
	s.env, err = rig.ConfigureTerraform(s.path("terraform.rc"), rig.DevOverrides(s.path("bin")), append(rig.Environ(),
		// These names are asked before every file of credentials in the home folder, the OSS_ ones after them.
		"ALIBABA_CLOUD_ACCESS_KEY_ID="+keyID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET="+keySecret, "OSS_ENDPOINT="+s.oss.URL,
		"TF_VAR_region="+region, "TF_VAR_page_bucket="+pageBucket, "TF_VAR_data_bucket="+dataBucket, "TF_VAR_page_origin="+s.origin(pageBucket),
		"TF_VAR_browser_endpoint="+strings.Replace(s.origin(dataBucket), dataBucket+".", "", 1),
		"TF_VAR_token_url="+s.token.URL+"/token", "TF_VAR_callback_url="+s.receiver.URL+"/callback",
	))
	return err
}

// tf runs Terraform on the example, which has to succeed, and returns what it printed.
func (s *stage) tf(ctx context.Context, args ...string) (string, error) {
	return rig.Must(ctx, rig.Command(ctx, s.path("example"), s.env, s.terraform, args...))
}
