package object

import (
	"context"
	"fmt"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// The ways in which a request goes wrong.
var faultKinds = map[string]ossserver.Fault{
	"500":            {Status: 500, Code: "InternalError"},
	"403":            {Status: 403, Code: "AccessDenied"},
	"cut before":     {Cut: ossserver.CutBefore},
	"cut after":      {Cut: ossserver.CutAfter},
	"cut inside":     {Cut: ossserver.CutInside},
	"cut stored":     {Cut: ossserver.CutStored},
	"damaged on way": {Damage: ossserver.DamageOnWay},
	"damaged stored": {Damage: ossserver.DamageStored},
}

// How long it goes wrong, and what becomes of the state: a run that is killed writes none.
var faultModes = []struct {
	name         string
	rest, killed bool
}{{"once", false, false}, {"from then on", true, false}, {"from then on, killed", true, true}}

// faultWalk is one change that is made while requests fail.
type faultWalk struct {
	name          string
	before, after func() Spec // before is nil for a creation
	versioned     bool
	calls         bool // somebody has to be called back
}

func faultWalks() []faultWalk {
	managed := func(s Spec, names ...string) Spec { s.Managed = append(s.Managed, names...); return s }
	plain := func() Spec { s := text("k", "hello"); s.Overwrite, s.Managed = false, nil; return s }
	with := func(edit func(*Spec)) func() Spec {
		return func() Spec { s := plain(); edit(&s); return s }
	}
	all := func() Spec {
		s := managed(plain(), ACL, Tags, StorageClass)
		s.ACL, s.Tags, s.StorageClass, s.CacheControl = "private", map[string]string{"a": "1"}, "IA", "no-cache"
		return s
	}
	secret := with(func(s *Spec) { s.Body.Kind = SecretBody })
	copied := with(func(s *Spec) {
		open := s.Body.Open
		s.Body.Open = func(ctx context.Context) (Content, error) {
			content, err := open(ctx)
			content.Copy = &ossclient.CopySource{Bucket: "b-1", Key: "source", Size: content.Size}
			content.Open = nil
			return content, err
		}
	})
	return []faultWalk{
		{name: "create", after: plain},
		{name: "create, all managed", after: all},
		{name: "create, versioned", after: plain, versioned: true},
		{name: "create, called back", after: plain, calls: true},
		{name: "create, secret", after: secret},
		{name: "create, copied", after: copied},
		{name: "headers", before: plain, after: with(cached)},
		{name: "class", before: all, after: func() Spec { s := all(); s.StorageClass = "Standard"; return s }},
		{name: "body", before: plain, after: with(rewritten)},
		{name: "body, all managed, versioned", before: all, after: func() Spec { s := all(); rewritten(&s); return s }, versioned: true},
		{name: "body, called back", before: plain, after: with(rewritten), calls: true},
		{name: "acl and tags", before: all, after: func() Spec { s := all(); s.ACL, s.Tags = "public-read", nil; return s }},
	}
}

// A fault strikes at each request of each change, in each way. After that one change more, as a refresh finds things, leaves
// what is wanted and nothing to do, whatever the first one came to; nothing has to be imported or removed by hand.
func TestFaultAtEveryRequest(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("breaks every request in every way")
	}
	server := startFaulty(t)
	source := text("source", "hello")
	if _, err := (Writer{Client: server.client}).Apply(t.Context(), source, nil, Compare(source, nil)); err != nil {
		t.Fatal(err)
	}
	for _, w := range faultWalks() {
		for kind, fault := range faultKinds {
			for _, mode := range faultModes {
				if mode.killed && w.before == nil && fault.Damage == ossserver.DamageStored {
					continue // two faults at once leave an object that nobody wanted, and that nobody knows
				}
				t.Run(fmt.Sprintf("%s/%s %s", w.name, kind, mode.name), func(t *testing.T) {
					t.Parallel()
					n := 1
					for w.run(t, server, n, fault, mode.rest, mode.killed) {
						if n++; n > 12 {
							t.Fatal("the walk does not end")
						}
					}
					if n == 1 {
						t.Error("nothing was struck, so this test proves nothing")
					}
				})
			}
		}
	}
}

// faulty is a server of whose buckets each has faults of its own.
type faulty struct {
	*ossserver.Server
	client  *ossclient.Client
	buckets atomic.Int32
	strikes sync.Map // of a bucket, *strike
}

// strike is a fault at a request to come.
type strike struct {
	fault ossserver.Fault
	rest  bool
	left  atomic.Int32 // requests until then, counted down; far below zero is disarmed
	done  atomic.Bool
}

const disarmed = -1 << 20

func (s *strike) hook() *ossserver.Fault {
	left := s.left.Add(-1)
	if left > 0 || left < disarmed/2 || left < 0 && !s.rest {
		return nil
	}
	s.done.Store(true)
	return &s.fault
}

func startFaulty(t *testing.T) *faulty {
	t.Helper()
	f := &faulty{Server: &ossserver.Server{Accounts: []ossserver.Account{{AccessKeyID: "id", AccessKeySecret: "secret"}}, AllowPrivateCallbacks: true}}
	f.Fault = func(c ossserver.Call) *ossserver.Fault {
		if s, ok := f.strikes.Load(c.Bucket); ok {
			return s.(*strike).hook()
		}
		return nil
	}
	t.Cleanup(func() { _ = f.Close() })
	listener := httptest.NewServer(f.Server)
	t.Cleanup(listener.Close)
	var err error
	f.client, err = ossclient.New(ossclient.Config{
		Region: "cn-hangzhou", Endpoint: listener.URL, MaxRetries: 1, RetryDelay: time.Millisecond,
		Credentials: ossclient.StaticCredentials{AccessKeyID: "id", AccessKeySecret: "secret"},
	})
	if err == nil {
		err = f.CreateBucket("b-1")
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// run makes the change in a bucket of its own, with a fault at the n-th request, and heals. It reports whether there were so
// many requests.
func (w faultWalk) run(t *testing.T, server *faulty, n int, fault ossserver.Fault, rest, killed bool) bool {
	t.Helper()
	client, bucket := server.client, fmt.Sprintf("walk-%d", server.buckets.Add(1))
	err := server.CreateBucket(bucket)
	if err == nil && w.versioned {
		err = server.SetVersioning(bucket, "Enabled")
	}
	if err != nil {
		t.Fatal(err)
	}
	strike := &strike{fault: fault, rest: rest}
	strike.left.Store(disarmed)
	server.strikes.Store(bucket, strike)
	writer := Writer{Client: client}
	var have *State
	if w.before != nil {
		first := w.before()
		first.Bucket = bucket
		outcome, err := writer.Apply(t.Context(), first, nil, Compare(first, nil))
		if err != nil {
			t.Fatal(err)
		}
		have = refreshOrGone(t, client, bucket, &outcome.State)
	}
	want := w.after()
	want.Bucket = bucket
	var calls *atomic.Int32
	if w.calls {
		want.Callback, calls = newReceiver(t)
	}

	strike.left.Store(int32(n))
	outcome, err := writer.Apply(t.Context(), want, have, Compare(want, have))
	strike.left.Store(disarmed)
	if !strike.done.Load() {
		if err != nil {
			t.Errorf("request %d: nothing was struck, and the change failed: %v", n, err)
		}
		return false
	}
	switch {
	case killed:
	case err != nil && outcome.Stored && have == nil: // tainted: it is deleted and created again
		if err := client.DeleteObject(t.Context(), want.Bucket, want.Key); err != nil {
			t.Fatal(err)
		}
	case err == nil || outcome.Stored:
		have = &outcome.State
	}

	have = refreshOrGone(t, client, bucket, have)
	if change := Compare(want, have); change.Writes() {
		outcome, err := writer.Apply(t.Context(), want, have, change)
		if err != nil {
			t.Errorf("request %d: not healed: %v", n, err)
			return true
		}
		have = &outcome.State
	}
	have = refreshOrGone(t, client, bucket, have)
	if have == nil || inWords(Compare(want, have)) != "nothing" {
		t.Errorf("request %d: something is left to do of %+v", n, have)
	}
	content, _ := want.Body.Open(t.Context())
	if o, err := server.Object(bucket, "k"); err != nil || o.CRC64 != content.Digest() || o.CacheControl != want.CacheControl {
		t.Errorf("request %d: stored %+v, %v", n, o, err)
	}
	if w.calls && calls.Load() == 0 {
		t.Errorf("request %d: nobody was called back", n)
	}
	return true
}

// refreshOrGone is the state as a refresh finds it, nil when there is no object.
func refreshOrGone(t *testing.T, client *ossclient.Client, bucket string, have *State) *State {
	t.Helper()
	if have == nil {
		return nil
	}
	now, err := Refresh(t.Context(), client, bucket, "k", *have)
	switch {
	case ossclient.IsNotFound(err):
		return nil
	case err != nil:
		t.Fatal(err)
	}
	now.BodyManaged = true
	return &now
}
