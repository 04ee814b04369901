package ossserver

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"net/http"
	"strconv"
)

// apiError is an answer that OSS words as an error: status, code, message and, where a page names it, the EC.
type apiError struct {
	status  int
	code    string
	message string
	ec      string
	extra   []xmlField  // children besides the fixed ones, in order
	header  http.Header // headers besides the fixed ones
}

type xmlField struct{ name, value string }

// hasCode reports whether err is OSS's error of that code.
func hasCode(err error, code string) bool {
	var api *apiError
	return errors.As(err, &api) && api.code == code
}

func (e *apiError) Error() string {
	return strconv.Itoa(e.status) + " " + e.code + ": " + e.message
}

// fail makes an error; extra holds pairs of child element and value.
func fail(status int, code, ec, message string, extra ...string) *apiError {
	e := &apiError{status: status, code: code, ec: ec, message: message}
	for i := 0; i+1 < len(extra); i += 2 {
		e.extra = append(e.extra, xmlField{extra[i], extra[i+1]})
	}
	return e
}

// with adds a response header to the error.
func (e *apiError) with(name, value string) *apiError {
	if e.header == nil {
		e.header = http.Header{}
	}
	e.header.Set(name, value)
	return e
}

// withEC names the error's EC where the helper that made it knows none.
func (e *apiError) withEC(ec string) *apiError {
	e.ec = ec
	return e
}

func invalidArgument(name, value, message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidArgument", "", message, "ArgumentName", name, "ArgumentValue", value)
}

func notImplemented(name, what string) *apiError {
	return fail(http.StatusNotImplemented, "NotImplemented", "", "This local server does not model "+what+".", name, what)
}

func malformedXML() *apiError { // OSS-040
	return fail(http.StatusBadRequest, "MalformedXML", "",
		"The XML you provided was not well-formed or did not validate against our published schema.")
}

func noSuchBucket(name string) *apiError {
	return fail(http.StatusNotFound, "NoSuchBucket", "0015-00000101", "The specified bucket does not exist.", "BucketName", name)
}

func noSuchKey(key string) *apiError {
	return fail(http.StatusNotFound, "NoSuchKey", "0026-00000001", "The specified key does not exist.", "Key", key)
}

// noSuchVersion is the answer to an ID that no version of key has (OSS-261).
func noSuchVersion(key, id string) *apiError {
	if !isVersionID(id) {
		return invalidVersionID(id)
	}
	return fail(http.StatusNotFound, "NoSuchVersion", "0012-00000203", "The specified version does not exist.", "Key", key, "VersionId", id)
}

func accessDenied(message string) *apiError {
	return fail(http.StatusForbidden, "AccessDenied", "0003-00000001", message)
}

func preconditionFailed(condition string) *apiError {
	return fail(http.StatusPreconditionFailed, "PreconditionFailed", "",
		"At least one of the pre-conditions you specified did not hold.", "Condition", condition)
}

func notModified() *apiError {
	return fail(http.StatusNotModified, "NotModified", "", "The object was not modified.")
}

func methodNotAllowed(method, resource string) *apiError {
	return fail(http.StatusMethodNotAllowed, "MethodNotAllowed", "",
		"The specified method is not allowed against this resource.", "Method", method, "ResourceType", resource)
}

// internal wraps what the disk refused; it is the only source of a 500.
func internal(err error) *apiError {
	return fail(http.StatusInternalServerError, "InternalError", "",
		"We encountered an internal error. Please try again.", "Cause", err.Error())
}

// document renders the error's XML (OSS-030).
func (e *apiError) document(requestID, host string) []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString("<Error>\n")
	child := func(name, value string) {
		b.WriteString("  <" + name + ">")
		// EscapeText fails only when the writer does, and a buffer does not.
		_ = xml.EscapeText(&b, []byte(value))
		b.WriteString("</" + name + ">\n")
	}
	child("Code", e.code)
	child("Message", e.message)
	child("RequestId", requestID)
	child("HostId", host)
	for _, f := range e.extra {
		child(f.name, f.value)
	}
	if e.ec != "" {
		child("EC", e.ec)
		child("RecommendDoc", "https://api.aliyun.com/troubleshoot?q="+e.ec)
	}
	b.WriteString("</Error>\n")
	return b.Bytes()
}

// writeError answers with e. A HEAD has no body, so the document goes base64-coded into a header (OSS-031).
func (q *request) writeError(e *apiError) {
	h := q.w.Header()
	for name, values := range e.header {
		h[name] = values
	}
	q.ec = e.ec
	q.w.untimed = e.code == "NoSuchBucket" // OSS-265
	if e.ec != "" {
		h.Set("x-oss-ec", e.ec)
	}
	// What a handler prepared for its success does not belong to its error.
	h.Del("Content-Length")
	h.Del("Content-Encoding")
	if e.status == http.StatusNotModified {
		q.w.WriteHeader(e.status)
		return
	}
	doc := e.document(q.id, q.r.Host)
	h.Set("Content-Type", "application/xml")
	if q.r.Method == http.MethodHead {
		h.Set("x-oss-err", base64.StdEncoding.EncodeToString(doc))
		q.w.WriteHeader(e.status)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(doc)))
	q.w.WriteHeader(e.status)
	_, _ = q.w.Write(doc) // the client may have left
}
