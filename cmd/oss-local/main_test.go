package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// built is oss-local, for what only a process can show.
var built = &rig.Programs{Packages: []string{"./cmd/oss-local"}}

func TestMain(m *testing.M) { os.Exit(built.Main(m)) }

// process is a running oss-local.
type process struct {
	*rig.Server
	t    testing.TB
	temp string // its folder for temporary files
}

func launch(t testing.TB, args ...string) *process {
	t.Helper()
	return launchIn(t, nil, args...)
}

// launchIn is launch with more in the environment.
func launchIn(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, temp: t.TempDir()}
	program := rig.OSSLocal(built.Bin(t), args...)
	program.Env = append(append(program.Env, env...), "TMPDIR="+p.temp)
	var err error
	if p.Server, err = rig.Start(t.Context(), program); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// binary is the path of oss-local, for runs that are not to last.
func binary(t *testing.T) string {
	t.Helper()
	return rig.Path(built.Bin(t), "oss-local")
}

func (p *process) bucket(name string) *oss.Bucket {
	p.t.Helper()
	client, err := oss.New(p.URL, "local-id", "local-secret", oss.AuthVersion(oss.AuthV4), oss.Region("cn-hangzhou"))
	if err != nil {
		p.t.Fatal(err)
	}
	b, err := client.Bucket(name)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

func TestReadyLineAndLog(t *testing.T) {
	t.Parallel()
	p := launch(t, "--bucket", "demo", "--bucket", "logs")
	if err := p.bucket("demo").PutObject("a/b.txt", strings.NewReader("hello")); err != nil {
		t.Fatal(err)
	}
	lines, err := p.Next(t.Context(), rig.AnyLine)
	if err != nil {
		t.Fatalf("no line for the request: %v", err)
	}
	line := strings.Join(strings.Fields(lines[0]), " ")
	if !strings.Contains(line, " 200 PUT PutObject /demo/a/b.txt ") || !strings.HasSuffix(line, " in=5 out=0") {
		t.Errorf("line %q", line)
	}
	if err := p.bucket("logs").PutObject("k", strings.NewReader("")); err != nil {
		t.Errorf("second bucket: %v", err)
	}
}

// TestTermination holds that a signal ends the server cleanly and takes the temporary folder along.
func TestTermination(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no signals to send")
	}
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			p := launch(t, "--bucket", "demo")
			if err := p.bucket("demo").PutObject("k", strings.NewReader("x")); err != nil {
				t.Fatal(err)
			}
			if during, err := os.ReadDir(p.temp); err != nil || len(during) != 1 {
				t.Fatalf("while running: %v, %v", during, err)
			}
			if err := p.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if err := p.Wait(); err != nil {
				t.Error(err)
			}
			if after, err := os.ReadDir(p.temp); err != nil || len(after) != 0 {
				t.Errorf("left %v, %v", after, err)
			}
			if hint := p.Stderr(); !strings.Contains(hint, `provider "oss" {`) || !strings.Contains(hint, p.URL) {
				t.Errorf("hint %q", hint)
			}
		})
	}
}

// TestKill9 kills the server while clients write, and holds that after a restart every acknowledged object is
// there, whole, and that no object is a mixture.
func TestKill9(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	content := func(writer, round int) string {
		return fmt.Sprintf("%d/%d ", writer, round) + strings.Repeat("x", 1000*(round%7))
	}
	const writers, kills = 4, 3
	acked := make([]int, writers) // the last acknowledged round of each writer
	for kill := range kills {
		p := launch(t, "--data", data, "--bucket", "demo")
		bucket := p.bucket("demo")
		var wg sync.WaitGroup
		enough := make(chan struct{}, 1000)
		tried := make([]int, writers)
		for w := range writers {
			wg.Go(func() {
				for round := acked[w] + 1; ; round++ {
					tried[w] = round
					body := content(w, round)
					if err := bucket.PutObject(fmt.Sprintf("w%d", w), strings.NewReader(body), oss.Meta("round", fmt.Sprint(round))); err != nil {
						return // killed
					}
					acked[w] = round
					select {
					case enough <- struct{}{}:
					default: // more than enough
					}
				}
			})
		}
		for range 5 * writers * (kill + 1) {
			<-enough
		}
		p.Kill()
		wg.Wait()

		p = launch(t, "--data", data)
		bucket = p.bucket("demo")
		for w := range writers {
			key := fmt.Sprintf("w%d", w)
			body, err := bucket.GetObject(key)
			if err != nil {
				t.Fatalf("after kill %d: %v", kill, err)
			}
			got, err := io.ReadAll(body)
			body.Close()
			// The write that was on its way may have been stored, but nothing older may come back.
			if err != nil || string(got) != content(w, acked[w]) && string(got) != content(w, tried[w]) {
				t.Errorf("after kill %d: %s holds %.20q of %d bytes, acknowledged round %d (%v)", kill, key, got, len(got), acked[w], err)
			}
			head, err := bucket.GetObjectDetailedMeta(key)
			if err != nil || !strings.HasPrefix(string(got), fmt.Sprintf("%d/%s ", w, head.Get("X-Oss-Meta-Round"))) {
				t.Errorf("after kill %d: metadata %v of another body (%v)", kill, head, err)
			}
		}
		p.Kill()
	}
}

// TestOneServerAFolder holds that a second server on the same folder ends at once and says why, and that the first one's
// death, which nothing can prepare for, leaves the folder free.
func TestOneServerAFolder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no flock")
	}
	data := t.TempDir()
	first := launch(t, "--data", data, "--bucket", "demo")
	var stdout, stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a server that starts after all would run for ever
	defer cancel()
	second := exec.CommandContext(ctx, binary(t), "--addr", "127.0.0.1:0", "--data", data, "--bucket", "demo")
	second.Stdout, second.Stderr = &stdout, &stderr
	want := fmt.Sprintf("oss-local: data folder %q is in use by another server: stop that one, or take another folder\n", data)
	if err := second.Run(); err == nil || second.ProcessState.ExitCode() != 1 || stderr.String() != want || stdout.Len() > 0 {
		t.Errorf("%v; stdout %q, stderr %q, want %q", err, &stdout, &stderr, want)
	}
	if err := first.bucket("demo").PutObject("k", strings.NewReader("x")); err != nil {
		t.Errorf("the first server: %v", err)
	}
	first.Kill()
	if _, err := launch(t, "--data", data).bucket("demo").GetObjectDetailedMeta("k"); err != nil {
		t.Error(err)
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"help", []string{"--help"}, 0, "path-style"},
		{"unknown flag", []string{"--nonsense"}, 2, "nonsense"},
		{"an argument", []string{"demo"}, 2, `unexpected argument "demo"`},
		{"bad domain", []string{"--domain", "x"}, 2, "want host=bucket"},
		{"bad temporary key", []string{"--sts", "id:secret"}, 2, "want id:secret:token"},
		{"temporary key without a token", []string{"--sts", "id:secret:"}, 2, "want id:secret:token"},
		{"temporary key with the ID of the other", []string{"--sts", "local-id:secret:token"}, 2, `--sts: another key has the ID "local-id" already`},
		{"two temporary keys of one ID", []string{"--sts", "a:b:c", "--sts", "a:d:e"}, 2, `--sts: another key has the ID "a" already`},
		{"no region", []string{"--region="}, 2, "--region is empty: name a region"},
		{"no key ID", []string{"--access-key-id="}, 2, "--access-key-id is empty: give an ID"},
		{"no secret", []string{"--access-key-secret="}, 2, "--access-key-secret is empty: give a secret"},
		{"negative rules", []string{"--cors-rules", "-1"}, 2, "--cors-rules -1: want 1 or more"},
		{"no rules", []string{"--cors-rules", "0"}, 2, "--cors-rules 0: want 1 or more"},
		{"negative time", []string{"--restore-time", "-5s"}, 2, "--restore-time -5s: want 0 or more"},
		{"bad bucket", []string{"--bucket", "demo", "--bucket", "No_Bucket", "--addr", "127.0.0.1:0"}, 1, `--bucket "No_Bucket": 400 InvalidBucketName`},
		{"the rule of a bad bucket", []string{"--bucket", "No_Bucket", "--addr", "127.0.0.1:0"}, 1, "3 to 63 lower-case letters"},
		{"domain of no bucket", []string{"--bucket", "demo", "--domain", "x=none", "--addr", "127.0.0.1:0"}, 1, "--domain x=none: 404 NoSuchBucket"},
		{"the way out", []string{"--domain", "x=none", "--addr", "127.0.0.1:0"}, 1, "(--bucket none makes it)"},
		{"all interfaces", []string{"--addr", "0.0.0.0:0"}, 1, "--allow-remote"},
		{"no host", []string{"--addr", ":0"}, 1, "--allow-remote"},
		{"unusable address", []string{"--addr", "127.0.0.1:99999"}, 1, "99999"},
		{"unusable folder", []string{"--addr", "127.0.0.1:0", "--data", "main.go/x"}, 1, "main.go"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a server that starts after all would run for ever
			defer cancel()
			cmd := exec.CommandContext(ctx, binary(t), tt.args...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			code := 0
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
				code = exit.ExitCode()
			} else if err != nil {
				t.Fatal(err)
			}
			if code != tt.code || !strings.Contains(stderr.String(), tt.want) || stdout.Len() > 0 {
				t.Errorf("exit %d, want %d; stdout %q, stderr %q", code, tt.code, &stdout, &stderr)
			}
			if lines := strings.Count(stderr.String(), "\n"); code != 0 && lines != 1 {
				t.Errorf("%d lines: %s", lines, &stderr)
			}
		})
	}
}

func TestDomainAndToken(t *testing.T) {
	t.Parallel()
	p := launch(t, "--bucket", "demo", "--domain", "demo.example.com=demo", "--security-token", "token", "--region", "eu-central-1")
	client, err := oss.New(p.URL, "local-id", "local-secret", oss.AuthVersion(oss.AuthV4), oss.Region("eu-central-1"), oss.SecurityToken("token"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := client.Bucket("demo")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.PutObject("k", strings.NewReader("x")); err != nil {
		t.Error(err)
	}
	if err := p.bucket("demo").PutObject("k", strings.NewReader("x")); err == nil {
		t.Error("a request without the token and for another region passed")
	}
}

func TestTemporaryKeyBesideTheOther(t *testing.T) {
	t.Parallel()
	p := launch(t, "--bucket", "demo", "--sts", "STS.page:secret:token")
	put := func(id, secret, token string) error {
		client, err := oss.New(p.URL, id, secret, oss.AuthVersion(oss.AuthV4), oss.Region("cn-hangzhou"), oss.SecurityToken(token))
		if err != nil {
			t.Fatal(err)
		}
		b, err := client.Bucket("demo")
		if err != nil {
			t.Fatal(err)
		}
		return b.PutObject("k", strings.NewReader("x"))
	}
	if err := put("STS.page", "secret", "token"); err != nil {
		t.Error(err)
	}
	if err := put("local-id", "local-secret", ""); err != nil {
		t.Error(err)
	}
	var refused oss.ServiceError
	if err := put("STS.page", "secret", ""); !errors.As(err, &refused) || refused.StatusCode != 403 {
		t.Errorf("a temporary key without its token: %v", err)
	}
	if err := put("STS.page", "secret", "other"); !errors.As(err, &refused) || refused.Code != "InvalidSecurityToken" {
		t.Errorf("a temporary key with another token: %v", err)
	}
}
