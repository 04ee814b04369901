package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// theatre is the example at work and a browser to look at it.
type theatre struct {
	*stage
	browser *browser
	data    *oss.Bucket // the data bucket through somebody else's client
}

// tf runs Terraform, which has to succeed.
func (h *theatre) tf(t *testing.T, args ...string) string {
	t.Helper()
	out, err := h.stage.tf(t.Context(), append(args, "-no-color")...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (h *theatre) apply(t *testing.T, args ...string) {
	t.Helper()
	h.tf(t, append([]string{"apply", "-auto-approve"}, args...)...)
}

// stored holds the metadata of an object against what is wanted, past the page.
func (h *theatre) stored(t *testing.T, key, year, people string) {
	t.Helper()
	header, err := h.data.GetObjectDetailedMeta(key)
	if err != nil {
		t.Fatal(err)
	}
	if header.Get("X-Oss-Meta-Year") != year || header.Get("X-Oss-Meta-People") != people {
		t.Errorf("%s is stored with %v", key, header)
	}
}

// shows holds what the page shows against what is wanted.
func shows(t *testing.T, what string, r result, year, people string) {
	t.Helper()
	if r.State != "done" || r.Year != year || r.People != people {
		t.Errorf("%s: the page shows %+v, want year %s and people %s", what, r, year, people)
	}
}

// refuses holds that the page says in words that the browser let it have no answer, and that the browser's reason is CORS.
func refuses(t *testing.T, what string, v *visit, r result) {
	t.Helper()
	reasons := v.refusals()
	if r.State != "failed" || !strings.Contains(r.Message, "Either the CORS rules of the bucket do not allow") || r.Year != "–" {
		t.Errorf("%s: the page shows %+v, want a refusal in words", what, r)
	}
	if len(reasons) == 0 {
		t.Errorf("%s: the browser gave no reason that has to do with CORS", what)
	}
	t.Logf("%s: the browser refused: %s", what, strings.Join(reasons, ", "))
}

// A person's way through the example: each step goes on from the one before. Then the person presses Ctrl-C, and nothing is
// left of it.
func TestBrowserUpload(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	browser := startBrowser(t) // first: a missing Chromium should show at once
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	parent := t.TempDir()
	err := show(ctx, io.Discard, parent, func(s *stage) error {
		client, err := oss.New(s.oss.URL, keyID, keySecret, oss.AuthVersion(oss.AuthV4), oss.Region(region))
		if err != nil {
			return err
		}
		data, err := client.Bucket(dataBucket)
		if err != nil {
			return err
		}
		h := &theatre{s, browser, data}
		h.play(t)
		interrupt()
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func (h *theatre) play(t *testing.T) {
	t.Helper()
	steps := []struct {
		name string
		run  func(*testing.T)
	}{
		{"without rules the browser refuses", h.withoutRules},
		{"the demo serves the page until it is interrupted", h.servesThePage},
		{"with the rules each button works", h.eachButton},
		{"its picture", h.itsPicture},
		{"a form and a URL need no key", h.formAndURL},
		{"a header that is not exposed is null", h.notExposed},
		{"a rule that somebody removed is restored", h.removedRule},
		{"mistakes are explained", h.mistakes},
	}
	for _, step := range steps {
		if !t.Run(step.name, step.run) { //nolint:paralleltest // steps of one story
			t.FailNow()
		}
	}
}

func (h *theatre) withoutRules(t *testing.T) {
	h.apply(t, "-target=oss_object.page", "-target=oss_object.sdk", "-target=oss_object.config")
	v := h.browser.open(t, h.page())
	for _, button := range []string{"upload", "modify", "query", "callback", "multipart"} {
		refuses(t, button, v, v.click(button))
	}
	if n := h.oss.Count(" OptionObject ", " 403 "); n == 0 {
		t.Error("the server was asked no preflight: this is not cross-origin")
	}
	if n := h.oss.Count(" PutObject ", "/"+dataBucket+"/"); n != 0 {
		t.Errorf("%d uploads came through", n)
	}
}

func (h *theatre) eachButton(t *testing.T) {
	v := h.browser.open(t, h.page())

	r := v.click("upload")
	shows(t, "upload", r, "2020", "eliot")
	if r.Type != "text/plain" || r.Size != "24" || len(r.ETag) != 34 {
		t.Errorf("upload: the page shows %+v", r)
	}
	h.stored(t, "notes/hello.txt", "2020", "eliot")

	uploaded := h.oss.Count(" PutObject ", "/"+dataBucket+"/")
	shows(t, "modify", v.click("modify"), "2021", "evan")
	h.stored(t, "notes/hello.txt", "2021", "evan")
	if again := h.oss.Count(" PutObject ", "/"+dataBucket+"/"); again != uploaded {
		t.Error("modify has sent the file again")
	}
	shows(t, "query", v.click("query"), "2021", "evan")
	h.withCallback(t, v)
	h.inParts(t, v)
	if reasons := v.refusals(); len(reasons) > 0 {
		t.Errorf("the browser refused: %v", reasons)
	}
}

func (h *theatre) withCallback(t *testing.T, v *visit) {
	t.Helper()
	v.fill("notes/callback.txt")
	r := v.click("callback")
	shows(t, "callback", r, "2020", "eliot")
	var answer struct{ Received map[string]string }
	if err := json.Unmarshal([]byte(r.Answer), &answer); err != nil {
		t.Fatalf("callback: the page shows the answer %q: %v", r.Answer, err)
	}
	for name, want := range map[string]string{
		"bucket": dataBucket, "object": "notes/callback.txt", "size": "24", "mimeType": "text/plain", "year": "2020", "people": "eliot",
	} {
		if answer.Received[name] != want {
			t.Errorf("callback: the receiver got %s = %q, want %q", name, answer.Received[name], want)
		}
	}
	if n := strings.Count(h.receiver.Stderr(), "stored: "); n != 1 { // its log has a line for each call
		t.Errorf("callback: the receiver was called %d times", n)
	}
}

func (h *theatre) inParts(t *testing.T, v *visit) {
	t.Helper()
	v.fill("notes/parts.bin")
	evaluate[struct{}](v, watchProgress)
	r := v.click("multipart")
	seen := evaluate[[]int](v, "window.progressSeen")
	shows(t, "multipart", r, "2020", "eliot")
	if r.Progress != 100 || r.Size != "1048576" || !strings.Contains(r.Message, "in 11 parts") {
		t.Errorf("multipart: the page shows %+v", r)
	}
	between := 0
	for i, percent := range seen {
		if i > 0 && percent < seen[i-1] {
			t.Errorf("multipart: the bar went back: %v", seen)
		}
		if percent > 0 && percent < 100 {
			between++
		}
	}
	if between < 5 {
		t.Errorf("multipart: the bar showed %v, want each part", seen)
	}
	if n := h.oss.Count(" UploadPart ", " 200 "); n != 11 {
		t.Errorf("multipart: %d parts came", n)
	}
	h.stored(t, "notes/parts.bin", "2020", "eliot")
}

func (h *theatre) notExposed(t *testing.T) {
	h.apply(t, `-var=exposed_metadata=["people"]`)
	shows(t, "query", h.browser.open(t, h.page()).click("query"), "null", "evan")
	h.stored(t, "notes/hello.txt", "2021", "evan") // the object has it all the same
	h.apply(t)                                     // the end of the next step shows it again
}

func (h *theatre) removedRule(t *testing.T) {
	var rules oss.GetBucketCORSResult
	rules, err := h.data.Client.GetBucketCORS(dataBucket)
	if err != nil {
		t.Fatal(err)
	}
	// Somebody removes the first rule, the one for reading.
	if err := h.data.Client.SetBucketCORS(dataBucket, rules.CORSRules[1:]); err != nil {
		t.Fatal(err)
	}
	v := h.browser.open(t, h.page())
	refuses(t, "query", v, v.click("query"))

	plan := h.tf(t, "plan")
	for _, word := range []string{"oss_bucket_cors.data will be updated in-place", "Plan: 0 to add, 1 to change, 0 to destroy", fmt.Sprintf("+ %q", "HEAD")} {
		if !strings.Contains(plan, word) {
			t.Errorf("the plan does not say %q:\n%s", word, plan)
		}
	}
	h.apply(t)
	shows(t, "query", h.browser.open(t, h.page()).click("query"), "2021", "evan")
	if out := h.tf(t, "plan", "-detailed-exitcode"); !strings.Contains(out, "No changes") {
		t.Errorf("the plan after it is not empty:\n%s", out)
	}
}

func (h *theatre) mistakes(t *testing.T) {
	v := h.browser.open(t, h.page())
	v.fill("")
	if r := v.click("query"); r.State != "failed" || !strings.Contains(r.Message, "The object key is empty") {
		t.Errorf("no key: the page shows %+v", r)
	}
	v.fill("notes/nothing.txt")
	if r := v.click("query"); r.State != "failed" || !strings.Contains(r.Message, "There is no object with this key yet") {
		t.Errorf("an absent object: the page shows %+v", r)
	}
	// Without the token endpoint there are no credentials.
	if err := h.token.Stop(); err != nil {
		t.Error(err)
	}
	if r := v.click("upload"); r.State != "failed" || !strings.Contains(r.Message, "token endpoint") || !strings.Contains(r.Message, "does not answer") {
		t.Errorf("no token endpoint: the page shows %+v", r)
	}
}
