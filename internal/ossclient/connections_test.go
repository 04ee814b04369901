package ossclient

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// With -parallelism=50 as many connections stay open and are used again: a new one costs round trips for TCP and TLS. The
// transport may open some more than it needs, when one is given back while another is on its way.
func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	const parallel, each = 50, 10
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 {
			t.Errorf("asked by HTTP/%d", r.ProtoMajor)
		}
		w.Header().Set("x-oss-request-id", "id")
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := newTestClient(t, server.URL)
	var group sync.WaitGroup
	for range parallel {
		group.Go(func() {
			for range each {
				if _, err := c.HeadObject(t.Context(), "bucket", "key"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if got := opened.Load(); got > 3*parallel {
		t.Errorf("%d connections for %d requests of %d at a time", got, parallel*each, parallel)
	}
}
