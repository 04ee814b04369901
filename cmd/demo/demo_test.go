package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// TestDemo plays the whole demo.
func TestDemo(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	parent := t.TempDir()
	var out bytes.Buffer
	if err := run(t.Context(), &out, parent); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if !strings.Contains(out.String(), "\nDone, ") {
		t.Errorf("the demo did not come to its end:\n%s", &out)
	}
	expectNothingLeft(t, parent, out.String())
	repo, err := rig.Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expectPicture(t, repo, "demo.svg", "What make demo prints", demoShown(out.String()))
}

// ofThisRun is what differs from run to run of the demo, and what a picture has in its place.
var ofThisRun = map[*regexp.Regexp]string{
	regexp.MustCompile(`in \S+, which is gone`):       "in a temporary folder, which is gone",
	regexp.MustCompile(`http://127\.0\.0\.1:\d+`):     "http://127.0.0.1:…",
	regexp.MustCompile(`(built in|Done,) \d+\.\d+ s`): "$1 … s",
}

// demoShown is what a picture shows of the demo.
func demoShown(out string) string {
	for differs, instead := range ofThisRun {
		out = differs.ReplaceAllString(out, instead)
	}
	out = regexp.MustCompile(`(?m)^ *\d+\. .*$`).ReplaceAllStringFunc(out, func(title string) string { return "\x1b[1m" + title + "\x1b[0m" })
	return typed("make demo") + "\n" + out
}

// TestDemoInterrupted ends the demo before it has a server and in the midst of things, and expects it to clean up.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	// The name is part of the path of the provider's socket, for which Unix has some 100 bytes.
	for name, at := range map[string]string{"early": "Start the server", "apply": "terraform apply\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			interrupted := errors.New("interrupted by the test")
			out := &hook{text: at, do: func() { cancel(interrupted) }}
			err := run(ctx, out, parent)
			if !errors.Is(err, interrupted) {
				t.Errorf("the demo ended with %v", err)
			}
			steps := regexp.MustCompile(`(?m)^ *(\d+)\. `).FindAllStringSubmatch(out.String(), -1)
			if want := "Stopped in step " + steps[len(steps)-1][1] + "; nothing is left behind."; ending(err) != want {
				t.Errorf("the demo says %q, want %q", ending(err), want)
			}
			expectNothingLeft(t, parent, out.String())
		})
	}
}

// TestDemoWithoutListener expects the demo to end, and to clean up, when nobody reads what it says.
func TestDemoWithoutListener(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	parent := t.TempDir()
	gone := errors.New("nobody listens")
	if err := run(t.Context(), deaf{gone}, parent); !errors.Is(err, gone) {
		t.Errorf("the demo ended with %v", err)
	}
	expectNothingLeft(t, parent, "")
}

// expectNothingLeft fails when the demo's folder is still there or its server still listens.
func expectNothingLeft(t *testing.T, parent, out string) {
	t.Helper()
	left, err := os.ReadDir(parent)
	if err != nil || len(left) > 0 {
		t.Errorf("the demo left %v in its temporary folder (%v)", left, err)
	}
	if at := regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`).FindStringSubmatch(out); at != nil {
		dialer := net.Dialer{}
		if conn, err := dialer.DialContext(t.Context(), "tcp", at[1]); err == nil {
			_ = conn.Close()
			t.Errorf("the server at %s outlived the demo", at[1])
		}
	}
}

// hook is a writer that acts when a text was written.
type hook struct {
	bytes.Buffer
	text string
	do   func()
}

func (h *hook) Write(p []byte) (int, error) {
	n, err := h.Buffer.Write(p)
	if h.do != nil && strings.Contains(h.String(), h.text) {
		h.do()
		h.do = nil
	}
	return n, err
}

// deaf is a writer whose reader has gone.
type deaf struct{ err error }

func (d deaf) Write([]byte) (int, error) { return 0, d.err }

func TestChanged(t *testing.T) {
	t.Parallel()
	const plan = `{"resource_changes": [
		{"address": "x.same", "change": {"actions": ["no-op"], "before": {"a": 1}, "after": {"a": 2}, "after_unknown": {}}},
		{"address": "x.object", "change": {
			"actions": ["update"],
			"before": {"id": "1", "crc64": 18446744073709551615, "metadata": {"gone": "g", "kept": "k", "other": "<o>"}, "etag": "E", "tags": null, "type": "t"},
			"after":  {"id": "1", "crc64": 18446744073709551614, "metadata": {"kept": "k", "new": "n", "other": "p"}, "tags": {"a": "b"}, "type": null},
			"after_unknown": {"etag": true, "metadata": {}}}},
		{"address": "x.cors", "change": {
			"actions": ["update"],
			"before": {"rule": [{"origins": ["*"], "age": 1}, {"origins": ["b"], "age": 2}], "headers": []},
			"after":  {"rule": [{"origins": ["a", "b"], "age": 1}], "headers": ["h"]},
			"after_unknown": {"rule": [{"origins": [false, false]}], "headers": [false]}}},
		{"address": "x.new", "change": {"actions": ["create"], "before": null, "after": {"a": 1}, "after_unknown": {"id": true}}}
	]}`
	want := []string{
		`x.cors: headers: [] -> ["h"]`,
		`x.cors: rule.0.origins: ["*"] -> ["a","b"]`,
		`x.cors: rule.1: {"age":2,"origins":["b"]} -> null`,
		`x.new: : null -> {"a":1}`,
		`x.object: crc64: 18446744073709551615 -> 18446744073709551614`,
		`x.object: etag: known after apply`,
		`x.object: metadata.gone: "g" -> null`,
		`x.object: metadata.new: null -> "n"`,
		`x.object: metadata.other: "<o>" -> "p"`,
		`x.object: tags: null -> {"a":"b"}`,
		`x.object: type: "t" -> null`,
	}
	changes, err := decodePlan(plan)
	if err != nil {
		t.Fatal(err)
	}
	if have := changed(changes); !slices.Equal(have, want) {
		t.Errorf("changes\n  %s\nwant\n  %s", strings.Join(have, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestExpectWrites(t *testing.T) {
	t.Parallel()
	look := request{status: "200", operation: "HeadObject", target: "/b/k"}
	missing := request{status: "404", operation: "GetBucketCors", target: "/b/?cors"}
	upload := request{status: "200", operation: "PutObject", target: "/b/k", in: 5}
	selfCopy := request{status: "200", operation: "CopyObject", target: "/b/k"}
	rules := request{status: "200", operation: "PutBucketCors", target: "/b/?cors", in: 300}
	for name, test := range map[string]struct {
		asked    []request
		want     map[string]int
		uploaded int64
		err      string // "" is none
	}{
		"nothing":                {nil, nil, 0, ""},
		"looks are not writes":   {[]request{look, missing}, nil, 0, ""},
		"uploads":                {[]request{look, upload, upload, rules}, map[string]int{"PutObject": 2, "PutBucketCors": 1}, 10, ""},
		"copies":                 {[]request{selfCopy}, map[string]int{"CopyObject": 1}, 0, ""},
		"upload instead of copy": {[]request{upload}, map[string]int{"CopyObject": 1}, 0, "map[PutObject:1] instead of map[CopyObject:1]"},
		"one copy too many":      {[]request{selfCopy, selfCopy}, map[string]int{"CopyObject": 1}, 0, "map[CopyObject:2] instead of map[CopyObject:1]"},
		"copy with a body":       {[]request{{"200", "CopyObject", "/b/k", 7}}, map[string]int{"CopyObject": 1}, 0, "7 bytes of objects were uploaded instead of 0"},
		"refused":                {[]request{{"403", "HeadObject", "/b/k", 0}}, nil, 0, "HeadObject /b/k answered 403"},
		"write of what is gone":  {[]request{{"404", "CopyObject", "/b/k", 0}}, map[string]int{"CopyObject": 1}, 0, "CopyObject /b/k answered 404"},
		"write that is missing":  {nil, map[string]int{"CopyObject": 1}, 0, "map[] instead of map[CopyObject:1]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := expectWrites(test.asked, test.want, test.uploaded)
			if text := fmt.Sprint(err); test.err == "" && err != nil || !strings.Contains(text, test.err) {
				t.Errorf("error %v, want one with %q", err, test.err)
			}
		})
	}
}

func TestParseRequest(t *testing.T) {
	t.Parallel()
	have, err := parseRequest("17:27:17 200 PUT     PutBucketCors       /example/?cors 300µs in=378 out=0")
	if want := (request{"200", "PutBucketCors", "/example/?cors", 378}); err != nil || have != want {
		t.Errorf("%+v, %v; want %+v", have, err, want)
	}
	for _, line := range []string{"", "panic: oh", "17:27:17 200 PUT PutObject /b/k 300µs out=0 in=1", "17:27:17 200 PUT PutObject /b/k 300µs in=x out=0"} {
		if have, err := parseRequest(line); err == nil {
			t.Errorf("%q was read as %+v", line, have)
		}
	}
}
