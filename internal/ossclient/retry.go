package ossclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// do makes a request and repeats it while the failure is one that may pass: the SDK itself never retries. The
// error of the last attempt is returned as an *Error; one that ended because ctx did also wraps ctx's error. After an
// attempt that was stored damaged, the error wraps ErrDamaged, and the response is that of the attempt.
func (c *Client) do(ctx context.Context, r request) (response, error) {
	var last error
	var damaged *response
	attempts := 0
	delays := backoff.NewExponentialBackOff()
	delays.InitialInterval = c.firstDelay
	delays.Multiplier = 2
	delays.MaxInterval = 10 * time.Second
	resp, err := backoff.Retry(ctx, func() (response, error) {
		attempts++
		resp, err := c.once(ctx, r)
		last = err
		if errors.Is(err, ErrDamaged) {
			damaged = &resp
		}
		if err != nil && !mayPass(err) {
			return resp, backoff.Permanent(err)
		}
		return resp, err
	},
		backoff.WithBackOff(delays),
		backoff.WithMaxTries(uint(max(c.maxRetries, 0))+1),
		backoff.WithMaxElapsedTime(0), // the context bounds the time
		backoff.WithNotify(func(err error, wait time.Duration) {
			c.log.WarnContext(ctx, "OSS request is repeated", "operation", r.op, "bucket", r.bucket, "key", r.key,
				"attempt", attempts, "wait_ms", wait.Milliseconds(), "error", err.Error())
		}),
	)
	resp.attempts = attempts
	if err == nil {
		return resp, nil
	}
	var e *Error
	if !errors.As(last, &e) {
		return resp, err // not reached: once returns *Error only
	}
	e.Attempts = attempts
	if ctxErr := ctx.Err(); ctxErr != nil && !errors.Is(e, ctxErr) {
		e.Err = errors.Join(ctxErr, e.Err)
	}
	if damaged != nil {
		resp = *damaged
		if !errors.Is(e, ErrDamaged) {
			e.Err = errors.Join(ErrDamaged, e.Err)
		}
	}
	return resp, e
}

// passingCodes are answers below 500 that OSS gives for a condition that passes.
var passingCodes = map[string]bool{
	"InvalidDigest":             true, // 400: the body arrived with another MD5 than it was announced with (OSS-276)
	"RequestTimeout":            true, // 400: the body did not arrive in time
	"QpsLimitExceeded":          true,
	"TrafficRateLimitExceeded":  true,
	"DownloadTrafficRateExceed": true,
	"UploadTrafficRateExceed":   true,
}

// mayPass reports whether repeating a request can help. A wrong request, a refused right and a host that does
// not exist or does not listen stay as they are.
func mayPass(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch {
	case errors.Is(err, ErrDamaged):
		return true
	case IsForeign(err):
		return e.Uncertain() // a gateway that lost OSS may find it again
	case e.Status >= 500, e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout, passingCodes[e.Code]:
		return true
	case e.Status != 0:
		return false
	}
	return e.Uncertain() && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

// Uncertain reports whether the service may have done what was asked although no answer says so: the
// connection broke, time ran out, or the service failed in the middle.
func (e *Error) Uncertain() bool {
	if e.Status != 0 {
		return e.Status >= 500
	}
	if foreign := (*ForeignAnswer)(nil); errors.As(e.Err, &foreign) {
		return foreign.Status >= 500
	}
	var (
		dns      *net.DNSError
		op       *net.OpError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		cert     *tls.CertificateVerificationError
		netErr   net.Error
	)
	switch {
	case errors.Is(e.Err, ErrBodyChanged), errors.Is(e.Err, ErrBodyUnreadable):
		return false
	case errors.As(e.Err, &dns):
		return dns.IsTimeout || dns.IsTemporary
	case IsRefused(e.Err):
		return false
	case errors.As(e.Err, &unknown), errors.As(e.Err, &hostname), errors.As(e.Err, &cert):
		return false
	case errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF),
		errors.Is(e.Err, syscall.ECONNRESET), errors.Is(e.Err, syscall.EPIPE),
		errors.Is(e.Err, context.Canceled), errors.Is(e.Err, context.DeadlineExceeded):
		return true
	case errors.As(e.Err, &netErr) && netErr.Timeout(), errors.Is(e.Err, net.ErrClosed):
		return true
	}
	return errors.As(e.Err, &op) || brokenAnswer(e.Err)
}

// refusedByWindows is Windows' own number of a refused connection, WSAECONNREFUSED. No other system has one as high.
const refusedByWindows = syscall.Errno(10061)

// IsRefused reports whether nothing listens where the request was to go.
func IsRefused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, refusedByWindows)
}

// What net/http returns for a connection that died, or an answer that was cut off or garbled, and gives no type or value
// to compare with. Read from transport.go, response.go, transfer.go and internal/chunked.go of Go 1.26; the errors of
// textproto have a type.
var brokenAnswers = []string{
	"http: server closed idle connection",
	"http: idle connection timeout",
	"http: CloseIdleConnections called",
	"http: persistConn.readLoop exiting",
	"transport connection broken",
	"readLoopPeekFailLocked",
	"write error",
	"malformed HTTP response",
	"malformed HTTP status code",
	"malformed HTTP version",
	"bad Content-Length",
	"invalid empty Content-Length",
	"multiple Content-Length headers",
	"unexpected EOF reading trailer",
	"bad trailer key",
	"malformed chunked encoding",
	"chunked encoding contains too much non-data",
	"chunked line ends with bare LF",
	"invalid CR in chunked line",
	"empty hex number for chunk length",
	"invalid byte in chunk length",
	"http chunk length too large",
	"header line too long",
}

// brokenAnswer reports whether err says that a connection died or that what came over it is not a whole HTTP answer. A
// server that speaks TLS where plain HTTP was sent will do so again.
func brokenAnswer(err error) bool {
	var protocol textproto.ProtocolError
	if errors.As(err, &protocol) {
		return true
	}
	text := err.Error()
	if strings.Contains(text, `malformed HTTP response "\x15\x03`) {
		return false
	}
	return slices.ContainsFunc(brokenAnswers, func(words string) bool { return strings.Contains(text, words) })
}
