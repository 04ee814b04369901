package ossserver

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// request is what is known about one request while it is served.
type request struct {
	s     *Server
	w     *responseWriter
	r     *http.Request
	body  bodyReader
	id    string    // x-oss-request-id
	start time.Time // by the real clock, for the duration
	now   time.Time // by the server's clock

	op         *operation // nil if the server knows none that fits
	refused    error      // what was wrong before the operation was known; authentication is not asked then
	unknown    error      // what the server does not model; refused when signature and bucket are in order
	domain     bool       // came by a custom domain
	bucketName string
	key        string
	query      url.Values

	account   *Account // nil is anonymous
	presigned bool
	callback  *callback // nil is none
	damage    Damage    // of the body that comes, by a fault
	cutStored bool      // by a fault: the callback is not reached
	b         *bucket   // nil where the operation works without an existing bucket
	ec        string
}

func newRequest(s *Server, w http.ResponseWriter, r *http.Request) *request {
	q := &request{s: s, r: r, start: time.Now(), now: s.now(), id: newRequestID()}
	control, idle := http.NewResponseController(w), s.IdleTimeout
	if idle <= 0 {
		idle = time.Minute
	}
	q.w = &responseWriter{ResponseWriter: w, q: q, control: control, idle: idle}
	q.body = bodyReader{r: r.Body, control: control, idle: idle}
	setCommon(w.Header(), q.id, q.now)
	if bodiless(r) {
		// net/http reads an announced body before it answers, unless the connection is to end.
		w.Header().Set("Connection", "close")
		q.body.r = http.NoBody
	}
	return q
}

// bodiless reports whether r announces a body that no operation of its method reads. Whether it comes is not waited for
// (OSS-275).
func bodiless(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete, http.MethodOptions:
		return r.ContentLength != 0
	}
	return false
}

func (q *request) call() Call {
	c := Call{Method: q.r.Method, Bucket: q.bucketName, Key: q.key, Query: url.Values{}, Header: q.r.Header.Clone()}
	if q.op != nil {
		c.Operation = q.op.name
	}
	for name, values := range q.query {
		c.Query[name] = append([]string(nil), values...)
	}
	return c
}

// address finds bucket and key in host and path (OSS-001 to OSS-004).
func (q *request) address() error {
	path := q.r.URL.EscapedPath()
	if !strings.HasPrefix(path, "/") {
		return fail(http.StatusBadRequest, "InvalidURI", "", "Couldn't parse the specified URI.", "URI", path)
	}
	rest := path[1:]
	host := strings.ToLower(q.r.Host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	bucket, style := q.s.hostBucket(host)
	q.domain = style == customDomain
	if style == pathStyle || style == serviceHost {
		// The first slash is a separator; "%2F" is a part of the key (OSS-004).
		bucket, rest, _ = strings.Cut(rest, "/")
		if unescaped, err := url.PathUnescape(bucket); err == nil {
			bucket = unescaped
		}
	}
	key, err := url.PathUnescape(rest)
	if err != nil {
		return fail(http.StatusBadRequest, "InvalidURI", "", "Couldn't parse the specified URI.", "URI", path)
	}
	q.bucketName, q.key = bucket, key
	switch {
	case style == serviceHost && bucket != "":
		return fail(http.StatusForbidden, "SecondLevelDomainForbidden", "", "Please use virtual hosted style to access.")
	case bucket == "" && (style == virtualHost || key != ""): // a host that begins with a dot, a path with two slashes
		return invalidBucketName(bucket)
	}
	return nil
}

func invalidBucketName(name string) *apiError {
	return fail(http.StatusBadRequest, "InvalidBucketName", "0015-00000001", "The specified bucket is not valid.", "BucketName", name)
}

type hostStyle int

const (
	pathStyle    hostStyle = iota // an IP address, or localhost: the path names the bucket
	virtualHost                   // the first label names the bucket, and the path must not (OSS-002)
	customDomain                  // configured; it stands for one bucket (OSS-003)
	serviceHost                   // an endpoint without a bucket: only ListBuckets works there
)

// hostBucket reads a host name without port.
func (s *Server) hostBucket(host string) (string, hostStyle) {
	if bucket, ok := s.Domains[host]; ok {
		return bucket, customDomain
	}
	// "localhost" stands for this machine's address: names below it do not resolve everywhere.
	if _, err := netip.ParseAddr(host); err == nil || host == "localhost" {
		return "", pathStyle
	}
	first, rest, dotted := strings.Cut(host, ".")
	if !dotted || strings.HasPrefix(first, "oss-") && rest == "aliyuncs.com" {
		return "", serviceHost
	}
	return first, virtualHost
}

// checkNames applies the rules of bucket and object names (OSS-010, OSS-011).
func (q *request) checkNames() error {
	if q.bucketName != "" && !validBucketName(q.bucketName) {
		return invalidBucketName(q.bucketName)
	}
	if q.key == "" {
		return nil
	}
	return checkKey(q.key)
}

func checkKey(key string) error {
	const code = "InvalidObjectName"
	switch {
	case key == "":
		return fail(http.StatusBadRequest, code, "0016-00000001", "The Object name can not be empty.", "ObjectName", key)
	case len(key) > 1023:
		return fail(http.StatusBadRequest, code, "0016-00000002", "The Length of Object name must be less than 1024.", "ObjectName", key)
	case key[0] == '/' || key[0] == '\\' || !utf8.ValidString(key):
		return fail(http.StatusBadRequest, code, "0016-00000005", "The specified object is not valid.", "ObjectName", key)
	}
	return nil
}

// header is a request header's value; several lines of the same name count as one list.
func (q *request) header(name string) string {
	return strings.Join(q.r.Header.Values(name), ",")
}

// bodyReader counts and, before each read, grants the client so much more time. Once a read has failed nothing is read any
// more: whoever drains the rest would grant a client that stopped the same time again.
type bodyReader struct {
	r       io.Reader
	control *http.ResponseController
	idle    time.Duration
	n       int64
	err     error
}

func (b *bodyReader) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	// A test that calls ServeHTTP without a connection has no deadlines to set.
	if err := b.control.SetReadDeadline(time.Now().Add(b.idle)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := b.r.Read(p)
	b.n += int64(n)
	b.err = err
	return n, err
}

// responseWriter counts what is answered, and can keep it all to itself.
type responseWriter struct {
	http.ResponseWriter
	q       *request
	control *http.ResponseController
	idle    time.Duration
	status  int
	n       int64
	discard bool
	pause   time.Duration // before each block of the body
	half    bool          // break in the middle of the first write
	untimed bool          // without x-oss-server-time
}

// slowBlock is how much of a slow body leaves at a time, in bytes.
const slowBlock = 4 << 10

func (w *responseWriter) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	if !w.untimed {
		w.Header().Set("x-oss-server-time", strconv.FormatInt(time.Since(w.q.start).Milliseconds(), 10))
	}
	if !w.discard {
		w.ResponseWriter.WriteHeader(status)
	}
}

func (w *responseWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.discard {
		return len(p), nil
	}
	if w.half {
		n, _ := w.send(p[:len(p)/2])
		w.flush()
		w.discard = true // nothing more leaves; ServeHTTP breaks the connection
		return n, io.ErrClosedPipe
	}
	if w.pause <= 0 {
		return w.send(p)
	}
	sent := 0
	for sent < len(p) {
		if !wait(w.q.r, w.pause) {
			return sent, w.q.r.Context().Err()
		}
		n, err := w.send(p[sent:min(len(p), sent+slowBlock)])
		sent += n
		if err != nil {
			return sent, err
		}
		w.flush()
	}
	return sent, nil
}

// send hands bytes to the connection. As for reading: a client that takes nothing for so long is gone. A writer without a
// connection has no deadlines.
func (w *responseWriter) send(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(w.idle))
	n, err := w.ResponseWriter.Write(p)
	w.n += int64(n)
	return n, err
}

// flush sends the headers on their way.
func (w *responseWriter) flush() {
	if !w.discard {
		_ = w.control.Flush() // a writer that cannot has nothing to hold back
	}
}

// linger is how long net/http goes on reading a body that nobody asked for, after the answer: closed at once, a connection
// with something still to read could take the answer with it.
const linger = time.Second

// finish ends an answer; it is 200 for a handler that had nothing to say.
func (w *responseWriter) finish() {
	w.WriteHeader(http.StatusOK)
	if w.n > 0 {
		_ = w.control.SetWriteDeadline(time.Time{}) // the connection may live on
	}
	if bodiless(w.q.r) {
		_ = w.control.SetReadDeadline(time.Now().Add(linger))
	}
}

// cut breaks the connection; net/http does so for this panic and logs nothing.
func (w *responseWriter) cut() {
	w.status = 0
	panic(http.ErrAbortHandler)
}
