package ossclient

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// refusedCredentials fails a test that asks for them.
type refusedCredentials struct{ t *testing.T }

func (c refusedCredentials) Key() (Key, error) {
	c.t.Error("an anonymous request asked for credentials")
	return Key{}, nil
}

// seenRequest answers with status and remembers what came.
func seenRequest(t *testing.T, config Config, answer http.HandlerFunc) (*Client, *http.Request) {
	t.Helper()
	seen := &http.Request{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = *r.Clone(context.WithoutCancel(r.Context()))
		w.Header().Set("X-Oss-Request-Id", "6F1A")
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	config.Region, config.Credentials = "cn-hangzhou", refusedCredentials{t}
	if config.Endpoint == "" {
		config.Endpoint = server.URL
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	// Whatever the host, the server above is the one that answers.
	client.sdk.HTTPClient.Transport = &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(server.URL) }}
	return client, seen
}

func TestPreflightIsWhatABrowserSends(t *testing.T) {
	t.Parallel()
	client, seen := seenRequest(t, Config{UserAgent: "tester/1"}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://www.example.com")
	})
	got, err := client.Preflight(t.Context(), "b-1", "a dir/ü+.txt", PreflightRequest{Origin: "https://www.example.com", Method: "PUT", Headers: []string{"X-Oss-Date", "content-type", "x-oss-date"}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != 200 || got.Header.Get("Access-Control-Allow-Origin") != "https://www.example.com" || got.Code != "" {
		t.Errorf("got %+v", got)
	}
	if seen.Method != "OPTIONS" || seen.URL.Path != "/b-1/a dir/ü+.txt" || seen.URL.RawQuery != "" {
		t.Errorf("sent %s %s", seen.Method, seen.URL)
	}
	for name, want := range map[string]string{
		"Origin": "https://www.example.com", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type,x-oss-date",
		"Authorization": "", "X-Oss-Security-Token": "", "X-Oss-Content-Sha256": "",
	} {
		if got := seen.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if agent := seen.Header.Get("User-Agent"); !strings.HasPrefix(agent, "tester/1 ") {
		t.Errorf("the user agent is %q", agent)
	}
}

// The address is the one that the SDK gives a signed request to the same key.
func TestPreflightAddress(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]Config{
		"virtual host":  {Endpoint: "http://oss-cn-hangzhou.aliyuncs.com"},
		"port":          {Endpoint: "http://oss.example:8080"},
		"custom domain": {Endpoint: "http://static.example.com", UseCNAME: true},
		"address":       {Endpoint: "http://192.0.2.7:9000"},
		"localhost":     {Endpoint: "http://localhost:9000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, seen := seenRequest(t, config, func(http.ResponseWriter, *http.Request) {})
			if _, err := client.Preflight(t.Context(), "b-1", "a/b c", PreflightRequest{Origin: "https://a.example", Method: "GET"}); err != nil {
				t.Fatal(err)
			}
			signer, err := oss.New(config.Endpoint, "id", "secret", oss.UseCname(config.UseCNAME), oss.ForcePathStyle(client.sdk.Config.IsPathStyle))
			if err != nil {
				t.Fatal(err)
			}
			bucket, err := signer.Bucket("b-1")
			if err != nil {
				t.Fatal(err)
			}
			signed, err := bucket.SignURL("a/b c", oss.HTTPGet, 60)
			if err != nil {
				t.Fatal(err)
			}
			want, err := url.Parse(signed)
			if err != nil {
				t.Fatal(err)
			}
			if seen.Host != want.Host || seen.URL.Path != want.Path {
				t.Errorf("asked %s%s, want %s%s", seen.Host, seen.URL.Path, want.Host, want.Path)
			}
		})
	}
}

func TestPreflightRefused(t *testing.T) {
	t.Parallel()
	client, _ := seenRequest(t, Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Vary", "Origin")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<Error><Code>AccessForbidden</Code><Message>CORSResponse: no.</Message></Error>"))
	})
	got, err := client.Preflight(t.Context(), "b-1", "", PreflightRequest{Origin: "https://a.example", Method: "GET"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != 403 || got.Code != "AccessForbidden" || got.Message != "CORSResponse: no." || got.Header.Get("Vary") != "Origin" {
		t.Errorf("got %+v", got)
	}
}

func TestPreflightErrors(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	client, _ := seenRequest(t, Config{MaxRetries: 2}, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	client.firstDelay = 1
	if _, err := client.Preflight(t.Context(), "b-1", "k", PreflightRequest{Origin: "https://a.example", Method: "GET"}); err != nil || calls.Load() != 3 {
		t.Errorf("after %d calls: %v", calls.Load(), err)
	}
	missing, _ := seenRequest(t, Config{}, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>"))
	})
	if _, err := missing.Preflight(t.Context(), "b-1", "k", PreflightRequest{Origin: "https://a.example", Method: "GET"}); !HasCode(err, "NoSuchBucket") {
		t.Errorf("got %v", err)
	}
	if _, err := client.Preflight(t.Context(), "No_Bucket", "k", PreflightRequest{Origin: "https://a.example", Method: "GET"}); err == nil || !strings.Contains(err.Error(), "OptionObject") {
		t.Errorf("a bucket name that cannot be: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Preflight(ended, "b-1", "k", PreflightRequest{Origin: "https://a.example", Method: "GET"}); err == nil {
		t.Error("an ended context made no error")
	}
}
