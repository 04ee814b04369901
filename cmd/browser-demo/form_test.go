package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	downloads "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// formResult is what the second page shows.
type formResult struct{ State, Message, People, Type, Size, Text string }

const readFormPage = `({
	State: document.getElementById("state").dataset.state,
	Message: document.getElementById("message").textContent,
	People: document.getElementById("people").textContent,
	Type: document.getElementById("type").textContent,
	Size: document.getElementById("size").textContent,
	Text: document.getElementById("text").textContent,
})`

// formPage presses a button of the second page and returns what it shows.
func (v *visit) formPage(button string) formResult {
	v.t.Helper()
	v.press(button)
	return evaluate[formResult](v, readFormPage)
}

// choose selects what the second page uploads.
func (v *visit) choose(sample string) {
	v.t.Helper()
	v.do(chromedp.SetValue(chromedp.CSS("#sample"), sample))
}

// The second page uploads with a form and reads by a URL, both of which Terraform has signed. The server holds both to
// their bounds, whatever the page does with them.
func (h *theatre) formAndURL(t *testing.T) {
	v := h.browser.open(t, h.origin(pageBucket)+"/form.html")
	if r := v.formPage("read"); r.State != "failed" || !strings.Contains(r.Message, "Nothing was uploaded yet. NoSuchKey") {
		t.Errorf("nothing to read: the page shows %+v", r)
	}
	for sample, words := range map[string]string{"page": "does not allow files of this type. AccessDenied", "large": "larger than the form allows. EntityTooLarge"} {
		v.choose(sample)
		if r := v.formPage("upload"); r.State != "failed" || !strings.Contains(r.Message, words) {
			t.Errorf("%s: the page shows %+v, want %q", sample, r, words)
		}
	}
	v.choose("note")
	if r := v.formPage("upload"); r.State != "done" {
		t.Fatalf("upload: the page shows %+v", r)
	}
	if n := h.oss.Count(" PostObject ", " 204 "); n != 1 {
		t.Errorf("%d forms were accepted", n)
	}
	header, err := h.data.GetObjectDetailedMeta("notes/from-the-form.txt")
	if err != nil || header.Get("X-Oss-Meta-People") != "form" || header.Get("Content-Type") != "text/plain" {
		t.Errorf("stored with %v, %v", header, err)
	}
	if r := v.formPage("read"); r.State != "done" || r.People != "form" || r.Type != "text/plain" || r.Size != "21" || r.Text != "Hello from the form.\n" {
		t.Errorf("read: the page shows %+v", r)
	}
	h.changedForms(t, v)
	h.putByURL(t, v)
	h.saved(t, v)
	if reasons := v.refusals(); len(reasons) > 0 {
		t.Errorf("the browser refused: %v", reasons)
	}
	h.handedOutAlone(t)
}

// changedForms has a page that changes one field, or the URL, of what it was handed.
func (h *theatre) changedForms(t *testing.T, v *visit) {
	t.Helper()
	for _, change := range []string{
		`form.set("key", "notes/other.txt")`, `form.set("x-oss-meta-people", "mallory")`, `form.delete("x-oss-meta-people")`, `form.set("x-oss-date", "20260101T000000Z")`,
		`form.set("policy", form.get("policy") + "e30=")`, `form.set("x-oss-signature", "0".repeat(64))`,
	} {
		status := evaluateLater[int](v, `(async () => {
			const { form: signed } = await (await fetch("form.json")).json();
			const form = new FormData();
			Object.entries(signed.fields).forEach(([name, value]) => form.set(name, value));
			form.set("Content-Type", "text/plain");
			`+change+`;
			form.set("file", new File(["x"], "x.txt"));
			return (await fetch(signed.url, { method: "POST", body: form })).status;
		})()`)
		if status != 403 {
			t.Errorf("%s: status %d", change, status)
		}
	}
	for change, want := range map[string]int{`url`: 200, `url.replace("notes/from", "notes/for")`: 403, `url + "&x-oss-traffic-limit=819200"`: 403, `url.replace("x-oss-expires=604800", "x-oss-expires=604799")`: 403} {
		status := evaluateLater[int](v, `(async () => {
			const { download: { url } } = await (await fetch("form.json")).json();
			return (await fetch(`+change+`).catch(() => ({ status: 0 }))).status;
		})()`)
		if status != want {
			t.Errorf("%s: status %d, want %d", change, status, want)
		}
	}
}

// putByURL has a page upload by a URL that binds type, metadata and size. A browser sends the size by itself (OSS-330).
func (h *theatre) putByURL(t *testing.T, v *visit) {
	t.Helper()
	client, err := ossclient.New(ossclient.Config{
		Region: region, Endpoint: strings.Replace(h.origin(dataBucket), dataBucket+".", "", 1),
		Credentials: ossclient.StaticCredentials{AccessKeyID: keyID, AccessKeySecret: keySecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := client.SignURL(ossclient.URLRequest{Method: "PUT", Bucket: dataBucket, Key: "notes/by-url.txt", ExpiresIn: time.Hour,
		Header: map[string]string{"Content-Type": "text/plain", "Content-Length": "5", "x-oss-meta-people": "url"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		kind, people, body string
		want               int
	}{
		{"text/plain", "url", "hello!", 403}, {"text/plain", "mallory", "hello", 403}, {"text/html", "url", "hello", 403}, {"text/plain", "url", "hello", 200},
	} {
		status := evaluateLater[int](v, fmt.Sprintf(`fetch(%q, { method: "PUT", headers: { "Content-Type": %q, "x-oss-meta-people": %q }, body: %q }).then((a) => a.status)`,
			signed.URL, tt.kind, tt.people, tt.body))
		if status != tt.want {
			t.Errorf("%+v: status %d", tt, status)
		}
	}
	if header, err := h.data.GetObjectDetailedMeta("notes/by-url.txt"); err != nil || header.Get("X-Oss-Meta-People") != "url" {
		t.Errorf("stored with %v, %v", header, err)
	}
}

// saved has the browser save what the URL leads to. It chooses the name that content_disposition has written.
func (h *theatre) saved(t *testing.T, v *visit) {
	t.Helper()
	folder := t.TempDir()
	report := true
	params := downloads.SetDownloadBehaviorParams{
		Behavior: downloads.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: folder, EventsEnabled: &report,
		BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID,
	}
	if _, err := chromedp.CallBrowser(v.ctx, downloads.SetDownloadBehavior, params); err != nil {
		t.Fatal(err)
	}
	begun, done := make(chan string, 1), make(chan string, 1) // its name for people, and the one in the folder
	err := chromedp.ListenBrowser(v.ctx, func(event any) {
		switch e := event.(type) {
		case *downloads.EventDownloadWillBegin:
			begun <- e.SuggestedFilename
		case *downloads.EventDownloadProgress:
			if e.State != downloads.DownloadProgressStateInProgress {
				done <- e.GUID
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	v.press("save")
	wait := func(event <-chan string) string {
		select {
		case text := <-event:
			return text
		case <-v.ctx.Done():
			t.Fatal("the browser saves nothing")
			return ""
		}
	}
	if name := wait(begun); name != "表单 1+1.txt" {
		t.Errorf("the browser saves it as %q", name)
	}
	if text, err := os.ReadFile(filepath.Join(folder, wait(done))); err != nil || string(text) != "Hello from the form.\n" {
		t.Errorf("saved %q, %v", text, err)
	}
}

// handedOutAlone holds that form and URL are where the page reads them, and not in the state.
func (h *theatre) handedOutAlone(t *testing.T) {
	t.Helper()
	state, err := os.ReadFile(h.path("example", "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	var resources struct {
		Resources []struct{ Mode, Type, Name string }
	}
	if err := json.Unmarshal(state, &resources); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range resources.Resources {
		found = found || r.Type+"."+r.Name == "oss_object.form"
		if r.Mode == "ephemeral" {
			t.Errorf("the state has %s.%s", r.Type, r.Name)
		}
	}
	if !found {
		t.Error("the state does not have oss_object.form")
	}
	for _, secret := range []string{"x-oss-signature", "OSS4-HMAC-SHA256", keySecret} {
		if strings.Contains(string(state), secret) {
			t.Errorf("the state holds %s", secret)
		}
	}
}
