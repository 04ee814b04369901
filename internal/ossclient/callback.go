package ossclient

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
)

// CallbackError is an upload that OSS answered with 203: the object is stored, and its callback failed
// (OSS-098).
type CallbackError struct {
	Err *Error // has the status 203, and the code CallbackFailed unless the answer held no document
}

// Error says that the object is stored, and why the callback failed.
func (e *CallbackError) Error() string {
	return "the object is stored, but its callback failed: " + e.Err.Error()
}

// Unwrap gives the *Error with the words of OSS.
func (e *CallbackError) Unwrap() error { return e.Err }

// setCallback adds the headers of the callback, which only the request that makes the object carries.
func (w Write) setCallback(header map[string]string) {
	if w.Callback != "" {
		header["X-Oss-Callback"] = w.Callback
		setIf(header, "X-Oss-Callback-Var", w.CallbackVar)
	}
}

// calledBack completes what an answer says of the object with what it says of the callback. The error is a
// *CallbackError.
func (w Write) calledBack(r request, resp response, written Written) (Written, error) {
	switch {
	case w.Callback == "":
		return written, nil
	case resp.status != http.StatusNonAuthoritativeInfo:
		// A region without callbacks might answer as if none had been asked for.
		if json.Valid(resp.body) {
			written.CallbackResponse = resp.body
		}
		return written, nil
	}
	e := &Error{
		Op: r.op, Bucket: r.bucket, Key: r.key, Status: resp.status, Attempts: resp.attempts,
		RequestID: resp.header.Get("X-Oss-Request-Id"), EC: resp.header.Get("X-Oss-Ec"),
	}
	var document struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
		EC      string `xml:"EC"`
	}
	if xml.Unmarshal(resp.body, &document) == nil {
		e.Code, e.Message = document.Code, strings.TrimSpace(document.Message)
		if document.EC != "" {
			e.EC = document.EC
		}
	}
	return written, &CallbackError{Err: e}
}
