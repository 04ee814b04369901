package ossclient

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// PreflightRequest is what a browser announces. Origin and Method must not be empty: OSS answers 400 then.
type PreflightRequest struct {
	Origin  string
	Method  string
	Headers []string // names of request headers, in any case
}

// Preflight is OSS's answer to the OPTIONS request that a browser sends before a cross-origin request.
type Preflight struct {
	Status  int         // HTTP status: 200 where a rule answers, 403 where none does
	Header  http.Header // of the answer, a 403 included
	Code    string      // OSS error code of a 403, such as "AccessForbidden"; "" otherwise
	Message string      // OSS's words for it
}

// Preflight asks whether a cross-origin request to a key would be allowed; an empty key asks for the bucket itself, which
// makes no difference to the rules. The request is anonymous, as a browser's is: no credentials are looked for or sent.
// It is repeated like every other. A 403 is an answer and no error; every error is an *Error.
func (c *Client) Preflight(ctx context.Context, bucket, key string, p PreflightRequest) (Preflight, error) {
	header := map[string]string{"Origin": p.Origin, "Access-Control-Request-Method": p.Method}
	if len(p.Headers) > 0 {
		header["Access-Control-Request-Headers"] = requestHeaders(p.Headers)
	}
	r := request{op: "OptionObject", method: http.MethodOptions, bucket: bucket, key: key, header: header}
	transport := &anonymousTransport{next: c.sdk.HTTPClient.Transport}
	anonymous, err := c.anonymous(transport)
	if err != nil {
		return Preflight{}, newError(r, nil, err)
	}
	resp, err := anonymous.do(ctx, r)
	var e *Error
	if errors.As(err, &e) && e.Status == http.StatusForbidden {
		return Preflight{Status: e.Status, Header: transport.header, Code: e.Code, Message: e.Message}, nil
	}
	if err != nil {
		return Preflight{}, err
	}
	return Preflight{Status: resp.status, Header: resp.header}, nil
}

// requestHeaders lists names as the Fetch standard has it (CORS-unsafe request-header names): in lower case, sorted, each
// once, without blanks.
func requestHeaders(names []string) string {
	lower := make([]string, len(names))
	for i, name := range names {
		lower[i] = strings.ToLower(name)
	}
	slices.Sort(lower)
	return strings.Join(slices.Compact(lower), ",")
}

// anonymous is a client of the same endpoint, address style, patience and connections that sends no credentials.
func (c *Client) anonymous(transport http.RoundTripper) (*Client, error) {
	had := c.sdk.Config
	sdk, err := oss.New(had.Endpoint, "", "",
		oss.AuthVersion(had.AuthVersion),
		oss.Region(had.Region),
		oss.UseCname(had.IsCname),
		oss.ForcePathStyle(had.IsPathStyle),
		oss.HTTPClient(&http.Client{Transport: transport, CheckRedirect: c.sdk.HTTPClient.CheckRedirect}),
	)
	if err != nil {
		return nil, err
	}
	sdk.Config.UserAgent, sdk.Config.UserSetUa = had.UserAgent, had.UserSetUa
	return &Client{sdk: sdk, maxRetries: c.maxRetries, log: c.log, firstDelay: c.firstDelay}, nil
}

// anonymousTransport takes off the signature that the SDK puts on every request, here one with an empty key, and keeps
// the headers of the last answer, which the SDK loses when the answer is an error. It serves one call.
type anonymousTransport struct {
	next   http.RoundTripper
	header http.Header
}

// RoundTrip sends a copy, as the request is the caller's.
func (t *anonymousTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for _, name := range []string{"Authorization", "X-Oss-Content-Sha256"} {
		r.Header.Del(name)
	}
	resp, err := t.next.RoundTrip(r)
	if resp != nil {
		t.header = resp.Header
	}
	return resp, err
}
