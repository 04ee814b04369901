package ossclient

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// ForeignAnswer says that something other than OSS answered a request: a proxy, a login page, another web server. It
// stands in the Err of an *Error without Status and Code, so that nothing about an object, a bucket or a success is
// concluded from it.
type ForeignAnswer struct {
	Endpoint string // that was asked
	Status   int    // HTTP status
	Server   string // the Server header, "" when there is none
	Location string // scheme and host that a redirect leads to, or ""
}

// Error names the endpoint, what answered, and what to check.
func (f *ForeignAnswer) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "something other than OSS answered at %s: %d", f.Endpoint, f.Status)
	if text := http.StatusText(f.Status); text != "" {
		b.WriteString(" " + text)
	}
	if f.Server == "" {
		b.WriteString(", without a Server header")
	} else {
		fmt.Fprintf(&b, ", Server: %q", f.Server)
	}
	if f.Location != "" {
		fmt.Fprintf(&b, ", a redirect to %q", f.Location)
	}
	b.WriteString(". It lacks the x-oss-request-id that every answer of OSS has, so nothing is concluded from it. " +
		"Check that endpoint (or OSS_ENDPOINT) names OSS, that no proxy (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) or login page answers in its place, " +
		"and that use_cname is true only with a domain that is bound to the bucket")
	return b.String()
}

// IsForeign reports whether err is an answer that OSS did not give.
func IsForeign(err error) bool {
	var f *ForeignAnswer
	return errors.As(err, &f)
}

// longestServer bounds what is repeated of a header that anybody may have written, in bytes.
const longestServer = 100

// foreignAnswer recognises an answer of something else by the request id that it lacks (OSS-266); nil for one of OSS.
func foreignAnswer(endpoint string, status int, header http.Header) *ForeignAnswer {
	if header.Get("X-Oss-Request-Id") != "" {
		return nil
	}
	f := &ForeignAnswer{Endpoint: endpoint, Status: status, Server: header.Get("Server")}
	if len(f.Server) > longestServer {
		f.Server = strings.ToValidUTF8(f.Server[:longestServer], "") + "..."
	}
	// Path and query of a redirect may hold what is private.
	if to, err := url.Parse(header.Get("Location")); err == nil && to.Host != "" {
		f.Location = to.Scheme + "://" + to.Host
	}
	return f
}
