package ossserver

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// receiver is what a callback goes to. It answers every request with the same bytes, after the test lets it.
type receiver struct {
	t      *testing.T
	url    string
	answer string
	hold   chan struct{} // closed to let answers go; nil does not wait
	asked  chan struct{} // one element a request that has arrived whole

	mu  sync.Mutex
	got []received
}

// received is one request, as it came over the wire.
type received struct {
	line   string
	header http.Header
	body   string
}

// okAnswer is what a good receiver says.
func okAnswer(doc string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + itoa(len(doc)) + "\r\n\r\n" + doc
}

func receive(t *testing.T, answer string) *receiver {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, url: "http://" + l.Addr().String(), answer: answer, asked: make(chan struct{}, 100)}
	var all sync.WaitGroup
	t.Cleanup(func() {
		l.Close()
		all.Wait()
	})
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { r.serve(conn) })
		}
	})
	return r
}

func (r *receiver) serve(conn net.Conn) {
	defer conn.Close()
	b := bufio.NewReader(conn)
	line, err := b.ReadString('\n')
	if err != nil {
		return // the other side has gone
	}
	in, err := http.ReadRequest(bufio.NewReader(io.MultiReader(strings.NewReader(line), b)))
	if err != nil {
		r.t.Errorf("callback: %v", err)
		return
	}
	body, err := io.ReadAll(in.Body)
	if err != nil {
		r.t.Errorf("callback body: %v", err)
	}
	in.Header.Set("Host", in.Host)
	r.mu.Lock()
	r.got = append(r.got, received{strings.TrimSpace(line), in.Header, string(body)})
	r.mu.Unlock()
	r.asked <- struct{}{}
	if r.hold != nil {
		<-r.hold
	}
	_, _ = io.WriteString(conn, r.answer) // the server may have given up
}

func (r *receiver) requests() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

// only is the one request that came.
func (r *receiver) only() received {
	r.t.Helper()
	got := r.requests()
	if len(got) != 1 {
		r.t.Fatalf("%d callbacks: %+v", len(got), got)
	}
	return got[0]
}

// coded is a value of x-oss-callback: fields as JSON in base64.
func coded(t *testing.T, fields any) string {
	t.Helper()
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(data)
}

type fields = map[string]any

// callbacks starts a server that lets callbacks go anywhere.
func callbacks(t *testing.T) *endpoint {
	t.Helper()
	s := &Server{AllowPrivateCallbacks: true}
	s.callbackKey.once.Do(func() {
		k := sharedKey()
		s.callbackKey.private, s.callbackKey.public, s.callbackKey.err = k.private, k.public, k.err
	})
	return start(t, s)
}

// sharedKey spares most tests the making of a key of their own.
var sharedKey = sync.OnceValue(func() *callbackKey {
	s := &Server{}
	defer s.Close()
	_, _ = s.key() // the error is kept beside the key
	return &s.callbackKey
})
