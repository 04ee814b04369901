package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// pictured is the Terraform whose words the picture on the first screen has, the oldest that is supported.
const pictured = "Terraform v1.11."

// TestREADME applies the first configuration of README.md as it is printed there, against a server on another port, lets
// somebody change what it has made, and compares the plan and the repair with the picture on the first screen.
func TestREADME(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	ctx := t.Context()
	s, err := newStage(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.build(ctx); err != nil {
		t.Fatal(err)
	}
	v, err := s.startServer(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := v.Stop(); err != nil {
			t.Error(err)
		}
	}()
	emptyFolder(t, s.path("site"))
	if err := os.WriteFile(s.path("site", "main.tf"), []byte(readmeConfiguration(t, s.repo, v.URL)), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, args := range [][]string{{"init"}, {"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}} {
		if _, err := s.tf(ctx, 0, append(args, "-input=false", "-no-color")...); err != nil {
			t.Fatal(err)
		}
	}
	if err := expectWrites(requestsOf(t, v), map[string]int{"PutObject": 1, "PutBucketCors": 1}, int64(len("<h1>Hello</h1>\n"))); err != nil {
		t.Error(err)
	}

	if err := meddleWithHello(ctx, v.URL); err != nil {
		t.Fatal(err)
	}
	plan, err := s.tf(ctx, planHasChanges, "plan", "-input=false", "-detailed-exitcode", "-out=repair.plan")
	if err != nil {
		t.Fatal(err)
	}
	requestsOf(t, v) // those of the plan and of whoever meddled
	apply, err := s.tf(ctx, 0, "apply", "-input=false", "repair.plan")
	if err != nil {
		t.Fatal(err)
	}
	asked := requestsOf(t, v)
	if err := expectWrites(asked, map[string]int{"CopyObject": 1, "PutBucketCors": 1}, 0); err != nil {
		t.Error(err)
	}
	if _, err := s.tf(ctx, planIsEmpty, "plan", "-input=false", "-detailed-exitcode"); err != nil {
		t.Error(err)
	}
	shown := strings.ReplaceAll(repairShown(t, plan, apply, asked), bucket, "example")
	if version, err := s.tf(ctx, 0, "version"); err != nil || !strings.HasPrefix(version, pictured) {
		t.Logf("the picture is of a %s, and others may use other words: %v", pictured, err)
		return
	}
	expectPicture(t, s.repo, "drift.svg", "The plan after somebody's changes, and the requests that take them back", shown)
}

func requestsOf(t *testing.T, v *server) []request {
	t.Helper()
	asked, err := v.requests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return asked
}

// readmeConfiguration is what README.md has somebody put into main.tf: its first two blocks, for the server of this test.
func readmeConfiguration(t *testing.T, repo, url string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repo, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```terraform\n(.*?)```").FindAllStringSubmatch(string(text), 2)
	if len(blocks) < 2 {
		t.Fatal("README.md has no two blocks of configuration")
	}
	if lines := strings.Count(blocks[0][1], "\n"); lines > 15 {
		t.Errorf("the configuration of the first screen has %d lines, more than the 15 that README.md speaks of", lines)
	}
	config := blocks[0][1] + blocks[1][1]
	for printed, here := range map[string]string{
		`"http://127.0.0.1:9000"`: fmt.Sprintf("%q", url),
		`"local-id"`:              fmt.Sprintf("%q", accessKeyID),
		`"local-secret"`:          fmt.Sprintf("%q", accessKeySecret),
		`= "example"`:             fmt.Sprintf("= %q", bucket),
	} {
		if !strings.Contains(config, printed) {
			t.Errorf("the configuration does not say %s, as `make local` does", printed)
		}
		config = strings.ReplaceAll(config, printed, here)
	}
	return config
}

// meddleWithHello is what the first line of the picture says.
func meddleWithHello(ctx context.Context, url string) error {
	c, err := newColleague(url)
	if err != nil {
		return err
	}
	if err := c.setHeader(ctx, "hello.html", "X-Oss-Meta-Owner", "nobody"); err != nil {
		return err
	}
	if err := c.setHeader(ctx, "hello.html", "Cache-Control", "max-age=86400"); err != nil {
		return err
	}
	return c.openCORS()
}

// repairShown is what the picture shows: what Terraform says is to be done and has been done, and what the server was asked.
func repairShown(t *testing.T, plan, apply string, asked []request) string {
	t.Helper()
	actions := regexp.MustCompile(`(?s)will perform the following actions:\n\n(.*?\n\S*Plan:[^\n]*)`).FindStringSubmatch(plan)
	done := regexp.MustCompile(`[^\n]*Apply complete![^\n]*`).FindString(apply)
	if actions == nil || done == "" {
		t.Fatalf("Terraform says\n%s\n%s", plan, apply)
	}
	shown := []string{
		dim("# Meanwhile somebody changed an owner and a cache policy, and opened CORS to everyone."),
		typed("terraform plan -out=repair.plan"), actions[1], "",
		typed("terraform apply repair.plan"), "\x1b[1m\x1b[32m" + strings.TrimSpace(code.ReplaceAllString(done, "")) + "\x1b[0m", "",
		dim("# All that OSS was asked for it, and what was sent of the object:"),
	}
	slices.SortFunc(asked, func(a, b request) int { return strings.Compare(a.target, b.target) }) // they run side by side
	for _, r := range asked {
		shown = append(shown, fmt.Sprintf("%-14s %-30s %d bytes", r.operation, r.target, r.objectBytes()))
	}
	return strings.Join(shown, "\n")
}

// emptyFolder removes what is in a folder and keeps the folder.
func emptyFolder(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
}
