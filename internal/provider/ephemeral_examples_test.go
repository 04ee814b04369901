package provider

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// The examples of the ephemeral resources hand out what works, and plan nothing after that.
func TestEphemeralExamples(t *testing.T) {
	t.Parallel()
	type signed struct {
		URL             string
		Headers, Fields map[string]string
	}
	checks := map[string]func(*testOSS){
		"oss_presigned_url": func(o *testOSS) {
			var job struct{ Read, Write signed }
			o.must(json.Unmarshal([]byte(o.body("jobs/nightly.json")), &job))
			get := browse(o.t, "GET", job.Read.URL, nil, "")
			if got := get.header.Get("Content-Disposition"); get.body != "the report" || !strings.HasSuffix(got, "filename*=UTF-8''%E5%B9%B4%E5%BA%A6%E6%8A%A5%E5%91%8A%202026.pdf") {
				o.t.Errorf("read %q as %s", get.body, got)
			}
			if got := browse(o.t, "PUT", job.Write.URL, job.Write.Headers, "{}"); got.status != 200 || o.object("results/latest.json").Metadata["owner"] != "nightly-job" {
				o.t.Errorf("write: %+v", got)
			}
		},
		"oss_upload_policy": func(o *testOSS) {
			var form signed
			o.must(json.Unmarshal([]byte(o.body("upload/form.json")), &form))
			form.Fields["Content-Type"] = "image/png"
			for _, want := range []int{204, 409} { // it forbids to overwrite
				if got := postForm(o.t, form.URL, form.Fields, "cat.png", "x"); got.status != want {
					o.t.Errorf("upload: %+v, want %d", got, want)
				}
			}
			if stored := o.object("pictures/cat.png"); stored.CacheControl != "no-cache" || stored.Metadata["source"] != "upload-form" {
				o.t.Errorf("stored %+v", stored)
			}
		},
		"oss_object": func(o *testOSS) {
			if got := o.body("jobs/connection.txt"); got != "postgres://app:hunter2@db.example.com/app" {
				o.t.Errorf("the connection is %q", got)
			}
		},
	}
	o := startOSS(t)
	o.must(o.local().CreateBucket("example"))
	o.bucket = "example"
	o.must(o.sdk().PutObject("reports/2026.pdf", strings.NewReader("the report"), oss.ContentType("application/pdf")))
	o.must(o.sdk().PutObject("secrets/database.json", strings.NewReader(`{"password":"hunter2"}`)))
	w := o.exampleWorkspace("../../examples/provider")
	for name := range checks {
		w.addExample("../../examples/ephemeral-resources/" + name)
	}
	w.apply()
	for _, check := range checks {
		check(o)
	}
	w.clean()
}

func TestContentDispositionExample(t *testing.T) {
	t.Parallel()
	o := startOSS(t)
	o.must(o.local().CreateBucket("example"))
	o.bucket = "example"
	w := o.exampleWorkspace("../../examples/functions/content_disposition")
	want := map[string]any{"dispositions": map[string]any{
		"report.pdf":        `inline; filename="report.pdf"`,
		"C++ notes.pdf":     `inline; filename="C++ notes.pdf"`,
		"年度报告 2026.pdf":     `inline; filename="____ 2026.pdf"; filename*=UTF-8''%E5%B9%B4%E5%BA%A6%E6%8A%A5%E5%91%8A%202026.pdf`,
		`the "best" of.pdf`: `inline; filename="the _best_ of.pdf"; filename*=UTF-8''the%20%22best%22%20of.pdf`,
	}}
	if got := w.outputs(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := o.object("reports/2026.pdf").ContentDisposition; !strings.HasPrefix(got, `attachment; filename="____ 2026.pdf"; filename*=UTF-8''`) {
		t.Errorf("stored with %s", got)
	}
}

func TestContentDispositionRefusesAtTheArgument(t *testing.T) {
	t.Parallel()
	w := startOSS(t).workspace()
	words := map[string][]string{
		`content_disposition("download", "a.pdf")`:  {`"type" parameter`, `Write "attachment" to have the object saved`},
		`content_disposition("atachment", "a.pdf")`: {`"type" parameter`, `Perhaps "attachment" is meant`},
		`content_disposition("inline", "")`:         {`"filename" parameter`, "The file name is empty"},
		`content_disposition("inline", "a/b.pdf")`:  {`"filename" parameter`, "is a path"},
		`content_disposition("inline", "a\nb.pdf")`: {`"filename" parameter`, "contains a line break"},
		`content_disposition("inline", null)`:       {`"filename" parameter`, "argument must not be null"},
	}
	for call, errors := range w.functionErrors(slices.Collect(maps.Keys(words))) {
		if len(errors) != 1 || strings.Contains(errors[0].Detail, "..") {
			t.Errorf("%s: want one error: %+v", call, errors)
			continue
		}
		for _, word := range words[call] {
			if !strings.Contains(errors[0].Detail, word) {
				t.Errorf("%s: Terraform does not say %q: %s", call, word, errors[0].Detail)
			}
		}
	}
	w.config(`resource "terraform_data" "name" {
  input = "a.pdf"
}
output "test" {
  value = provider::oss::content_disposition("inline", terraform_data.name.output)
}
`)
	if got := w.outputs()["test"]; got != `inline; filename="a.pdf"` {
		t.Errorf("of a value that was not known at plan: %v", got)
	}
	// The plus that urlencode writes is warned of at plan.
	w.config("resource \"oss_object\" \"test\" {\n bucket = \"BUCKET\"\n key = \"k\"\n content = \"x\"\n content_disposition = \"attachment; filename*=UTF-8''${urlencode(\"年 度.pdf\")}\"\n}\n")
	if out := flatten(w.must("plan", "-no-color")); !strings.Contains(out, `has a "+" in its filename*`) {
		t.Errorf("no warning:\n%s", out)
	}
}
