package rig

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var programs = &Programs{Packages: []string{"./cmd/oss-local"}}

func TestMain(m *testing.M) { os.Exit(programs.Main(m)) }

func TestListeningOn(t *testing.T) {
	t.Parallel()
	if have, err := listeningOn("listening on http://127.0.0.1:4711"); err != nil || have != "http://127.0.0.1:4711" {
		t.Errorf("%q, %v", have, err)
	}
	for _, line := range []string{"", "oss-local: address in use", "listening on http://192.0.2.1:80", "listening on http://127.0.0.1:0"} {
		if have, err := listeningOn(line); err == nil {
			t.Errorf("%q was read as %q", line, have)
		}
	}
}

func TestScrub(t *testing.T) {
	t.Parallel()
	env := []string{
		"PATH=/bin", "HOME=/home/me", "TMPDIR=/tmp", "TF_LOG=trace", "TF_CLI_ARGS_plan=-destroy", "OSS_ENDPOINT=https://real.example",
		"ALIBABA_CLOUD_ACCESS_KEY_ID=real", "CHECKPOINT_DISABLE=", "OSSIFIED=1", "LANG=C",
	}
	if have, want := Scrub(env, "HOME", "TMPDIR"), []string{"PATH=/bin", "OSSIFIED=1", "LANG=C"}; !slices.Equal(have, want) {
		t.Errorf("%q, want %q", have, want)
	}
	want := []string{"PATH=/bin", "HOME=/home/me", "TMPDIR=/tmp", "OSS_ENDPOINT=https://real.example", "ALIBABA_CLOUD_ACCESS_KEY_ID=real", "OSSIFIED=1", "LANG=C"}
	if have := ScrubTerraform(env); !slices.Equal(have, want) {
		t.Errorf("%q, want %q", have, want)
	}
}

// TestServer starts an oss-local, reads its log, and takes it down in each way.
func TestServer(t *testing.T) {
	t.Parallel()
	bin := programs.Bin(t)
	start := func(log *bytes.Buffer) *Server {
		program := OSSLocal(bin, "--data", t.TempDir())
		program.Log = log
		s, err := Start(t.Context(), program)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Kill)
		return s
	}
	ask := func(s *Server, path string) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
		if err != nil {
			return err
		}
		resp, err := new(http.Client).Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	var log bytes.Buffer
	s := start(&log)
	for _, path := range []string{"/bucket/first", "/bucket/second"} {
		if err := ask(s, path); err != nil {
			t.Fatal(err)
		}
	}
	lines, err := s.Next(t.Context(), func(line string) bool { return strings.Contains(line, "/second ") })
	if err != nil || len(lines) != 2 || !strings.Contains(lines[0], "/first ") {
		t.Errorf("lines %q, %v", lines, err)
	}
	if n := s.Count(" GET ", "/first "); n != 1 {
		t.Errorf("%d lines of the first request", n)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("stopped: %v", err)
	}
	if have := strings.Join(s.Lines(), "\n") + "\n"; have != log.String() || strings.Count(have, "\n") != 2 {
		t.Errorf("lines %q, the log has %q", have, &log)
	}
	if _, err := s.Next(t.Context(), AnyLine); err == nil || !strings.Contains(err.Error(), "has ended") {
		t.Errorf("a line after the end: %v", err)
	}
	if err := ask(s, "/"); err == nil {
		t.Error("the server answers after its end")
	}

	killed := start(&log)
	killed.Kill()
	if err := killed.Stop(); runtime.GOOS != "windows" && err == nil {
		t.Error("a server that was killed has ended in good order")
	}
	if err := ask(killed, "/"); err == nil {
		t.Error("a killed server answers")
	}
}

func TestServerThatDoesNotStart(t *testing.T) {
	t.Parallel()
	if _, err := Start(t.Context(), OSSLocal(programs.Bin(t), "--nonsense")); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("a flag that does not exist: %v", err)
	}
	if _, err := Start(t.Context(), Program{Path: filepath.Join(t.TempDir(), "absent")}); err == nil {
		t.Error("an absent program was started")
	}
	cause := errors.New("the test has seen enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := Start(ctx, OSSLocal(programs.Bin(t))); err == nil {
		t.Error("a program was started after its time")
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	path := Path(programs.Bin(t), "oss-local")
	stdout, stderr, code, err := Output(t.Context(), Command(t.Context(), "", nil, path, "--nonsense"))
	if err != nil || code != 2 || stdout != "" || !strings.Contains(stderr, "nonsense") {
		t.Errorf("%q, %q, %d, %v", stdout, stderr, code, err)
	}
	if out, code, err := Combined(t.Context(), Command(t.Context(), "", nil, path, "--nonsense")); err != nil || code != 2 || out != stderr {
		t.Errorf("%q, %d, %v", out, code, err)
	}
	if _, err := Must(t.Context(), Command(t.Context(), "", nil, path, "--nonsense")); err == nil || !strings.Contains(err.Error(), "exit code 2") || !strings.Contains(err.Error(), stderr) {
		t.Errorf("%v", err)
	}
}

// TestWithoutTerraform starts this test binary again where no terraform is, and where one is: tests that need one are
// left out and say why, unless TF_ACC asks for all.
func TestWithoutTerraform(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the terraform that stands in is a shell script")
	}
	with, without := t.TempDir(), t.TempDir()
	tofu := filepath.Join(without, "tofu")
	for file, version := range map[string]string{filepath.Join(with, "terraform"): "Terraform v1.11.4", tofu: "OpenTofu v1.12.6"} {
		if err := os.WriteFile(file, []byte("#!/bin/sh\necho "+version+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		path, acceptance, core, wanted string
		fails                          bool
		want                           string
	}{
		"plain, no terraform":     {without, "", "", "", false, "left out, since it runs terraform: set TF_ACC=1"},
		"plain, a terraform":      {with, "", "", "", false, "left out, since it runs terraform: set TF_ACC=1"},
		"all, no terraform":       {without, "1", "", "", true, "TF_ACC is set, and terraform is not on the PATH: install version 1.11"},
		"all, with a terraform":   {with, "1", "", "", false, "found " + filepath.Join(with, "terraform") + " at its own registry"},
		"all, another core":       {with, "1", tofu, "", false, "found " + tofu + " at registry.opentofu.org"},
		"all, another terraform":  {without, "1", filepath.Join(with, "terraform"), "", false, "found " + filepath.Join(with, "terraform") + " at its own registry"},
		"all, no such other core": {with, "1", tofu + "-absent", "", true, "TF_ACC_TERRAFORM_PATH has to name a program"},
		"it is wanted":            {with, "1", "", "TestA|TestChildOfWithoutTerraform", false, "found " + filepath.Join(with, "terraform")},
		"others are wanted":       {with, "1", "", "TestA|TestChild", false, "left out, since it runs terraform and RIG_TEST_TERRAFORM is TestA|TestChild"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildOfWithoutTerraform$", "-test.v")
			child.Env = append(Scrub(os.Environ(), "PATH"), "PATH="+tc.path, "TF_ACC="+tc.acceptance, "TF_ACC_TERRAFORM_PATH="+tc.core, selection+"="+tc.wanted, childVariable+"=1")
			out, err := child.CombinedOutput()
			if (err != nil) != tc.fails || !strings.Contains(string(out), tc.want) {
				t.Errorf("%v, want %q:\n%s", err, tc.want, out)
			}
		})
	}
}

const childVariable = "RIG_TEST_CHILD"

func TestChildOfWithoutTerraform(t *testing.T) {
	t.Parallel()
	if os.Getenv(childVariable) == "" {
		t.Skip("a part of TestWithoutTerraform")
	}
	core := Terraform(t)
	if !Since(t, core, 11) || Since(t, core, 13) {
		t.Error("1.11 and 1.12 are taken for others")
	}
	t.Log("found " + core + " at " + cmp.Or(os.Getenv(hostVariable), "its own registry"))
}

func TestProgramsAreHandedOn(t *testing.T) { // not parallel: it sets a variable
	bin := programs.Bin(t)
	name, value, _ := strings.Cut(programs.Handed(t), "=")
	t.Setenv(name, value)
	other := &Programs{Packages: []string{"./no/such/program"}}
	if have := other.Bin(t); have != bin || other.bin != "" {
		t.Errorf("the programs are in %q, and %q goes with the process that was handed them; want %q, and none", have, other.bin, bin)
	}
}

func TestBuildTakesWhatIsHanded(t *testing.T) { // not parallel: it sets a variable
	handed, bin := t.TempDir(), t.TempDir()
	for _, program := range []string{"terraform-provider-oss", "oss-local"} {
		if err := os.WriteFile(Path(handed, program), []byte("built by another process"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(programsVariable, handed)
	if err := Build(t.Context(), bin, ".", "./cmd/oss-local"); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"terraform-provider-oss", "oss-local"} {
		if text, err := os.ReadFile(Path(bin, program)); err != nil || string(text) != "built by another process" {
			t.Errorf("%s is not the one that was handed: %d bytes, %v", program, len(text), err)
		}
	}
	if err := Build(t.Context(), bin, "./no/such/program"); err == nil {
		t.Error("a program that nobody has built was found")
	}
}

func TestReattach(t *testing.T) {
	t.Parallel()
	const want = `TF_REATTACH_PROVIDERS={"registry.opentofu.org/a/b":{"Pid":1},"registry.terraform.io/a/b":{"Pid":1}}`
	for name, text := range map[string]string{
		"sh":         "Provider started. Set TF_REATTACH_PROVIDERS:\n\n\tTF_REATTACH_PROVIDERS='{\"registry.terraform.io/a/b\":{\"Pid\":1}}'\n",
		"PowerShell": "\tCommand Prompt:\tset \"TF_REATTACH_PROVIDERS={}\"\n\tPowerShell:\t$env:TF_REATTACH_PROVIDERS='{\"registry.terraform.io/a/b\":{\"Pid\":1}}'\n",
	} {
		if have, err := reattach(strings.NewReader(text)); err != nil || have != want {
			t.Errorf("%s: %q, %v", name, have, err)
		}
	}
	for _, text := range []string{"panic: no\n", "\tTF_REATTACH_PROVIDERS='{'\n"} {
		if have, err := reattach(strings.NewReader(text)); err == nil {
			t.Errorf("%q was read as %q", text, have)
		}
	}
}
