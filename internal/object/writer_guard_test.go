package object

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// What somebody else changed after the plan stays, whether the plan is about headers or the body, and whether the object
// was seen by a refresh or not since it was written. OSS-277: a copy onto itself takes the time of the last change as its
// condition, which a change of metadata moves as well (OSS-230).
func TestOthersChangesSinceThePlan(t *testing.T) {
	t.Parallel()
	edit := func(s *Spec) { s.Metadata = map[string]string{"owner": "emma"} }
	same := func(*Spec) {}
	for name, tc := range map[string]struct {
		theirs, ours func(*Spec)
		refreshed    bool
		requests     string // of ours; "" is a refusal
	}{
		"metadata, then headers":        {edit, cached, true, ""},
		"metadata, then body":           {edit, rewritten, true, ""},
		"metadata, then headers, blind": {edit, cached, false, ""},
		"metadata, then body, blind":    {edit, rewritten, false, ""},
		"class, then headers":           {func(s *Spec) { s.StorageClass = "Standard" }, cached, true, ""},
		"class, then body":              {func(s *Spec) { s.StorageClass = "Standard" }, rewritten, true, ""},
		"body, then headers":            {rewritten, cached, true, ""},
		// The time alone shows no change that matters: one look more.
		"nothing, then headers": {same, cached, true, "CopyObject HeadObject CopyObject"},
		"nothing, then body":    {same, rewritten, true, "HeadObject PutObject"},
		"nobody, then headers":  {nil, cached, true, "CopyObject"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := newServer(t)
			var ahead atomic.Int64
			server.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
			writer := Writer{Client: client}
			spec := func(edit func(*Spec)) Spec {
				s := text("k", "hello")
				s.StorageClass, s.Managed = "IA", append(s.Managed, StorageClass)
				edit(&s)
				return s
			}
			first := spec(same)
			outcome, err := writer.Apply(t.Context(), first, nil, Compare(first, nil))
			if err != nil {
				t.Fatal(err)
			}
			state := outcome.State
			if tc.refreshed {
				state = refreshedState(t, client, "k", state)
			}
			want := spec(tc.ours)
			change := Compare(want, &state)
			ahead.Store(int64(10 * time.Second))
			if tc.theirs != nil {
				theirs := spec(tc.theirs)
				their := outcome.State
				foreign := Compare(theirs, &their)
				foreign.Reset = true
				if _, err := writer.Apply(t.Context(), theirs, &their, foreign); err != nil {
					t.Fatal(err)
				}
			}
			before, err := server.Object("b-1", "k")
			if err != nil {
				t.Fatal(err)
			}
			server.ResetRecords()
			_, err = writer.Apply(t.Context(), want, &state, change)
			after, _ := server.Object("b-1", "k")
			if tc.requests == "" {
				if !errors.Is(err, ErrChanged) || after.CRC64 != before.CRC64 || after.Metadata["owner"] != before.Metadata["owner"] || after.CacheControl != "" || after.StorageClass != before.StorageClass {
					t.Errorf("%v; stored %+v", err, after)
				}
				return
			}
			if got := requestsOf(server); err != nil || got != tc.requests {
				t.Errorf("%v; requests %q, want %q", err, got, tc.requests)
			}
		})
	}
}

func cached(s *Spec) { s.CacheControl = "no-cache" }

func rewritten(s *Spec) {
	other := text(s.Key, "another body")
	s.Body = other.Body
}

func requestsOf(server *ossserver.Server) string {
	text := ""
	for _, r := range server.Records() {
		if text != "" {
			text += " "
		}
		text += r.Operation
	}
	return text
}

// A body that may be anybody's comes with headers and metadata that are anybody's; what was changed in the one that the
// plan saw stays.
func TestOthersMetadataBesideAnyBody(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	writer := Writer{Client: client}
	want := text("k", "seed")
	want.Body.IgnoreDrift = true
	outcome, err := writer.Apply(t.Context(), want, nil, Compare(want, nil))
	if err != nil {
		t.Fatal(err)
	}
	want.CacheControl = "no-cache"
	theirs := text("k", "seed")
	theirs.Metadata = map[string]string{"owner": "emma"}
	if _, err := writer.Apply(t.Context(), theirs, nil, Compare(theirs, nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Apply(t.Context(), want, &outcome.State, Compare(want, &outcome.State)); !errors.Is(err, ErrChanged) {
		t.Errorf("got %v", err)
	}
	if o, err := server.Object("b-1", "k"); err != nil || o.Metadata["owner"] != "emma" {
		t.Errorf("stored %+v, %v", o, err)
	}
}

// The answer to a copy onto itself is lost although OSS did the work. The repetition meets a later time of change, which is
// our own.
func TestCopyMeetsItsOwnSuccess(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cuts   int32
		fault  ossserver.Fault
		ours   func(*Spec)
		passes bool
	}{
		"headers":                      {1, ossserver.Fault{Cut: ossserver.CutAfter}, cached, true},
		"headers, all answers lost":    {100, ossserver.Fault{Cut: ossserver.CutAfter}, cached, true},
		"class":                        {1, ossserver.Fault{Cut: ossserver.CutAfter}, archived, true},
		"headers, none arrived":        {100, ossserver.Fault{Cut: ossserver.CutBefore}, cached, false},
		"class, none arrived":          {100, ossserver.Fault{Cut: ossserver.CutBefore}, archived, false},
		"ACL with class, none arrived": {100, ossserver.Fault{Cut: ossserver.CutBefore}, func(s *Spec) { s.ACL = "private"; archived(s) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, _ := newServer(t)
			client := patient(t, server)
			var ahead, seen atomic.Int64
			server.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
			server.Fault = func(c ossserver.Call) *ossserver.Fault {
				if c.Operation == "CopyObject" && seen.Add(1) <= int64(tc.cuts) {
					return &tc.fault
				}
				return nil
			}
			writer := Writer{Client: client}
			want := text("k", "hello")
			want.StorageClass, want.Managed = "Standard", append(want.Managed, StorageClass)
			outcome, err := writer.Apply(t.Context(), want, nil, Compare(want, nil))
			if err != nil {
				t.Fatal(err)
			}
			state := refreshedState(t, client, "k", outcome.State)
			tc.ours(&want)
			ahead.Store(int64(10 * time.Second))
			outcome, err = writer.Apply(t.Context(), want, &state, Compare(want, &state))
			if passes := err == nil; passes != tc.passes || passes && !outcome.Stored {
				t.Errorf("%+v, %v", outcome, err)
			}
			if seen.Load() < 2 {
				t.Error("nothing was repeated, so this test proves nothing")
			}
		})
	}
}

func archived(s *Spec) { s.StorageClass = "IA" }

// An object that somebody has deleted since the plan: whichever call finds it out, and whatever was to change, that is what
// is said. Nothing is written in its place.
func TestDeletedSinceThePlan(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	writer := Writer{Client: client}
	for name, change := range map[string]func(*Spec){
		"headers, the ACL carried over": func(s *Spec) { s.CacheControl = "no-cache" },
		"headers":                       func(s *Spec) { s.CacheControl = "no-cache" },
		"body":                          func(s *Spec) { *s = text("k", "two") },
		"ACL":                           func(s *Spec) { s.ACL = "private" },
		"tags":                          func(s *Spec) { s.Tags, s.Managed = map[string]string{"team": "web"}, []string{Tags} },
		"class, all carried over":       func(s *Spec) { s.StorageClass, s.Managed = "IA", []string{StorageClass} },
	} {
		want := text("k", "one")
		if strings.Contains(name, "carried over") {
			want.Managed = nil
		}
		outcome, err := writer.Apply(t.Context(), want, nil, Compare(want, nil))
		if err != nil {
			t.Fatal(err)
		}
		have, err := Refresh(t.Context(), client, "b-1", "k", outcome.State) // as a plan does
		if err != nil {
			t.Fatal(err)
		}
		if err := client.DeleteObject(t.Context(), "b-1", "k"); err != nil {
			t.Fatal(err)
		}
		change(&want)
		if _, err := writer.Apply(t.Context(), want, &have, Compare(want, &have)); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := server.Object("b-1", "k"); err == nil {
			t.Errorf("%s: the object is there again", name)
		}
	}
}
