package ossclient

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// Error is a request to OSS that did not succeed. Status 0 means that no answer of OSS came: none at all, or one of
// something else (see IsForeign).
type Error struct {
	Op        string // API name, such as "PutObject"
	Bucket    string
	Key       string // "" for an operation on the bucket
	Status    int    // HTTP status
	Code      string // OSS error code, such as "AccessDenied"; "" when the answer held none
	Message   string // OSS's own words
	EC        string // OSS's error case, such as "0003-00000001"
	RequestID string
	Endpoint  string // the endpoint OSS names when the request went to a wrong one
	Attempts  int
	Err       error // what happened when no answer of OSS came, or nil
}

// Error tells operation, place and cause, then what support asks for: request id and EC.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Key != "" {
		fmt.Fprintf(&b, " %q", e.Key)
	}
	if e.Bucket != "" {
		fmt.Fprintf(&b, " in bucket %q", e.Bucket)
	}
	b.WriteString(": ")
	b.WriteString(e.Cause())
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request id %s", e.RequestID)
		if e.EC != "" {
			fmt.Fprintf(&b, ", EC %s", e.EC)
		}
		b.WriteString(")")
	}
	return b.String()
}

// Cause is what went wrong, without operation, place and ids.
func (e *Error) Cause() string {
	switch {
	case e.Code != "" && e.Message != "":
		return e.Code + ": " + e.Message
	case e.Code != "":
		return e.Code
	case e.Status != 0 && e.Err == nil:
		return fmt.Sprintf("the service answered %d %s", e.Status, http.StatusText(e.Status))
	case e.Err != nil:
		return e.Err.Error()
	}
	return "unknown error"
}

// Unwrap gives the error below, if any.
func (e *Error) Unwrap() error { return e.Err }

// HasCode reports whether err is an answer of OSS with this error code.
func HasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// IsNotFound reports whether err says that the object, bucket or configuration asked for does not exist. An
// answer to HEAD may come without an error document, so the status decides.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// newError turns what the SDK returned into an *Error. The SDK returns a ServiceError value, or a bare
// formatted error for redirects and for answers that are not XML.
func newError(r request, resp *oss.Response, err error) *Error {
	e := &Error{Op: r.op, Bucket: r.bucket, Key: r.key, Attempts: 1}
	if resp != nil {
		e.Status = resp.StatusCode
		e.RequestID = resp.Headers.Get("X-Oss-Request-Id")
		e.EC = resp.Headers.Get("X-Oss-Ec")
		if resp.Body != nil {
			_ = resp.Body.Close()
		}
	}
	var service oss.ServiceError
	if errors.As(err, &service) {
		e.Status = service.StatusCode
		e.Code = service.Code
		e.Message = strings.TrimSpace(service.Message)
		e.Endpoint = service.Endpoint
		if service.Ec != "" {
			e.EC = service.Ec
		}
		if e.RequestID == "" {
			e.RequestID = service.RequestID
		}
		return e
	}
	if e.Status != 0 {
		// A redirect, or something between here and OSS replaced the error document.
		e.Code = codeForStatus(e.Status)
		return e
	}
	e.Err = err
	// The wrapper repeats method and URL, which the fields above tell better.
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		e.Err = outer.Err
	}
	return e
}

// codeForStatus names the two answers that OSS gives without a document.
func codeForStatus(status int) string {
	switch status {
	case http.StatusNotModified:
		return "NotModified"
	case http.StatusPreconditionFailed:
		return "PreconditionFailed"
	}
	return ""
}
