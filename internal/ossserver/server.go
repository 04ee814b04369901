package ossserver

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

// Server is a local OSS endpoint over a folder. It implements http.Handler. The zero value is usable: it keeps its data
// in a temporary folder that Close removes, answers for region cn-hangzhou, and knows one account whose ID is "local-id"
// and whose secret is "local-secret". Set the fields before the first request and leave them alone afterwards.
type Server struct {
	Data     string            // data folder, made if absent, one server's at a time; "" is a temporary folder made at first use
	Region   string            // region ID without the "oss-" prefix; "" is "cn-hangzhou"
	Accounts []Account         // who may sign; every account owns every bucket
	Domains  map[string]string // custom domain (host without port, lower case) to bucket

	Now      func() time.Time  // nil is time.Now
	Fault    func(Call) *Fault // asked once a request before any work; nil, or returning nil, is not a fault
	OnRecord func(Record)      // called after each request, by several goroutines at once

	// DiscardRecords keeps no record beyond OnRecord, for a server that runs for days.
	DiscardRecords bool
	// CORSRuleLimit is how many rules a bucket may have; 0 is 20 (OSS-041: pages say 10 or 20).
	CORSRuleLimit int
	// DropBadMetadata makes the server lose user metadata with a bad name before it checks the signature, as a front end
	// was seen to do, instead of refusing it (OSS-022).
	DropBadMetadata bool
	// ForceDownload answers HEAD and GET of images and HTML as the default domain does for newer buckets: with
	// Content-Disposition: attachment and x-oss-force-download: true (OSS-036). Custom domains are exempt.
	ForceDownload bool
	// MaxPutSize is the largest body of PutObject, AppendObject and UploadPart in bytes; 0 is 5 GiB (OSS-017).
	MaxPutSize int64
	// MaxCopySize is the largest object CopyObject copies to another bucket, in bytes; 0 is 5 GiB (OSS-221).
	MaxCopySize int64
	// MaxConvertSize is the largest object whose class or encryption CopyObject changes, in bytes; 0 is 1 GiB (OSS-221).
	MaxConvertSize int64
	// RestoreTime is how long a restore of a frozen object takes by Now's clock; 0 takes no time.
	RestoreTime time.Duration
	// IdleTimeout ends a request whose body does not go on for so long, with RequestTimeout, and an answer that nobody takes
	// for so long; 0 is one minute.
	IdleTimeout time.Duration
	// CallbackTimeout is how long each URL of an upload callback has to answer; 0 is 5 seconds (OSS-097).
	CallbackTimeout time.Duration
	// CallbackRootCAs are the authorities whose certificates callback URLs with https may show; nil is the system's.
	CallbackRootCAs *x509.CertPool
	// AllowPrivateCallbacks lets callbacks go to private and loopback addresses, which OSS refuses (OSS-093).
	AllowPrivateCallbacks bool

	callbackKey callbackKey
	// lookupCallback finds the addresses of a callback's host; nil asks the system.
	lookupCallback func(ctx context.Context, host string) ([]netip.Addr, error)
	// logPanic reports a fault in this server; nil is the standard logger.
	logPanic func(format string, args ...any)

	once    sync.Once
	initErr error
	store   *store
	tempDir string

	mu      sync.Mutex
	calls   int
	records []Record
}

// Account is a key pair that may sign requests.
type Account struct {
	AccessKeyID, AccessKeySecret string
	SecurityToken                string // "" is a long-term key; else requests must carry this token
}

// Call is one request as it came in.
type Call struct {
	Operation   string // OSS's name of the API, for instance PutObject or PutBucketCors; "" if it has none here
	Method      string
	Bucket, Key string // decoded; "" where the request names none
	Query       url.Values
	Header      http.Header
	N           int // counts requests from 1
}

// Fault says how a request is to fail.
type Fault struct {
	// Delay is how long to wait first. It ends early when the client leaves, but only for a request whose body is empty or
	// read to its end: net/http notices that a connection is gone when it reads from it, and before that it leaves the
	// reading to the handler. A delayed PUT that brings a body waits to the end.
	Delay         time.Duration
	Status        int    // answer with this status and do nothing; 0 is to do the work
	Code, Message string // of the error document; without a Code the answer has no body at all
	Cut           Cut
	SlowBody      time.Duration // pause before each 4 KiB of the answer's body; ends early when the client leaves
	Damage        Damage
}

// Damage says where a byte of an uploaded body turns into another.
type Damage int

// The places where a body is damaged.
const (
	DamageNone   Damage = iota // nowhere
	DamageOnWay                // before the server sees it, so that a Content-MD5 or CRC-64 sent along finds it out
	DamageStored               // behind these checks: the body is stored damaged, and the answer shows its digests
)

// Cut says where a connection breaks.
type Cut int

// The places in the course of a request.
const (
	CutNone   Cut = iota // not at all
	CutBefore            // before anything is done
	CutAfter             // after the work, before any byte of the answer
	CutInside            // after the work, in the middle of the answer's body
	CutStored            // before the callback of an upload that is stored; CutAfter where there is no callback
)

// Record is one request after its answer.
type Record struct {
	Call
	Status            int    // 0 if the connection was cut
	EC                string // error code of the EC kind, "" if none
	BytesIn, BytesOut int64  // body bytes
	Start             time.Time
	Duration          time.Duration
	RequestID         string
}

// Records gives what was asked since the start or the last ResetRecords, in order of completion.
func (s *Server) Records() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Record(nil), s.records...)
}

// ResetRecords forgets all records. Call.N counts on.
func (s *Server) ResetRecords() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = nil
}

// open makes the store at first use.
func (s *Server) open() (*store, error) {
	s.once.Do(func() {
		dir := s.Data
		if dir == "" {
			dir, s.initErr = os.MkdirTemp("", "oss-local-*")
			if s.initErr != nil {
				return
			}
			s.tempDir = dir
		}
		s.store, s.initErr = openStore(dir, s.Data != "", s.now)
	})
	return s.store, s.initErr
}

// Open reads the data folder, which the first request would do otherwise. It fails if the folder cannot be made, holds
// records that cannot be read, or is another server's at the time (which only systems with flock notice).
func (s *Server) Open() error {
	_, err := s.open()
	return err
}

// Close lets another server have the data folder, and removes it if it is a temporary one. The server must not be used
// afterwards, and no request may be on its way. To close it again is not an error.
func (s *Server) Close() error {
	s.once.Do(func() { s.initErr = errors.New("server is closed") })
	if s.tempDir != "" {
		return os.RemoveAll(s.tempDir)
	}
	if s.store == nil {
		return nil
	}
	return s.store.lock.release()
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Server) region() string {
	if s.Region != "" {
		return s.Region
	}
	return "cn-hangzhou"
}

func (s *Server) accounts() []Account {
	if len(s.Accounts) > 0 {
		return s.Accounts
	}
	return []Account{{AccessKeyID: "local-id", AccessKeySecret: "local-secret"}}
}

func or(value, otherwise int64) int64 {
	if value > 0 {
		return value
	}
	return otherwise
}

// ServeHTTP answers one request as OSS would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := newRequest(s, w, r)
	q.route()
	call := q.call()
	s.mu.Lock()
	s.calls++
	call.N = s.calls
	s.mu.Unlock()
	defer s.record(q, call) // also when the connection is cut, which is a panic
	defer q.answerPanic()

	var fault Fault
	if s.Fault != nil {
		if f := s.Fault(call); f != nil {
			fault = *f
		}
	}
	if fault.Delay > 0 && !wait(r, fault.Delay) || fault.Cut == CutBefore {
		q.w.cut()
	}
	q.damage, q.cutStored = fault.Damage, fault.Cut == CutStored
	q.w.discard, q.w.half, q.w.pause = fault.Cut == CutAfter || fault.Cut == CutStored, fault.Cut == CutInside, fault.SlowBody
	err := q.refused
	switch {
	case fault.Status != 0 && fault.Code == "":
		q.drain()
		q.w.WriteHeader(fault.Status)
		err = nil
	case fault.Status != 0:
		err = fail(fault.Status, fault.Code, "", fault.Message)
	case err == nil:
		err = q.serve()
	}
	if err != nil {
		q.answerError(err)
	}
	if fault.Cut == CutAfter || fault.Cut == CutInside || fault.Cut == CutStored {
		q.w.cut()
	}
	q.w.finish()
}

// wait reports false if the client left before d was over.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (s *Server) record(q *request, call Call) {
	call.Key = q.key // which a form has only in its body
	rec := Record{
		Call: call, Status: q.w.status, EC: q.ec, BytesIn: q.body.n, BytesOut: q.w.n,
		Start: q.start, Duration: time.Since(q.start), RequestID: q.id,
	}
	if !s.DiscardRecords {
		s.mu.Lock()
		s.records = append(s.records, rec)
		s.mu.Unlock()
	}
	if s.OnRecord != nil {
		s.OnRecord(rec)
	}
}

// answerError turns any error of a handler into OSS's answer.
func (q *request) answerError(err error) {
	var api *apiError
	var read *readError
	switch {
	case errors.As(err, &api):
	case errors.As(err, &read):
		api = brokenBody(read.err)
	case errors.Is(err, os.ErrNotExist) && q.b != nil && q.b.isGone():
		api = noSuchBucket(q.bucketName) // deleted under the request's hands
	default:
		api = internal(err)
	}
	if q.w.status != 0 {
		q.w.cut() // too late to say anything: the client must not take what it has for the whole
	}
	q.drain()
	q.writeError(api)
}

// answerPanic makes a 500 of a fault in this server, so that also such an answer has its request ID (OSS-266). The panic that
// cuts a connection goes on.
func (q *request) answerPanic() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
		panic(p)
	}
	logf := q.s.logPanic
	if logf == nil {
		logf = log.Printf
	}
	logf("ossserver: panic in %s %s: %v\n%s", q.r.Method, q.r.URL.EscapedPath(), p, debug.Stack())
	q.answerError(fmt.Errorf("panic: %v", p))
	q.w.finish()
}

// brokenBody words the end of a body that did not come as announced.
func brokenBody(err error) *apiError {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fail(http.StatusBadRequest, "RequestTimeout", "",
			"Your socket connection to the server was not read from or written to within the timeout period.")
	}
	return fail(http.StatusBadRequest, "IncompleteBody", "", fmt.Sprintf("The request body is not complete: %s.", err))
}

// drain reads a modest rest of a refused body, so that a client that is still sending gets to read the answer instead
// of a reset connection. One that asked first with Expect gets the answer without sending.
func (q *request) drain() {
	if strings.EqualFold(q.r.Header.Get("Expect"), "100-continue") && q.body.n == 0 {
		return
	}
	_, _ = io.CopyN(io.Discard, &q.body, 16<<20)
}
