package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

const kmsKey = "acs:kms:cn-hangzhou:123456:key/0d1e2f3a"

// start serves a bucket "b-1" and gives the arguments that lead to it. Its key is in the environment, as a user's is.
func start(t *testing.T, server *ossserver.Server) []string {
	t.Helper()
	t.Setenv("OSS_ACCESS_KEY_ID", "local-id")
	t.Setenv("OSS_ACCESS_KEY_SECRET", "local-secret")
	for _, name := range []string{"ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN", "OSS_REGION"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", t.TempDir())
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		listener.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := server.CreateBucket("b-1"); err != nil {
		t.Fatal(err)
	}
	return []string{"--endpoint", listener.URL, "--region", "cn-hangzhou", "--bucket", "b-1"}
}

// conform runs the program.
func conform(ctx context.Context, args ...string) (code int, out string) {
	var text strings.Builder
	code = command(ctx, args, &text, &text)
	return code, text.String()
}

// everything asks also what has to be asked for.
func everything(t *testing.T) []string {
	t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	t.Cleanup(receiver.Close)
	return []string{"--cors", "--frozen", "--callback", receiver.URL, "--kms-key", kmsKey}
}

// owner is somebody who asks the same bucket by hand.
func owner(t *testing.T, args []string) *session {
	t.Helper()
	c, err := parse(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSession(t.Context(), c, ossclient.DefaultCredentials())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// expectEmpty wants nothing of a run left in the bucket, and nothing touched of what was there.
func expectEmpty(t *testing.T, args []string) {
	t.Helper()
	s := owner(t, args)
	if list := s.ask("GET", "", with("versions")); list.status != http.StatusOK || list.has("Version") || list.has("DeleteMarker") {
		t.Errorf("left in the bucket: %s %s", list, list.body)
	}
	if uploads := s.ask("GET", "", with("uploads")); uploads.status != http.StatusOK || uploads.has("Upload") {
		t.Errorf("uploads left in the bucket: %s %s", uploads, uploads.body)
	}
}

const ownRules = `<CORSConfiguration><CORSRule><AllowedOrigin>https://own.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>`

// The local server answers every question as it is expected of OSS, in a bucket of either kind.
func TestLocalServerConforms(t *testing.T) {
	for _, versioning := range []string{"", "Enabled"} {
		t.Run("versioning "+versioning, func(t *testing.T) {
			server := &ossserver.Server{AllowPrivateCallbacks: true}
			args := append(start(t, server), everything(t)...)
			if versioning != "" {
				if err := server.SetVersioning("b-1", versioning); err != nil {
					t.Fatal(err)
				}
			}
			code, out := conform(t.Context(), args...)
			if code != exitAgrees {
				t.Errorf("exit code %d\n%s", code, out)
			}
			for _, q := range slices.Concat(aboutMetadata, aboutCopies, aboutReading, aboutUploads, aboutErrors, aboutVersions, aboutCORS, aboutCallbacks) {
				want := "yes"
				if q.needs == versions && versioning == "" || q.needs == plainBucket && versioning != "" {
					want = "-"
				}
				if verdict, line := lineOf(out, q); verdict != want {
					t.Errorf("verdict %q, want %q: %s", verdict, want, line)
				}
			}
			if got, err := server.CORS("b-1"); err != nil || got != nil {
				t.Errorf("CORS rules were made and are left: %+v, %v", got, err)
			}
			expectEmpty(t, args)
		})
	}
}

// lineOf is what the table says of a question.
func lineOf(out string, q question) (verdict, line string) {
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == q.fact && strings.Contains(line, q.text) && strings.Contains(line, q.expect) {
			return fields[1], strings.TrimSpace(line)
		}
	}
	return "", "no line for " + q.text
}

// What is otherwise than expected shows in the table and the exit code, and the bucket gets back what it had.
func TestDifferenceIsTold(t *testing.T) {
	server := &ossserver.Server{CORSRuleLimit: 10}
	args := start(t, server)
	if a := owner(t, args).ask("PUT", "", with("cors"), body(ownRules)); a.status != http.StatusOK {
		t.Fatal(a)
	}
	code, out := conform(t.Context(), append(args, "--cors", "--facts", "OSS-243,OSS-063")...)
	if code != exitDiffers || !strings.Contains(out, "3 asked, 1 otherwise than expected, 0 not asked") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if verdict, line := lineOf(out, aboutCORS[1]); verdict != "NO" || !strings.Contains(line, "200, 400 CORSRuleBeyondLimit, 400 CORSRuleBeyondLimit") {
		t.Errorf("the table says %q: %s", verdict, line)
	}
	if rules, err := server.CORS("b-1"); err != nil || rules == nil || len(rules.Rules) != 1 || rules.Rules[0].AllowedOrigins[0] != "https://own.example" {
		t.Errorf("the bucket's own rules are now %+v, %v", rules, err)
	}
	expectEmpty(t, args)
}

// An answer that somebody else gave is reported as such.
func TestAnswerOfAnother(t *testing.T) {
	server := &ossserver.Server{}
	args := start(t, server)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("acl") {
			http.Error(w, "not here", http.StatusNotFound)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	code, out := conform(t.Context(), append(slices.Clone(args), "--endpoint", proxy.URL)...)
	if code != exitDiffers || !strings.Contains(out, "not GET 404") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	expectEmpty(t, args)
}

// A question without an answer is not one that agrees.
func TestBrokenConnection(t *testing.T) {
	server := &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "GetObjectAcl" {
			return &ossserver.Fault{Cut: ossserver.CutBefore}
		}
		return nil
	}}
	args := start(t, server)
	code, out := conform(t.Context(), append(args, "--facts", "OSS-063")...)
	if code != exitDiffers || !strings.Contains(out, "no answer: ") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	expectEmpty(t, args)
}

// Ctrl-C ends the run where it is, and what it made is removed all the same.
func TestInterruption(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	server := &ossserver.Server{OnRecord: func(r ossserver.Record) {
		if r.Operation == "CopyObject" {
			interrupt()
		}
	}}
	args := start(t, server)
	code, out := conform(ctx, args...)
	if code != exitNotAsked || !strings.Contains(out, "interrupted") || strings.Contains(out, "OSS-242") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if deletions := slices.DeleteFunc(server.Records(), func(r ossserver.Record) bool {
		return r.Operation != "DeleteObject" || r.Status != http.StatusNoContent
	}); len(deletions) == 0 {
		t.Error("nothing was removed, so this proves nothing")
	}
	server.OnRecord = nil
	expectEmpty(t, args)
}

// What cannot be removed is named.
func TestLeftovers(t *testing.T) {
	server := &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "DeleteObject" {
			return &ossserver.Fault{Status: http.StatusForbidden, Code: "AccessDenied", Message: "no"}
		}
		return nil
	}}
	code, out := conform(t.Context(), append(start(t, server), "--facts", "OSS-063")...)
	if code != exitDiffers || !strings.Contains(out, "could be removed") || !strings.Contains(out, "AccessDenied") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// What keeps the program from asking is reported, and changes nothing.
func TestRefusals(t *testing.T) {
	args := start(t, &ossserver.Server{})
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	t.Cleanup(other.Close)
	for name, tc := range map[string]struct {
		args   []string
		secret string
		words  string
	}{
		"no endpoint":     {args: args[2:], words: "there is no --endpoint"},
		"no bucket":       {args: args[:4], words: "there is no --bucket"},
		"no region":       {args: slices.Concat(args[:2], args[4:]), words: "give --region"},
		"not a flag":      {args: append(slices.Clone(args), "all"), words: `"all" is not a flag`},
		"absent bucket":   {args: append(slices.Clone(args), "--bucket", "b-2"), words: "404 NoSuchBucket"},
		"wrong secret":    {args: args, secret: "wrong-secret", words: "403 SignatureDoesNotMatch"},
		"somebody else":   {args: append(slices.Clone(args), "--endpoint", other.URL), words: "without a request ID"},
		"no such fact":    {args: append(slices.Clone(args), "--facts", "none"), words: "nothing was asked"},
		"nobody listens":  {args: append(slices.Clone(args), "--endpoint", "http://127.0.0.1:1"), words: "refused"},
		"wrong bucket":    {args: append(slices.Clone(args), "--bucket", "B_1"), words: "bucket name"},
		"incomplete key":  {args: args, secret: "-", words: "OSS_ACCESS_KEY_SECRET"},
		"unknown to flag": {args: append(slices.Clone(args), "--everything"), words: "--help"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.secret != "" {
				t.Setenv("OSS_ACCESS_KEY_SECRET", strings.TrimPrefix(tc.secret, "-"))
			}
			t.Setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
			code, out := conform(t.Context(), tc.args...)
			if code != exitNotAsked || !strings.Contains(out, tc.words) || strings.Contains(out, "FACT") != (name == "no such fact") {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, exitNotAsked, tc.words, out)
			}
			if strings.Contains(out, "wrong-secret") {
				t.Errorf("the secret is in the output:\n%s", out)
			}
		})
	}
	if code, out := conform(t.Context(), "--help"); code != exitAgrees || !strings.Contains(out, "--bucket my-bucket") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
