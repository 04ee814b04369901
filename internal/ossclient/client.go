// Package ossclient speaks to OSS through the official Go SDK and hides the SDK's traps from the rest of
// the provider: it retries, honours contexts on every call, checks the region that signature V4 needs, and
// returns plain Go values and one error type. It knows nothing of Terraform.
package ossclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// DefaultMaxRetries is how often a request is repeated when Config.MaxRetries is not set otherwise. With the
// back-off of this package that is about ten seconds of patience with a struggling service.
const DefaultMaxRetries = 5

// maxAnswer bounds what is read of an answer, in bytes. The largest answers read whole are CORS rules (16 KB),
// error documents and callback answers (at most 3 MB).
const maxAnswer = 4 << 20

// Config is what a Client needs to know. Region and Credentials are required.
type Config struct {
	Region      string        // region id as signature V4 signs it, such as "cn-hangzhou"
	Endpoint    string        // scheme and host; empty: the region's public endpoint over https
	UseCNAME    bool          // Endpoint is a domain bound to one bucket, so the bucket is not put in front of it
	Credentials Credentials   // asked before every request
	MaxRetries  int           // repetitions after the first attempt; 0 means none
	RetryDelay  time.Duration // before the first repetition, and twice as long before each further one; 0 is 200 ms
	UserAgent   string        // put in front of the SDK's own
	Logger      *slog.Logger
}

// Client makes requests to OSS. It is safe for concurrent use.
type Client struct {
	sdk        *oss.Client
	region     string
	maxRetries int
	log        *slog.Logger
	firstDelay time.Duration // before the first repetition; tests shorten it

	reportEvery time.Duration // between two log lines of a long upload

	// Sizes in bytes from which on, and by which, large objects go in parts; tests shrink them.
	multipartFrom, partSize, copyFrom, copyPart int64

	versioningMu sync.Mutex
	versioning   map[string]*versioningAnswer
}

// New checks the configuration and returns a client. It makes no request. Its errors name the field of Config
// that is wrong, and the way out.
func New(c Config) (*Client, error) {
	if err := CheckRegion(c.Region); err != nil {
		return nil, err
	}
	endpoint, err := normalEndpoint(c.Endpoint, c.Region)
	if err != nil {
		return nil, err
	}
	if c.Credentials == nil {
		return nil, errors.New("no credentials")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	sdk, err := oss.New(endpoint.String(), "", "",
		oss.AuthVersion(oss.AuthV4),
		oss.Region(c.Region),
		oss.SetCredentialsProvider(sdkCredentials{c.Credentials}),
		oss.UseCname(c.UseCNAME),
		// "localhost" resolves everywhere, "bucket.localhost" only with some resolvers.
		oss.ForcePathStyle(endpoint.Hostname() == "localhost" && !c.UseCNAME),
		oss.HTTPClient(newHTTPClient()),
		// This package checks the CRC itself while it sends, and reports a mismatch as such.
		oss.EnableCRC(false),
	)
	if err != nil {
		return nil, fmt.Errorf("endpoint %q: %w", c.Endpoint, err)
	}
	if c.UserAgent != "" {
		sdk.Config.UserAgent = c.UserAgent + " " + sdk.Config.UserAgent
		sdk.Config.UserSetUa = true
	}
	return &Client{
		sdk:        sdk,
		region:     c.Region,
		maxRetries: c.MaxRetries,
		log:        c.Logger,
		firstDelay: cmp.Or(c.RetryDelay, 200*time.Millisecond),

		reportEvery: 5 * time.Second,

		multipartFrom: defaultMultipartFrom, partSize: defaultPartSize,
		copyFrom: defaultCopyFrom, copyPart: defaultCopyPart,

		versioning: map[string]*versioningAnswer{},
	}, nil
}

var regionSyntax = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)

// CheckRegion reports what is wrong with a region id, nil for one that looks right. OSS refuses a signature
// made for "oss-cn-hangzhou" (EC 0002-00000226), and the SDK signs an empty region without a word.
func CheckRegion(region string) error {
	switch {
	case region == "":
		return errors.New("no region: signature V4 needs one, such as \"cn-hangzhou\"")
	case strings.HasPrefix(region, "oss-"):
		return fmt.Errorf("region %q is the first part of an endpoint; the region is %q", region, strings.TrimPrefix(region, "oss-"))
	case !regionSyntax.MatchString(region):
		return fmt.Errorf("region %q is not a region id; one looks like \"cn-hangzhou\"", region)
	}
	return nil
}

var aliyunHost = regexp.MustCompile(`^(?:(.+)\.)?oss-([a-z]{2,}(?:-[a-z0-9]+)+?)(?:-internal)?\.aliyuncs\.com$`)

// RegionOfEndpoint returns the region that one of OSS's own endpoints belongs to, or "" for any other host
// (the accelerate endpoints serve every region).
func RegionOfEndpoint(endpoint string) string {
	u, err := normalEndpoint(endpoint, "")
	if err != nil {
		return ""
	}
	m := aliyunHost.FindStringSubmatch(u.Hostname())
	if m == nil || strings.HasPrefix(m[2], "accelerate") {
		return ""
	}
	return m[2]
}

// CheckEndpoint reports what is wrong with an endpoint, nil for a usable one.
func CheckEndpoint(endpoint string) error {
	if endpoint == "" {
		return errors.New("the endpoint is empty; leave it out (or null) to have the public endpoint of the region")
	}
	u, err := normalEndpoint(endpoint, "")
	if err != nil {
		return err
	}
	if m := aliyunHost.FindStringSubmatch(u.Hostname()); m != nil && m[1] != "" {
		return fmt.Errorf("endpoint %q names the bucket %q; leave the bucket out: %q", endpoint, m[1], strings.TrimPrefix(u.String(), u.Scheme+"://"+m[1]+"."))
	}
	return nil
}

// normalEndpoint parses an endpoint; without a scheme it means https, where the SDK would choose plain http.
func normalEndpoint(endpoint, region string) (*url.URL, error) {
	if endpoint == "" {
		endpoint = "oss-" + region + ".aliyuncs.com"
	}
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	u, err := url.Parse(endpoint)
	if err != nil && strings.Contains(endpoint, "@") { // before it may be a password
		return nil, errors.New("the endpoint is not a URL, and holds a user name or password; credentials have their own arguments")
	}
	if err != nil {
		return nil, fmt.Errorf("endpoint %q is not a URL; write one like \"https://oss-cn-hangzhou.aliyuncs.com\"", endpoint)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("endpoint %q has the scheme %q; OSS speaks http and https", endpoint, u.Scheme)
	case u.Hostname() == "":
		return nil, fmt.Errorf("endpoint %q has no host; write one like \"https://oss-cn-hangzhou.aliyuncs.com\"", endpoint)
	case u.User != nil:
		return nil, errors.New("the endpoint holds a user name or password; credentials have their own arguments")
	case u.Port() != "" && !validPort(u.Port()):
		return nil, fmt.Errorf("endpoint %q has the port %s; ports are from 1 to 65535, and without one it is that of the scheme", endpoint, u.Port())
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("endpoint %q has more than scheme, host and port; buckets and keys are named by the resources", endpoint)
	}
	u.Path = ""
	return u, nil
}

// IsPlainOSS reports whether an endpoint is one of OSS's own, and spoken to without TLS.
func IsPlainOSS(endpoint string) bool {
	u, err := normalEndpoint(endpoint, "")
	return err == nil && endpoint != "" && u.Scheme == "http" && strings.HasSuffix(strings.ToLower(u.Hostname()), ".aliyuncs.com")
}

func validPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return err == nil && number > 0
}

// newHTTPClient replaces the SDK's own client, which ignores the proxy environment and contexts while it dials.
func newHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout:   15 * time.Second,
			ResponseHeaderTimeout: 2 * time.Minute,
			IdleConnTimeout:       50 * time.Second,
			MaxIdleConnsPerHost:   100,
			ExpectContinueTimeout: time.Second,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// request is one call of the OSS API.
type request struct {
	op     string // API name, for logs and errors
	method string
	bucket string
	key    string
	params map[string]any    // sub-resources and parameters; a nil value has no "="
	header map[string]string // as sent; the SDK adds date, signature and token
	body   section
	most   *int64 // bytes of an answer's body that are worth reading: one that has more is a *TooLargeError; nil is no limit
}

// response is a successful answer, its body read whole.
type response struct {
	status   int
	header   http.Header
	body     []byte
	attempts int
}

// once makes one attempt. Every error is an *Error.
func (c *Client) once(ctx context.Context, r request) (response, error) {
	fail := func(resp *oss.Response, err error) (response, error) {
		e := newError(r, resp, err)
		if e.Status == http.StatusForbidden {
			e.KeyFrom = c.keyFrom()
		}
		return response{}, e
	}
	bucket := &oss.Bucket{Client: *c.sdk} // the service itself, which the SDK's own constructor does not make
	var err error
	if r.op != listBucketsOp {
		if bucket, err = c.sdk.Bucket(r.bucket); err != nil {
			return fail(nil, err)
		}
	}
	sending, sent := lingering(ctx, r)
	defer sent()
	options := []oss.Option{oss.WithContext(sending)}
	for name, value := range r.header {
		options = append(options, oss.SetHeader(name, value))
	}
	var data io.Reader
	var body *bodyReader
	// A nil reader for an empty body: with any other the SDK sends it chunked, without a Content-Length.
	if r.body.length > 0 {
		if body, err = newBodyReader(r.body); err != nil {
			return fail(nil, err)
		}
		defer func() { _ = body.Close() }() // only read from
		data = body
	}
	start := time.Now()
	resp, err := bucket.Do(r.method, r.key, r.params, options, data, nil)
	if body != nil {
		bytes, bodyErr := body.outcome()
		if bodyErr != nil {
			// The transport's words for a request whose body failed hide the reason.
			resp, err = nil, bodyErr
		}
		if err != nil {
			r.body.progress.add(-bytes)
		}
	}
	c.logAttempt(ctx, r, resp, err, time.Since(start))
	if resp != nil {
		if foreign := foreignAnswer(c.sdk.Config.Endpoint, resp.StatusCode, resp.Headers); foreign != nil {
			_ = resp.Body.Close()
			return fail(nil, foreign)
		}
	}
	if err != nil {
		return fail(resp, err)
	}
	defer resp.Body.Close()
	if size := objectFromHeader(resp.Headers).Size; r.most != nil && size > *r.most {
		return fail(nil, &TooLargeError{Size: size, Limit: *r.most})
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fail(nil, fmt.Errorf("reading the answer: %w", err))
	}
	return response{status: resp.StatusCode, header: resp.Headers, body: text}, r.damaged(resp.Headers)
}

// damaged compares what was stored with what was sent. OSS has refused what differs from its Content-MD5; this is for
// what went wrong behind that. From then on a repetition may overwrite: what it would meet is its own.
func (r request) damaged(answer http.Header) error {
	sent, stored := strconv.FormatUint(r.body.crc, 10), answer.Get("X-Oss-Hash-Crc64ecma")
	if r.body.md5 == "" || stored == "" || stored == sent {
		return nil
	}
	delete(r.header, "X-Oss-Forbid-Overwrite")
	return &Error{Op: r.op, Bucket: r.bucket, Key: r.key, Attempts: 1, RequestID: answer.Get("X-Oss-Request-Id"),
		Err: fmt.Errorf("%w: sent CRC-64 %s, stored %s", ErrDamaged, sent, stored)}
}

func (c *Client) logAttempt(ctx context.Context, r request, resp *oss.Response, err error, took time.Duration) {
	attrs := []any{"operation", r.op, "bucket", r.bucket, "key", r.key, "duration_ms", took.Milliseconds()}
	if resp != nil {
		attrs = append(attrs, "status", resp.StatusCode, "request_id", resp.Headers.Get("X-Oss-Request-Id"))
	} else if err != nil {
		attrs = append(attrs, "error", err.Error())
	}
	c.log.DebugContext(ctx, "OSS request", attrs...)
}
