// Command callback-receiver is an application server that OSS calls back after uploads, to start from: it verifies that
// a request is from OSS, and answers in time and in the form that OSS wants. See the page "Callback" of OSS.
//
//	go run ./examples/callback-receiver --addr 127.0.0.1:8080
//
// To use it, copy this folder, run "go mod init", and build: it needs nothing but the standard library. OSS signs with a
// key of 512 bits, which crypto/rsa refuses unless the program is built with "//go:debug rsa1024min=0"; verify.go
// verifies without that setting.
//
// Put what your server does with an upload into the function received.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	// answerTime is less than the 5 seconds that OSS waits, so that a slow answer is ours and says why.
	answerTime = 4 * time.Second
	// maxBody bounds what is read of a request, in bytes. A template has at most 5 KB, and each variable adds its value.
	maxBody = 1 << 20
	maxKey  = 16 << 10 // bytes of a public key
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on; port 0 takes a free one")
	trust := flag.String("trust-key-url", "", "`URL` of the public key of a local OSS server, such as http://127.0.0.1:9000/callback_pub_key_v1.pem; for trying things out only")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *addr, newReceiver(*trust, received), os.Stdout); err != nil {
		log.Print(err)
		os.Exit(1)
	}
}

// received is what happens to a callback that is from OSS. Its answer becomes the JSON that the uploading client gets;
// an error becomes a failed callback. It has to be quick: what takes long is better begun here and done later. OSS may
// call back more than once for an upload, so this must bear repetition.
func received(_ context.Context, values map[string]any) (any, error) {
	log.Printf("stored: %v", values)
	return map[string]any{"received": values}, nil
}

// serve listens until ctx ends. The first line that it prints says that it is ready.
func serve(ctx context.Context, addr string, handler http.Handler, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "listening on http://%s\n", listener.Addr())
	server := &http.Server{
		Handler:           http.TimeoutHandler(handler, answerTime, `{"error":"too slow"}`),
		ReadHeaderTimeout: answerTime,
		ReadTimeout:       answerTime,
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*answerTime)
	defer cancel()
	return server.Shutdown(grace)
}

// receiver answers callbacks.
type receiver struct {
	trusted string // URL of a key besides those of OSS; "" is none
	handle  func(context.Context, map[string]any) (any, error)
	fetch   func(ctx context.Context, url string) ([]byte, error)

	mu   sync.Mutex
	keys map[string][]byte // of OSS, by URL; they do not change
}

func newReceiver(trusted string, handle func(context.Context, map[string]any) (any, error)) *receiver {
	return &receiver{trusted: trusted, handle: handle, fetch: fetchKey, keys: map[string][]byte{}}
}

// ServeHTTP takes a POST that OSS has signed.
func (r *receiver) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	if in.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		answer(w, http.StatusMethodNotAllowed, problem("OSS calls back with POST"))
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, in.Body, maxBody))
	if err != nil {
		answer(w, http.StatusBadRequest, problem(err.Error()))
		return
	}
	if err := r.verify(in, body); err != nil {
		log.Printf("refused a request from %s: %v", in.RemoteAddr, err)
		answer(w, http.StatusForbidden, problem("not from OSS"))
		return
	}
	values, err := decode(in.Header.Get("Content-Type"), body)
	if err != nil {
		answer(w, http.StatusBadRequest, problem(err.Error()))
		return
	}
	result, err := r.handle(in.Context(), values)
	if err != nil {
		log.Printf("a callback failed: %v", err)
		answer(w, http.StatusInternalServerError, problem("see the log of the server"))
		return
	}
	answer(w, http.StatusOK, result)
}

// verify reports whether OSS, or the local server that is trusted, signed the request.
func (r *receiver) verify(in *http.Request, body []byte) error {
	named, err := base64.StdEncoding.DecodeString(in.Header.Get("X-Oss-Pub-Key-Url"))
	if r.trusted == "" || err != nil || string(named) != r.trusted {
		return verify(in, body, r.key)
	}
	// Not kept: a local server that is restarted has another key.
	key, err := r.fetch(in.Context(), r.trusted)
	if err != nil {
		return fmt.Errorf("fetching the public key: %w", err)
	}
	return verifyWithKey(in, body, key)
}

// key is a key of OSS, fetched once.
func (r *receiver) key(ctx context.Context, url string) ([]byte, error) {
	r.mu.Lock()
	key, ok := r.keys[url]
	r.mu.Unlock()
	if ok {
		return key, nil
	}
	key, err := r.fetch(ctx, url)
	if err == nil {
		r.mu.Lock()
		r.keys[url] = key
		r.mu.Unlock()
	}
	return key, err
}

// keyClient follows no redirect: a key from elsewhere proves nothing.
var keyClient = &http.Client{
	Timeout:       3 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the key has moved") },
}

func fetchKey(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := keyClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxKey))
}

// decode reads the body of a callback by its type. The values of a form are strings.
func decode(contentType string, body []byte) (map[string]any, error) {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, fmt.Errorf("content type %q: %w", contentType, err)
	}
	values := map[string]any{}
	switch kind {
	case "application/json":
		return values, json.Unmarshal(body, &values)
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		for name := range form {
			values[name] = form.Get(name)
		}
		return values, err
	}
	return nil, fmt.Errorf("content type %q is not one that OSS sends", contentType)
}

func problem(text string) any { return map[string]string{"error": text} }

// answer sends JSON with the Content-Length that OSS insists on.
func answer(w http.ResponseWriter, status int, document any) {
	data, err := json.Marshal(document)
	if err != nil {
		log.Printf("an answer is not JSON: %v", err)
		status, data = http.StatusInternalServerError, []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if _, err := w.Write(data); err != nil {
		log.Printf("the answer did not arrive: %v", err)
	}
}
