package ossclient

import (
	"cmp"
	"encoding/xml"
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
	Needs     []Permission // what RAM has to allow for the request
	KeyFrom   string       // of a refused request: where its key was found, as Key.From says; "" is not known

	missing string // the bucket that a NoSuchBucket speaks of: of a copy, it may be the source's
	Err     error  // what happened when no answer of OSS came, or nil
}

// Error names operation, place and cause, then what support asks for: request id and EC.
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
	case e.Code == noSuchBucket:
		return fmt.Sprintf("%s: bucket %q does not exist", e.Code, cmp.Or(e.missing, e.Bucket))
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

// The codes that are kept apart of all that make a 404.
const (
	noSuchBucket  = "NoSuchBucket"
	noSuchKey     = "NoSuchKey"
	noSuchVersion = "NoSuchVersion"
)

// IsNotFound reports whether err is OSS saying that there is no such object or version, as it says of one behind a
// delete marker. A missing bucket is not a missing object, nor is a link to nothing. An answer to HEAD that carries
// neither document nor error case leaves open whether key or bucket is missing; there is no such object either way.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound &&
		(e.Code == noSuchKey || e.Code == noSuchVersion || e.Code == "" && e.EC == "")
}

// IsBucketNotFound reports whether err is OSS saying that there is no such bucket.
func IsBucketNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound && e.Code == noSuchBucket
}

// newError turns what the SDK returned into an *Error. The SDK returns a ServiceError value, or a bare
// formatted error for redirects and for answers that are not XML.
func newError(r request, resp *oss.Response, err error) *Error {
	e := &Error{Op: r.op, Bucket: r.bucket, Key: r.key, Attempts: 1, Needs: r.needs()}
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
		e.missing = bucketIn(service.RawMessage)
		if e.RequestID == "" {
			e.RequestID = service.RequestID
		}
	}
	if e.Status != 0 {
		if e.Code == "" {
			e.Code = codeWithoutDocument(e.Status, e.EC)
		}
		return e
	}
	e.Err = err
	// The wrapper repeats method and URL, which the fields above say better.
	if outer := (*url.Error)(nil); errors.As(err, &outer) {
		e.Err = outer.Err
	}
	return e
}

// bucketIn reads the name of a bucket from an error document, "" where there is none.
func bucketIn(document string) string {
	var detail struct{ BucketName string }
	if xml.Unmarshal([]byte(document), &detail) != nil {
		return ""
	}
	return detail.BucketName
}

// codeWithoutDocument names an answer whose document is missing: OSS gives none with a redirect or a failed condition,
// and that of HEAD may be lost on its way while its error case, in a header of its own (OSS-031), is not.
func codeWithoutDocument(status int, ec string) string {
	switch {
	case status == http.StatusNotModified:
		return "NotModified"
	case status == http.StatusPreconditionFailed:
		return "PreconditionFailed"
	case status == http.StatusNotFound && ec == "0015-00000101":
		return noSuchBucket
	case status == http.StatusNotFound && ec == "0026-00000001":
		return noSuchKey
	}
	return ""
}
