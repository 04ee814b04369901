package object

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// newReceiver starts what OSS calls back, and counts.
func newReceiver(t *testing.T) (Callback, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Length", "2")
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(receiver.Close)
	return Callback{Wanted: true, Header: base64.StdEncoding.EncodeToString([]byte(`{"callbackUrl":"` + receiver.URL + `","callbackBody":"a=b"}`))}, &calls
}

// putFaults makes the first n uploads of a server fail in one way.
func putFaults(server *ossserver.Server, n int32, fault ossserver.Fault) {
	var seen atomic.Int32
	server.Fault = func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == "PutObject" && seen.Add(1) <= n {
			return &fault
		}
		return nil
	}
}

// The service is killed between storing an object and calling back. The repeated creation meets its own object, which it
// adopts; and since nobody was called back, it uploads once more.
func TestAdoptedUploadCallsBack(t *testing.T) {
	t.Parallel()
	server, _ := newServer(t)
	server.AllowPrivateCallbacks = true
	putFaults(server, 1, ossserver.Fault{Cut: ossserver.CutStored})
	want := text("k", "hello")
	want.Overwrite = false
	var calls *atomic.Int32
	want.Callback, calls = newReceiver(t)
	outcome, err := Writer{Client: patient(t, server)}.Apply(t.Context(), want, nil, Compare(want, nil))
	if err != nil || outcome.State.CallbackOwed || outcome.State.CallbackResponse != "{}" || calls.Load() != 1 {
		t.Errorf("%+v, %v; called back %d times", outcome, err, calls.Load())
	}
}

// Where that fails as well, the callback is owed, and the next change pays. One that may fail is not.
func TestAdoptedUploadOwesCallback(t *testing.T) {
	t.Parallel()
	for name, optional := range map[string]bool{"must be called": false, "may fail": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, client := newServer(t)
			server.AllowPrivateCallbacks = true
			putFaults(server, 100, ossserver.Fault{Cut: ossserver.CutStored})
			want := text("k", "hello")
			var calls *atomic.Int32
			want.Callback, calls = newReceiver(t)
			want.Callback.Optional = optional
			outcome, err := Writer{Client: client}.Apply(t.Context(), want, nil, Compare(want, nil))
			if err != nil || !outcome.Stored || !outcome.Adopted || outcome.State.CallbackOwed == optional || calls.Load() != 0 {
				t.Fatalf("%+v, %v; called back %d times", outcome, err, calls.Load())
			}
			server.Fault = nil
			change := Compare(want, &outcome.State)
			if change.Repeated == optional {
				t.Fatalf("planned %s", inWords(change))
			}
			if optional {
				return
			}
			outcome, err = Writer{Client: client}.Apply(t.Context(), want, &outcome.State, change)
			if err != nil || outcome.State.CallbackOwed || calls.Load() != 1 {
				t.Errorf("%+v, %v; called back %d times", outcome, err, calls.Load())
			}
		})
	}
}

// patient is a client that repeats what fails.
func patient(t *testing.T, handler http.Handler) *ossclient.Client {
	t.Helper()
	listener := httptest.NewServer(handler)
	t.Cleanup(listener.Close)
	client, err := ossclient.New(ossclient.Config{
		Region: "cn-hangzhou", Endpoint: listener.URL, MaxRetries: 2, RetryDelay: time.Millisecond, Credentials: ossclient.StaticCredentials{AccessKeyID: "id", AccessKeySecret: "secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}
