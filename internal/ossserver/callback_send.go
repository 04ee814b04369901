package ossserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// callbackTarget is one URL of a callback, and the addresses its host had when it was checked.
type callbackTarget struct {
	url        *url.URL
	host, port string
	addrs      []netip.Addr
}

func validPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// resolveTarget finds a target's IPv4 addresses and refuses those that are not public (OSS-093). The addresses are kept, so
// that a name which changes meanwhile leads nowhere else.
func (q *request) resolveTarget(t *callbackTarget, name, value string) error {
	ctx, cancel := context.WithTimeout(q.r.Context(), q.s.callbackTimeout())
	defer cancel()
	lookup := q.s.lookupCallback
	if lookup == nil {
		lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip4", host)
		}
	}
	addrs, err := lookup(ctx, t.host)
	if err != nil || len(addrs) == 0 {
		return badCallback("", "Can not get ip by this host.", name, value)
	}
	for _, a := range addrs {
		a = a.Unmap()
		if !q.s.AllowPrivateCallbacks && !publicAddress(a) {
			return badCallback("", "Private address is forbidden to callback.", name, value)
		}
		t.addrs = append(t.addrs, a)
	}
	return nil
}

// specialNetworks are blocks of IANA's registry of special purposes (RFC 6890) that cannot be reached from elsewhere and that
// net/netip counts as global. Networks that only stand in examples are left out: nothing answers there.
var specialNetworks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),     // this network: Linux takes an address of it for the machine itself
	netip.MustParsePrefix("100.64.0.0/10"), // shared by providers, where Alibaba Cloud has its inner services
	netip.MustParsePrefix("192.0.0.0/24"),  // protocol assignments
	netip.MustParsePrefix("198.18.0.0/15"), // benchmarks
	netip.MustParsePrefix("240.0.0.0/4"),   // reserved
}

// publicAddress is OSS-286.
func publicAddress(a netip.Addr) bool {
	return a.Is4() && a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLoopback() &&
		!slices.ContainsFunc(specialNetworks, func(n netip.Prefix) bool { return n.Contains(a) })
}

func (s *Server) callbackTimeout() time.Duration {
	if s.CallbackTimeout > 0 {
		return s.CallbackTimeout
	}
	return 5 * time.Second // OSS-097
}

// callBack informs the receivers of the stored object v, one after the other until one is content, and answers with what
// that one said; without success with 203, the object staying where it is (OSS-098). No lock is held, and a client that
// leaves meanwhile changes nothing.
func (q *request) callBack(v *version) error {
	if q.cutStored {
		q.w.cut()
	}
	cb := q.callback
	body := cb.fill(q.callbackValues(v))
	var err error
	for i := range cb.targets {
		var answer []byte
		if answer, err = q.callTarget(&cb.targets[i], body); err == nil {
			h := q.w.Header()
			h.Set("Content-Type", jsonBody)
			h.Set("Content-Length", strconv.Itoa(len(answer)))
			q.w.WriteHeader(http.StatusOK)
			_, _ = q.w.Write(answer) // the client may have left
			return nil
		}
	}
	return err
}

func callbackFailed(ec, message string) *apiError {
	return fail(http.StatusNonAuthoritativeInfo, "CallbackFailed", ec, message)
}

// errorStatus is the form most failures take: the receiver's status, 502 for one that is not an HTTP server (OSS-098).
func errorStatus(status int) *apiError {
	return callbackFailed("0007-00000203", fmt.Sprintf("Error status : %d.", status))
}

// callTarget sends one request and gives the JSON of the answer. All its errors but those of the server's own key are
// CallbackFailed.
func (q *request) callTarget(t *callbackTarget, body string) ([]byte, error) {
	head, err := q.callbackHead(t, body)
	if err != nil {
		return nil, err
	}
	limit := q.s.callbackTimeout()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.r.Context()), limit)
	defer cancel()
	conn, err := t.dial(ctx)
	if err != nil {
		return nil, t.failure(err, limit)
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, t.failure(err, limit)
	}
	if t.url.Scheme == "https" {
		secure := tls.Client(conn, t.tlsConfig(q.s.CallbackRootCAs, q.callback.sni))
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, t.failure(err, limit)
		}
		conn = secure
	}
	// A receiver may answer and close before it has read everything; the answer counts then, not the failed write.
	_, writeErr := io.WriteString(conn, head+body)
	answer, err := readCallbackAnswer(conn)
	var failed *apiError
	if err == nil || errors.As(err, &failed) {
		return answer, err
	}
	return nil, t.failure(errors.Join(err, writeErr), limit)
}

// dial tries the target's addresses in turn.
func (t *callbackTarget) dial(ctx context.Context) (net.Conn, error) {
	var dialer net.Dialer
	var all error
	for _, a := range t.addrs {
		conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(a.String(), t.port))
		if err == nil {
			return conn, nil
		}
		all = errors.Join(all, err)
	}
	return nil, all
}

// failure words what went wrong on the way.
func (t *callbackTarget) failure(err error, limit time.Duration) error {
	var timeout net.Error
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		ms := limit.Milliseconds()
		return callbackFailed("0007-00000203", fmt.Sprintf("error status:-1 %s reply timeout, cost: %d ms, timeout: %d ms (err -4, errno110)",
			net.JoinHostPort(t.addrs[0].String(), t.port), ms, ms))
	}
	return errorStatus(http.StatusBadGateway)
}

// tlsConfig checks the receiver's certificate for the URL's host in any case; sni alone decides whether the handshake
// names it. Whether OSS checks certificates is not documented; checking is the stricter reading (OSS-092).
func (t *callbackTarget) tlsConfig(roots *x509.CertPool, sni bool) *tls.Config {
	if sni {
		return &tls.Config{RootCAs: roots, ServerName: t.host, MinVersion: tls.VersionTLS12}
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		// crypto/tls cannot verify a name it does not send.
		InsecureSkipVerify: true, //nolint:gosec // VerifyConnection verifies
		VerifyConnection: func(state tls.ConnectionState) error {
			opts := x509.VerifyOptions{Roots: roots, DNSName: t.host, Intermediates: x509.NewCertPool()}
			for _, c := range state.PeerCertificates[1:] {
				opts.Intermediates.AddCert(c)
			}
			_, err := state.PeerCertificates[0].Verify(opts)
			return err
		},
	}
}

// callbackHead is the request up to its body, as OSS writes it: HTTP/1.0, so that the answer cannot be chunked (OSS-096).
func (q *request) callbackHead(t *callbackTarget, body string) (string, error) {
	path := t.url.EscapedPath()
	if path == "" {
		path = "/"
	}
	query := ""
	if t.url.RawQuery != "" {
		query = "?" + t.url.RawQuery
	}
	signature, err := q.s.signCallback(path, query, body)
	if err != nil {
		return "", err
	}
	host := q.callback.host
	if host == "" {
		host = t.url.Host
	}
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s%s HTTP/1.0\r\n", path, query)
	line := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	line("Host", host)
	line("Connection", "close")
	line("Content-Length", strconv.Itoa(len(body)))
	line("Content-Type", q.callback.bodyType)
	line("User-Agent", "http-client/0.0.1")
	line("authorization", signature)
	line("x-oss-pub-key-url", q.publicKeyURL())
	for _, h := range q.callback.headers {
		line(h.name, h.value)
	}
	return b.String() + "\r\n", nil
}

const maxCallbackAnswer = 1 << 20 // OSS-251

// readCallbackAnswer wants status 200, a positive Content-Length and JSON (OSS-097). Errors that are no *apiError mean a
// broken connection.
func readCallbackAnswer(conn io.Reader) ([]byte, error) {
	b := bufio.NewReader(io.LimitReader(conn, 64<<10+maxCallbackAnswer))
	r := textproto.NewReader(b)
	line, err := r.ReadLine()
	if err != nil {
		return nil, err
	}
	proto, rest, _ := strings.Cut(line, " ")
	text, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	status, err := strconv.Atoi(text)
	if err != nil || len(text) != 3 || status < 100 || !strings.HasPrefix(proto, "HTTP/1.") {
		return nil, errorStatus(http.StatusBadGateway)
	}
	header, err := r.ReadMIMEHeader()
	switch {
	case status != http.StatusOK:
		return nil, errorStatus(status)
	case err != nil:
		return nil, err
	}
	size, err := callbackAnswerSize(header)
	if err != nil {
		return nil, err
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(b, data); err != nil {
		return nil, err
	}
	if !json.Valid(data) { // a byte order mark is not JSON either
		return nil, callbackFailed("0007-00000205", "Response body is not valid json format.")
	}
	return data, nil
}

func callbackAnswerSize(header textproto.MIMEHeader) (int64, error) {
	bad := func(what string) error {
		return callbackFailed("0007-00000203", "Error Status : 400.User server "+what)
	}
	lengths := header.Values("Content-Length")
	if len(lengths) == 0 {
		return 0, bad("missing content-length.")
	}
	size, err := strconv.ParseInt(strings.TrimSpace(lengths[0]), 10, 64)
	switch {
	case err != nil || size <= 0 || len(lengths) > 1:
		return 0, bad("return invalid conent-length value.")
	case size > maxCallbackAnswer:
		return 0, bad("return too long content-length value.")
	}
	return size, nil
}
