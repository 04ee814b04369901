// Command token-server is the small server that the upload page needs on this machine. It hands out the temporary
// credentials that it was started with, to pages of one origin.
//
//	OSS_ACCESS_KEY_ID=STS.… OSS_ACCESS_KEY_SECRET=… OSS_SESSION_TOKEN=… token-server --origin http://page.example:9000
//
// It asks nobody who they are, so it listens on loopback only. One for everybody would ask for a login first, and then ask
// STS (AssumeRole) for a key of that user's own.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "token-server: %v\n", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. It prints one line "listening on http://ADDR" when it is ready, then one a request.
func run(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("token-server", flag.ContinueOnError)
	addr := f.String("addr", "127.0.0.1:7070", "loopback `address` to listen on; port 0 takes a free one")
	origin := f.String("origin", "", "the `origin` whose pages may have the credentials, such as http://page.example:9000")
	if err := f.Parse(args); err != nil {
		return err
	}
	credentials, err := temporaryCredentials(os.Getenv)
	if err != nil {
		return err
	}
	if u, err := url.Parse(*origin); err != nil || u.Scheme == "" || u.Host == "" || u.Path != "" {
		return fmt.Errorf("--origin %q is not an origin: write scheme, host and port, such as http://page.example:9000", *origin)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		_ = listener.Close()
		return fmt.Errorf("other machines can reach %s, and whoever does gets a key: use a loopback address", listener.Addr())
	}
	fmt.Fprintf(out, "listening on http://%s\n", listener.Addr())
	server := &http.Server{Handler: newHandler(*origin, credentials, out), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// credentials go to the page as STS itself would name them.
type credentials struct {
	AccessKeyID     string `json:"AccessKeyId"`
	AccessKeySecret string
	SecurityToken   string
}

// temporaryCredentials reads the environment. A key without a token is one for good, and such a key never goes to a page.
func temporaryCredentials(env func(string) string) (credentials, error) {
	c := credentials{env("OSS_ACCESS_KEY_ID"), env("OSS_ACCESS_KEY_SECRET"), env("OSS_SESSION_TOKEN")}
	switch {
	case c.AccessKeyID == "" || c.AccessKeySecret == "":
		return c, errors.New("set OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN to what AssumeRole returned")
	case c.SecurityToken == "":
		return c, errors.New("OSS_SESSION_TOKEN is not set: a long-term key does not belong in a page; use what AssumeRole returned")
	}
	return c, nil
}

func newHandler(origin string, c credentials, out io.Writer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Origin")
		if r.Header.Get("Origin") != origin {
			http.Error(w, "credentials are for pages of "+origin, http.StatusForbidden)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Cache-Control", "no-store")
		answer(w, c)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r)
		fmt.Fprintln(out, r.Method, r.URL.Path)
	})
}

// answer writes JSON in one piece.
func answer(w http.ResponseWriter, value any) {
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(value); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text.Bytes())
}
