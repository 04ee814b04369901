package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// story is the demo under way.
type story struct {
	*stage
	server    *server
	colleague *colleague
	files     map[string]int64 // keys of the site and their sizes in bytes

	out      io.Writer
	steps    int
	writeErr error // the first failed write to out: whoever listened has gone
}

// run plays the whole demo in a folder of its own below parent, and leaves nothing behind, however it ends.
func run(ctx context.Context, out io.Writer, parent string) (err error) {
	s := &story{out: out}
	if s.stage, err = newStage(ctx, parent); err != nil {
		return err
	}
	defer func() {
		left := s.remove()
		switch {
		case err == nil || ctx.Err() == nil:
			err = errors.Join(err, left)
		case errors.Is(ctx.Err(), context.Canceled) && left == nil:
			err = &stopped{step: s.steps, cause: context.Cause(ctx)}
		default: // whatever failed, failed because of the context
			err = errors.Join(fmt.Errorf("stopped in step %d: %w", s.steps, context.Cause(ctx)), left)
		}
	}()
	s.say("A site of a few files, its headers, its metadata and its CORS rules, kept by Terraform in a bucket on this machine.")
	s.say("Everything happens in %s, which is gone afterwards.", s.dir)

	s.step("Build the provider and the local OSS server")
	took, err := s.build(ctx)
	if err != nil {
		return err
	}
	s.say("built in %.1f s", took.Seconds())

	start := time.Now()
	s.step("Start the server")
	if s.server, err = s.startServer(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.server.Stop()) }()
	s.env = append(s.env, "OSS_ENDPOINT="+s.server.URL)
	s.say("%s, bucket %q", s.server.URL, bucket)
	if s.colleague, err = newColleague(s.server.URL); err != nil {
		return err
	}
	if s.files, err = s.siteFiles(); err != nil {
		return err
	}

	for _, act := range []func(context.Context) error{s.publish, s.visit, s.meddle, s.repair, s.release, s.adopt, s.tearDown} {
		if err := act(ctx); err != nil {
			return fmt.Errorf("in step %d: %w", s.steps, err)
		}
		if s.writeErr != nil {
			return s.writeErr
		}
	}
	s.write("\nDone, %.1f s after the build. Had a step come out otherwise, the demo would have ended there.\n", time.Since(start).Seconds())
	return s.writeErr
}

// stopped is the error of a demo that somebody ended in a step, and that left nothing behind.
type stopped struct {
	step  int
	cause error
}

func (s *stopped) Error() string {
	return fmt.Sprintf("stopped in step %d; nothing is left behind", s.step)
}

func (s *stopped) Unwrap() error { return s.cause }

// step begins a numbered step.
func (s *story) step(title string) {
	s.steps++
	s.write("\n%2d. %s\n", s.steps, title)
}

// say prints a line of the step.
func (s *story) say(format string, args ...any) { s.write("    "+format+"\n", args...) }

func (s *story) write(format string, args ...any) {
	if _, err := fmt.Fprintf(s.out, format, args...); err != nil && s.writeErr == nil {
		s.writeErr = err
	}
}

// publish puts the site into the empty bucket.
func (s *story) publish(ctx context.Context) error {
	s.step("terraform init, from a mirror in the folder, without a network")
	if _, err := s.tf(ctx, 0, "init", "-input=false", "-no-color"); err != nil {
		return err
	}

	s.step("terraform plan")
	plan, err := s.plan(ctx, "create.plan")
	if err != nil {
		return err
	}
	for _, r := range plan {
		if !slices.Equal(r.Change.Actions, []string{"create"}) {
			return fmt.Errorf("the first plan would %q %s", r.Change.Actions, r.Address)
		}
	}
	if len(plan) != 2 {
		return fmt.Errorf("the plan creates %d resources for the site and the CORS rules", len(plan))
	}
	s.say("2 to add: a directory of %d files, each with a cache policy and metadata of its kind, and the CORS rules", len(s.files))

	s.step("terraform apply")
	if _, err := s.tf(ctx, 0, "apply", "-input=false", "-no-color", "create.plan"); err != nil {
		return err
	}
	asked, err := s.server.requests(ctx)
	if err != nil {
		return err
	}
	// One PutObject for each object. That the same count is zero later, when metadata is repaired, means something
	// because it is not zero here.
	bytes := total(s.files)
	if err := expectWrites(asked, map[string]int{"PutObject": len(s.files), "PutBucketCors": 1}, bytes); err != nil {
		return err
	}
	s.say("%d uploads of %d bytes, 1 request for the CORS rules", len(s.files), bytes)

	s.step("terraform plan, again")
	return s.expectEmptyPlan(ctx)
}

// expectEmptyPlan makes a plan and fails when there is anything in it.
func (s *story) expectEmptyPlan(ctx context.Context) error {
	if _, err := s.tf(ctx, planIsEmpty, "plan", "-input=false", "-no-color", "-detailed-exitcode"); err != nil {
		return err
	}
	asked, err := s.server.requests(ctx)
	if err != nil {
		return err
	}
	if err := expectWrites(asked, nil, 0); err != nil {
		return err
	}
	s.say("nothing to do; it took %d requests to know", len(asked))
	return nil
}

// expectWrites compares the requests that change something with the operations that are wanted, how often each, and
// the body bytes of all uploads with a sum. A request that the server refused is an error, whatever was wanted.
func expectWrites(asked []request, want map[string]int, uploaded int64) error {
	have := map[string]int{}
	var bytes int64
	for _, r := range asked {
		switch {
		case r.status == "404" && strings.HasPrefix(r.operation, "Get"), r.status == "404" && r.operation == "HeadObject":
			// a look at whether something exists
		case !strings.HasPrefix(r.status, "2"):
			return fmt.Errorf("%s %s answered %s", r.operation, r.target, r.status)
		case strings.HasPrefix(r.operation, "Get"), strings.HasPrefix(r.operation, "Head"), strings.HasPrefix(r.operation, "List"):
		default:
			have[r.operation]++
		}
		bytes += r.objectBytes()
	}
	if fmt.Sprint(have) != fmt.Sprint(want) { // fmt sorts the keys of a map
		return fmt.Errorf("the server was asked for %v instead of %v", have, want)
	}
	if bytes != uploaded {
		return fmt.Errorf("%d bytes of objects were uploaded instead of %d", bytes, uploaded)
	}
	return nil
}

// forever is the example's cache policy for assets.
const forever = "public, max-age=31536000, immutable"

// visit reads the site over HTTP, as browsers do.
func (s *story) visit(ctx context.Context) error {
	s.step("Open the site")
	for _, page := range []struct {
		key  string
		want []string // pairs of a header and its value
	}{
		{"index.html", []string{"Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-cache", "X-Oss-Meta-Owner", "web-team"}},
		{"assets/v1/style.css", []string{"Content-Type", "text/css", "Cache-Control", forever, "X-Oss-Meta-Purpose", "style"}},
		{"assets/v1/harbour.png", []string{"Content-Type", "image/png", "Cache-Control", forever, "X-Oss-Meta-Cost-Center", "4711"}},
		{"downloads/timetable.pdf", []string{"Content-Type", "application/pdf", "Content-Disposition", "attachment"}},
	} {
		header, err := s.fetchFile(ctx, page.key, "")
		if err != nil {
			return err
		}
		s.say("GET %s: 200, %d bytes, those of the file", page.key, s.files[page.key])
		for i := 0; i < len(page.want); i += 2 {
			name, want := page.want[i], page.want[i+1]
			if have := header.Get(name); have != want {
				return fmt.Errorf("%s of %s is %q instead of %q", name, page.key, have, want)
			}
			s.say("    %s: %s", strings.ToLower(name), want)
		}
	}
	for _, visit := range []struct{ origin, allowed, meaning string }{
		{"https://booking.lantern-ferry.example", "https://booking.lantern-ferry.example", "its scripts may read it"},
		{"https://elsewhere.example", "", "no access-control-allow-origin, so its scripts may not"},
	} {
		header, err := s.fetchFile(ctx, "data/departures.json", visit.origin)
		if err != nil {
			return err
		}
		if have := header.Get("Access-Control-Allow-Origin"); have != visit.allowed {
			return fmt.Errorf("a page of %s is answered Access-Control-Allow-Origin %q instead of %q", visit.origin, have, visit.allowed)
		}
		s.say("GET data/departures.json from %s: %s", visit.origin, visit.meaning)
	}
	return nil
}

func (s *story) fetchFile(ctx context.Context, key, origin string) (http.Header, error) {
	file, err := os.ReadFile(s.path("site", "site", key))
	if err != nil {
		return nil, err
	}
	return s.colleague.fetch(ctx, key, origin, file)
}

// meddle lets a colleague change three things with the OSS SDK.
func (s *story) meddle(ctx context.Context) error {
	s.step("Somebody changes three things with the OSS SDK, behind Terraform's back")
	if err := s.colleague.setHeader(ctx, "index.html", "X-Oss-Meta-Owner", "nobody"); err != nil {
		return err
	}
	s.say("index.html: x-oss-meta-owner is now nobody")
	if err := s.colleague.setHeader(ctx, "assets/v1/style.css", "Cache-Control", "no-store"); err != nil {
		return err
	}
	s.say("assets/v1/style.css: cache-control is now no-store")
	if err := s.colleague.openCORS(); err != nil {
		return err
	}
	s.say("the CORS rule allows every origin")
	_, err := s.server.requests(ctx) // those were the colleague's
	return err
}

// repair plans and applies what takes the changes back.
func (s *story) repair(ctx context.Context) error {
	s.step("terraform plan names exactly those")
	plan, err := s.plan(ctx, "repair.plan")
	if err != nil {
		return err
	}
	want := []string{
		`oss_bucket_cors.site: cors_rule.0.allowed_origins: ["*"] -> ["https://booking.lantern-ferry.example"]`,
		`oss_directory.site: changed_keys: known after apply`,
		`oss_directory.site: files.assets/v1/style.css: same body, other headers`,
		`oss_directory.site: files.index.html: same body, other headers`,
	}
	if err := s.expectChanges(plan, want); err != nil {
		return err
	}
	if _, err := s.server.requests(ctx); err != nil {
		return err
	}

	s.step("terraform apply repairs them without an upload")
	if _, err := s.tf(ctx, 0, "apply", "-input=false", "-no-color", "repair.plan"); err != nil {
		return err
	}
	asked, err := s.server.requests(ctx)
	if err != nil {
		return err
	}
	if err := expectWrites(asked, map[string]int{"CopyObject": 2, "PutBucketCors": 1}, 0); err != nil {
		return err
	}
	slices.SortFunc(asked, func(a, b request) int { return strings.Compare(a.target, b.target) }) // they run side by side
	for _, r := range asked {
		s.say("%s %s, %d body bytes", r.operation, r.target, r.in)
	}
	if err := s.visitRepaired(ctx); err != nil {
		return err
	}
	return s.expectEmptyPlan(ctx)
}

// visitRepaired reads what was repaired over HTTP, since a plan sees the bucket through the provider's eyes only.
func (s *story) visitRepaired(ctx context.Context) error {
	for _, repaired := range []struct{ key, name, want string }{
		{"index.html", "X-Oss-Meta-Owner", "web-team"},
		{"assets/v1/style.css", "Cache-Control", forever},
	} {
		header, err := s.fetchFile(ctx, repaired.key, "")
		if err != nil {
			return err
		}
		if have := header.Get(repaired.name); have != repaired.want {
			return fmt.Errorf("%s of %s is %q after the repair", repaired.name, repaired.key, have)
		}
	}
	header, err := s.fetchFile(ctx, "data/departures.json", "https://elsewhere.example")
	if err != nil {
		return err
	}
	if have := header.Get("Access-Control-Allow-Origin"); have != "" {
		return fmt.Errorf("after the repair every origin is still answered Access-Control-Allow-Origin %q", have)
	}
	_, err = s.server.requests(ctx) // those were ours
	return err
}

// expectChanges compares the attributes that a plan changes with those that are wanted, and prints them.
func (s *story) expectChanges(plan []resourceChange, want []string) error {
	have := changed(plan)
	short := make([]string, len(have))
	for i, line := range have {
		short[i] = fileText.ReplaceAllStringFunc(line, whatDiffers)
	}
	if !slices.Equal(short, want) {
		return fmt.Errorf("the plan changes\n  %s\ninstead of\n  %s", strings.Join(short, "\n  "), strings.Join(want, "\n  "))
	}
	for _, line := range have {
		s.say("%s", line)
	}
	return nil
}

// notice is the configuration for an object that exists already.
const notice = `
import {
  to = oss_object.notice
  id = "lantern-ferry/press/notice.txt"
}

resource "oss_object" "notice" {
  bucket        = var.bucket
  key           = "press/notice.txt"
  content       = "No boat on the first of January.\n"
  cache_control = "max-age=600"

  metadata = {
    owner = "press-office"
  }
}
`

// adopt imports an object that Terraform did not make.
func (s *story) adopt(ctx context.Context) error {
	s.step("An import block adopts an object that the press office uploaded long ago")
	err := s.colleague.put(ctx, "press/notice.txt", "No boat on the first of January.\n",
		oss.ContentType("text/plain"), oss.CacheControl("max-age=600"), oss.Meta("owner", "press-office"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.path("site", "notice.tf"), []byte(notice), 0o600); err != nil {
		return err
	}
	if _, err := s.server.requests(ctx); err != nil {
		return err
	}
	plan, err := s.plan(ctx, "adopt.plan")
	if err != nil {
		return err
	}
	at := slices.IndexFunc(plan, func(r resourceChange) bool { return r.Change.Importing != nil })
	if at < 0 || plan[at].Change.Importing.ID != "lantern-ferry/press/notice.txt" {
		return errors.New("the plan imports nothing")
	}
	s.say("%s: import %s", plan[at].Address, plan[at].Change.Importing.ID)
	if err := s.expectChanges(plan, []string{`oss_object.notice: content: null -> "No boat on the first of January.\n"`}); err != nil {
		return err
	}
	if _, err := s.tf(ctx, 0, "apply", "-input=false", "-no-color", "adopt.plan"); err != nil {
		return err
	}
	asked, err := s.server.requests(ctx)
	if err != nil {
		return err
	}
	if err := expectWrites(asked, nil, 0); err != nil {
		return err
	}
	s.say("applied without a write: the bytes in the configuration are those in the bucket")
	return s.expectEmptyPlan(ctx)
}

// tearDown destroys everything and looks at what is left.
func (s *story) tearDown(ctx context.Context) error {
	s.step("terraform destroy")
	if _, err := s.tf(ctx, 0, "destroy", "-input=false", "-no-color", "-auto-approve"); err != nil {
		return err
	}
	asked, err := s.server.requests(ctx)
	if err != nil {
		return err
	}
	if err := expectWrites(asked, map[string]int{"DeleteMultipleObjects": 1, "DeleteObject": 1, "DeleteBucketCors": 1}, 0); err != nil {
		return err
	}
	keys, err := s.colleague.keys(ctx)
	if err != nil {
		return err
	}
	rules, err := s.colleague.hasCORS()
	if err != nil {
		return err
	}
	if len(keys) > 0 || rules {
		return fmt.Errorf("the destroy left %q and CORS rules: %t", keys, rules)
	}
	s.say("%d files with one request, the notice and the CORS rules deleted; the bucket is empty", len(s.files))
	return nil
}
