package object

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// A run that is killed after its upload leaves an object that no state knows. A creation that meets what it wants, byte for
// byte and header for header, takes it as it is; what differs in anything stays an error. Nothing is written.
func TestCreationFindsWhatItWants(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		edit  func(*Spec) // of what stands there
		found bool
	}{
		"the same":          {func(*Spec) {}, true},
		"unmanaged class":   {func(s *Spec) { s.StorageClass, s.Managed = "IA", append(s.Managed, StorageClass) }, true},
		"another body":      {func(s *Spec) { s.Body = text(s.Key, "hellO").Body }, false},
		"another type":      {func(s *Spec) { s.ContentType = "text/html" }, false},
		"another header":    {func(s *Spec) { s.CacheControl = "no-cache" }, false},
		"metadata":          {func(s *Spec) { s.Metadata = map[string]string{"owner": "emma"} }, false},
		"another ACL":       {func(s *Spec) { s.ACL = "public-read" }, false},
		"another tag":       {func(s *Spec) { s.Tags = map[string]string{"a": "2"} }, false},
		"no tag":            {func(s *Spec) { s.Tags = nil }, false},
		"no encryption":     {func(s *Spec) { s.Encryption = "" }, false},
		"another algorithm": {func(s *Spec) { s.Encryption = "SM4" }, false},
	} {
		for _, versioned := range []bool{false, true} {
			t.Run(name+map[bool]string{true: ", versioned"}[versioned], func(t *testing.T) {
				t.Parallel()
				server, client := newServer(t)
				if versioned {
					enableVersioning(t, server)
				}
				writer := Writer{Client: client}
				spec := func() Spec {
					s := text("k", "hello")
					s.Managed, s.ACL, s.Tags, s.Encryption = append(s.Managed, Encryption), "private", map[string]string{"a": "1"}, "AES256"
					return s
				}
				there := spec()
				tc.edit(&there)
				if _, err := writer.Apply(t.Context(), there, nil, Compare(there, nil)); err != nil {
					t.Fatal(err)
				}
				before, err := server.Object("b-1", "k")
				if err != nil {
					t.Fatal(err)
				}
				want := spec()
				want.Overwrite = false
				server.ResetRecords()
				outcome, err := writer.Apply(t.Context(), want, nil, Compare(want, nil))
				if tc.found && (err != nil || !outcome.Found || !outcome.Stored || outcome.Uploaded) || !tc.found && (!errors.Is(err, ErrExists) || outcome.Stored) {
					t.Fatalf("%+v, %v", outcome, err)
				}
				after, err := server.Object("b-1", "k")
				if err != nil || after.LastModified != before.LastModified || after.VersionID != before.VersionID || after.CRC64 != before.CRC64 {
					t.Errorf("stored %+v, %v", after, err)
				}
				if !tc.found {
					return
				}
				if c := Compare(want, &outcome.State); inWords(c) != "nothing" || outcome.State.ETag != before.ETag || outcome.State.VersionID != versionIn(before, versioned) {
					t.Errorf("left to do: %s; state %+v", inWords(c), outcome.State)
				}
			})
		}
	}
}

func versionIn(o ossserver.Object, versioned bool) string {
	if !versioned {
		return ""
	}
	return o.VersionID
}

func enableVersioning(t *testing.T, server *ossserver.Server) {
	t.Helper()
	if err := server.SetVersioning("b-1", "Enabled"); err != nil {
		t.Fatal(err)
	}
}

// Of a body that must not be seen no digest comes into the state this way either, and a found object whose upload was to
// call back is uploaded over itself with what it has, or owes it.
func TestFoundSecretAndCallback(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	server.AllowPrivateCallbacks = true
	var broken atomic.Bool
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if broken.Load() && c.Header.Get("X-Oss-Callback") != "" && c.Header.Get("X-Oss-Forbid-Overwrite") == "" {
			return &ossserver.Fault{Status: 403, Code: "AccessDenied"}
		}
		return nil
	}
	writer := Writer{Client: client}
	there := text("k", "hello")
	there.ACL, there.Tags = "public-read", map[string]string{"a": "1"}
	if _, err := writer.Apply(t.Context(), there, nil, Compare(there, nil)); err != nil {
		t.Fatal(err)
	}
	want := text("k", "hello")
	want.Overwrite, want.Managed, want.Body.Kind = false, nil, SecretBody
	outcome, err := writer.Apply(t.Context(), want, nil, Compare(want, nil))
	if err != nil || !outcome.Found || outcome.State.CRC64 != "" || outcome.State.ETag != "" || outcome.State.Secret == nil {
		t.Errorf("secret: %+v, %v", outcome, err)
	}
	want.Body.Kind = KnownBody
	var calls *atomic.Int32
	want.Callback, calls = newReceiver(t)
	broken.Store(true)
	outcome, err = writer.Apply(t.Context(), want, nil, Compare(want, nil))
	if err != nil || !outcome.Found || !outcome.State.CallbackOwed || calls.Load() != 0 {
		t.Errorf("owed: %+v, %v", outcome, err)
	}
	broken.Store(false)
	outcome, err = writer.Apply(t.Context(), want, nil, Compare(want, nil))
	if err != nil || !outcome.Found || outcome.State.CallbackOwed || calls.Load() != 1 || outcome.State.CallbackResponse != "{}" {
		t.Errorf("called back: %+v, %v", outcome, err)
	}
	if o, err := server.Object("b-1", "k"); err != nil || o.ACL != "public-read" || o.Tags["a"] != "1" {
		t.Errorf("stored %+v, %v", o, err)
	}
	want.Callback.Optional = true
	server.ResetRecords()
	if outcome, err = writer.Apply(t.Context(), want, nil, Compare(want, nil)); err != nil || calls.Load() != 1 || outcome.State.CallbackOwed || strings.Count(requestsOf(server), "PutObject") != 1 {
		t.Errorf("optional: %+v, %v, called back %d times by %s", outcome, err, calls.Load(), requestsOf(server))
	}
}

// Whoever may not look learns no more than that there is an object.
func TestFoundAndNotToBeSeen(t *testing.T) {
	t.Parallel()
	server, client := newServer(t)
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "HeadObject" {
			return &ossserver.Fault{Status: 403, Code: "AccessDenied"}
		}
		return nil
	}
	want := text("k", "hello")
	if _, err := (Writer{Client: client}).Apply(t.Context(), want, nil, Compare(want, nil)); err != nil {
		t.Fatal(err)
	}
	want.Overwrite = false
	if outcome, err := (Writer{Client: client}).Apply(t.Context(), want, nil, Compare(want, nil)); !errors.Is(err, ErrExists) || outcome.Stored {
		t.Errorf("%+v, %v", outcome, err)
	}
}
