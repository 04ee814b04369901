package object

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

func newClient(t testing.TB, handler http.Handler) *ossclient.Client {
	t.Helper()
	listener := httptest.NewServer(handler)
	t.Cleanup(listener.Close)
	client, err := ossclient.New(ossclient.Config{
		Region: "cn-hangzhou", Endpoint: listener.URL, Credentials: ossclient.StaticCredentials{AccessKeyID: "id", AccessKeySecret: "secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func newServer(t *testing.T) (*ossserver.Server, *ossclient.Client) {
	t.Helper()
	server := &ossserver.Server{Data: t.TempDir(), Accounts: []ossserver.Account{{AccessKeyID: "id", AccessKeySecret: "secret"}}}
	t.Cleanup(func() { _ = server.Close() })
	if err := server.CreateBucket("b-1"); err != nil {
		t.Fatal(err)
	}
	return server, newClient(t, server)
}

// text wants an object with a body.
func text(key, body string) Spec {
	b := ossclient.BytesBody([]byte(body))
	return Spec{
		Bucket: "b-1", Key: key, Headers: ossclient.Headers{ContentType: "text/plain"}, Metadata: map[string]string{}, Managed: []string{ACL, Tags}, Overwrite: true,
		Body: Body{Kind: KnownBody, Digest: b.Digest(), Size: b.Size, Open: func(context.Context) (Content, error) { return Content{Body: b}, nil }},
	}
}

// Many objects at once, of which everything is managed, cost one request each: to create them, to change a header, to
// change the body.
func TestManyObjectsAtOnce(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	writer := Writer{Client: client, Unguarded: true}
	const objects = 100
	states := make([]*State, objects)
	for _, step := range []struct {
		name    string
		want    func(key string) Spec
		request string
	}{
		{"create", func(key string) Spec { return text(key, "one "+key) }, "PutObject"},
		{"header", func(key string) Spec { s := text(key, "one "+key); s.CacheControl = "no-cache"; return s }, "CopyObject"},
		{"body", func(key string) Spec { s := text(key, "two "+key); s.CacheControl = "no-cache"; return s }, "PutObject"},
	} {
		server.ResetRecords()
		var group sync.WaitGroup
		for i := range states {
			group.Go(func() {
				want := step.want(fmt.Sprintf("dir/%d", i))
				if states[i] != nil { // as a refresh leaves it
					states[i].Seen = &Seen{Storage: ossclient.Storage{StorageClass: "Standard"}, Type: "Normal"}
				}
				outcome, err := writer.Apply(t.Context(), want, states[i], Compare(want, states[i]))
				if err != nil {
					t.Errorf("%s: %v", step.name, err)
				}
				states[i] = &outcome.State
			})
		}
		group.Wait()
		records := server.Records()
		for _, r := range records {
			if r.Operation != step.request {
				t.Errorf("%s: request %s", step.name, r.Operation)
			}
		}
		if len(records) != objects {
			t.Errorf("%s: %d requests for %d objects", step.name, len(records), objects)
		}
	}
	for i, state := range states {
		want := text(fmt.Sprintf("dir/%d", i), fmt.Sprintf("two dir/%d", i))
		want.CacheControl = "no-cache"
		o, err := server.Object("b-1", want.Key)
		if err != nil || o.CRC64 != want.Body.Digest || o.CacheControl != "no-cache" {
			t.Fatalf("stored %+v, %v", o, err)
		}
		if c := Compare(want, state); inWords(c) != "nothing" {
			t.Errorf("after all that %s is left to do", inWords(c))
		}
	}
}

// A copy onto itself is planned to keep the ETag. Where OSS answers with another, the state keeps the planned one, and the
// outcome has the other.
func TestOtherETagThanPlanned(t *testing.T) {
	t.Parallel()
	client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Oss-Request-Id", "6F1A")
		if r.Method == http.MethodPut && r.Header.Get("X-Oss-Copy-Source") != "" {
			_, _ = io.WriteString(w, `<CopyObjectResult><ETag>"E2"</ETag></CopyObjectResult>`)
		}
	}))
	want, have := plainSpec(), plainState()
	want.Bucket, want.CacheControl, want.Managed, want.ACL = "b-1", "no-cache", []string{ACL}, "private"
	change := Compare(want, &have)
	outcome, err := Writer{Client: client}.Apply(t.Context(), want, &have, change)
	if err != nil || change.ETag != Kept || outcome.State.ETag != "E1" || outcome.OtherETag != "E2" {
		t.Errorf("planned %d, %+v, %v", change.ETag, outcome, err)
	}
	have.Seen.Type = "Multipart"
	outcome, err = Writer{Client: client}.Apply(t.Context(), want, &have, Compare(want, &have))
	if err != nil || outcome.State.ETag != "E2" || outcome.OtherETag != "" {
		t.Errorf("%+v, %v", outcome, err)
	}
}

// What is in the way is reported by kind, and nothing is written.
func TestWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	writer := Writer{Client: client}
	put := func(key, body string) *State {
		want := text(key, body)
		outcome, err := writer.Apply(t.Context(), want, nil, Compare(want, nil))
		if err != nil || !outcome.Stored {
			t.Fatalf("%+v, %v", outcome, err)
		}
		return &outcome.State
	}
	put("there", "precious")
	stale := put("stale", "one")
	put("stale", "foreign")
	unreadable := errors.New("no such file")
	over, copied, replaced, nothing, closed := text("there", "x"), text("stale", "one"), text("stale", "two"), text("absent", ""), text("new", "x")
	over.Overwrite, copied.CacheControl, nothing.Body = false, "no-cache", Body{}
	closed.Body.Open = func(context.Context) (Content, error) { return Content{}, unreadable }
	for name, tc := range map[string]struct {
		want Spec
		have *State
		err  error
	}{
		"an object":            {over, nil, ErrExists},
		"another body, header": {copied, stale, ErrChanged},
		"another body, body":   {replaced, stale, ErrChanged},
		"no object":            {nothing, nil, ErrMissing},
		"no file":              {closed, nil, unreadable},
	} {
		outcome, err := writer.Apply(t.Context(), tc.want, tc.have, Compare(tc.want, tc.have))
		if !errors.Is(err, tc.err) || outcome.Stored {
			t.Errorf("%s: %v, stored %v; want %v", name, err, outcome.Stored, tc.err)
		}
	}
	for key, body := range map[string]string{"there": "precious", "stale": "foreign"} {
		if o, err := server.Object("b-1", key); err != nil || o.CRC64 != ossclient.BytesBody([]byte(body)).Digest() {
			t.Errorf("%s: stored %+v, %v", key, o, err)
		}
	}
	missing := text("k", "x")
	missing.Bucket = "b-2"
	var call *CallError
	if _, err := writer.Apply(t.Context(), missing, nil, Compare(missing, nil)); !errors.As(err, &call) || !ossclient.HasCode(err, "NoSuchBucket") || !strings.Contains(call.Doing, `write "k" in bucket "b-2"`) {
		t.Errorf("no bucket: %v", err)
	}
}

// What is read only to be carried over a write says why it is read, and how to do without.
func TestDeniedCarryOverExplainsItself(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	want := text("k", "hello")
	outcome, err := (Writer{Client: client}).Apply(t.Context(), want, nil, Compare(want, nil))
	if err != nil {
		t.Fatal(err)
	}
	want.Tags = map[string]string{"a": "b"}
	if err := client.PutObjectTags(t.Context(), "b-1", "k", want.Tags); err != nil {
		t.Fatal(err)
	}
	for denied, words := range map[string][]string{
		"GetObjectAcl":     {`read the ACL of "k" in bucket "b-1"`, "Every write resets the ACL of an object.", "does not set acl,", "Nothing was written."},
		"GetObjectTagging": {`read the tags of "k" in bucket "b-1"`, "Every write resets the tags of an object.", "does not set tags,", "Nothing was written."},
	} {
		server.Fault = func(c ossserver.Call) *ossserver.Fault {
			if c.Operation == denied {
				return &ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no"}
			}
			return nil
		}
		next := text("k", "hello again")
		next.Managed = nil
		_, err := (Writer{Client: client}).Apply(t.Context(), next, &outcome.State, Compare(next, &outcome.State))
		var call *CallError
		if !errors.As(err, &call) || call.Doing != words[0] {
			t.Errorf("%s: %v", denied, err)
			continue
		}
		for _, sentence := range words[1:] {
			if !strings.Contains(call.Why, sentence) {
				t.Errorf("%s: %q lacks %q", denied, call.Why, sentence)
			}
		}
	}
}

// A body that may be anybody's does not stop a change of headers, and only that.
func TestForeignBodyThatIsIgnored(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	writer := Writer{Client: client}
	want := text("k", "seed")
	outcome, err := writer.Apply(t.Context(), want, nil, Compare(want, nil))
	if err != nil {
		t.Fatal(err)
	}
	foreign := text("k", "deployed")
	if _, err := writer.Apply(t.Context(), foreign, nil, Compare(foreign, nil)); err != nil {
		t.Fatal(err)
	}
	have := outcome.State
	want.CacheControl, want.Body.IgnoreDrift = "no-cache", true
	for name, seen := range map[string]*Seen{"never seen since": nil, "seen before": {Storage: ossclient.Storage{StorageClass: "Standard"}, Type: "Normal"}} {
		have.Seen = seen
		want.CacheControl += ", max-age=0"
		if outcome, err = writer.Apply(t.Context(), want, &have, Compare(want, &have)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if o, err := server.Object("b-1", "k"); err != nil || o.CacheControl != want.CacheControl || o.CRC64 != foreign.Body.Digest {
			t.Errorf("%s: stored %+v, %v", name, o, err)
		}
	}
	next := text("k", "seed two")
	next.Body.IgnoreDrift = true
	if _, err := writer.Apply(t.Context(), next, &have, Compare(next, &have)); !errors.Is(err, ErrChanged) {
		t.Errorf("a body over one that nobody has seen: %v", err)
	}
}

// A body that is stored damaged, attempt after attempt, is an error, and the state has what is stored: the next change
// writes the body again, as a refresh finds it and without one.
func TestDamagedBody(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	var damage atomic.Bool
	server.Fault = func(ossserver.Call) *ossserver.Fault {
		if damage.Load() {
			return &ossserver.Fault{Damage: ossserver.DamageStored}
		}
		return nil
	}
	writer := Writer{Client: client}
	want := text("k", "hello")
	want.Overwrite = false
	var have *State
	for _, step := range []string{"create", "update"} {
		damage.Store(true)
		outcome, err := writer.Apply(t.Context(), want, have, Compare(want, have))
		o, lookErr := server.Object("b-1", "k")
		if !errors.Is(err, ossclient.ErrDamaged) || !outcome.Stored || !outcome.Damaged || lookErr != nil || outcome.State.CRC64 != o.CRC64 || o.CRC64 == want.Body.Digest {
			t.Fatalf("%s: %+v, %v; stored %+v", step, outcome, err, o)
		}
		damage.Store(false)
		for name, state := range map[string]State{"": outcome.State, "refreshed": refreshedState(t, client, "k", outcome.State)} {
			if change := Compare(want, &state); !change.Write {
				t.Errorf("%s, then %s: planned %s", step, name, inWords(change))
			}
		}
		if outcome, err = writer.Apply(t.Context(), want, &outcome.State, Compare(want, &outcome.State)); err != nil {
			t.Fatalf("%s, then healed: %v", step, err)
		}
		have = &outcome.State
		if o, err := server.Object("b-1", "k"); err != nil || o.CRC64 != want.Body.Digest {
			t.Errorf("%s, then healed: stored %+v, %v", step, o, err)
		}
		next := text("k", "hello, "+step)
		want = next
	}
	secret := text("s", "hello")
	secret.Body.Kind = SecretBody
	damage.Store(true)
	outcome, err := writer.Apply(t.Context(), secret, nil, Compare(secret, nil))
	if !outcome.Damaged || outcome.State.CRC64 != "" || outcome.State.ETag != "" {
		t.Errorf("secret: %+v, %v", outcome, err)
	}
	state := refreshedState(t, client, "s", outcome.State)
	if change := Compare(secret, &state); !change.Write {
		t.Errorf("secret: planned %s", inWords(change))
	}
}

func refreshedState(t *testing.T, client *ossclient.Client, key string, have State) State {
	t.Helper()
	state, err := Refresh(t.Context(), client, "b-1", key, have)
	if err != nil {
		t.Fatal(err)
	}
	return state
}
