package ossserver

import (
	"bytes"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Attach makes h serve s, and gives the listener that h has to use in place of l. What net/http refuses by itself then
// has OSS's form: every answer carries x-oss-request-id (OSS-266), also the one to a request that cannot be read. A
// Server that is used as a plain http.Handler leaves such answers to net/http.
func (s *Server) Attach(h *http.Server, l net.Listener) net.Listener {
	h.Handler = s
	h.DisableGeneralOptionsHandler = true // it would answer "OPTIONS *" itself
	return &listener{Listener: l, s: s}
}

type listener struct {
	net.Listener
	s *Server
}

func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		return &conn{tcp, l.s}, nil
	}
	return c, err
}

// conn rewrites the answers that net/http makes without asking the handler. Bodies that are sent from a file do not come by.
type conn struct {
	*net.TCPConn
	s *Server
}

// ownAnswer is an answer of net/http's own: an error of some headers and a few words, written in one go.
var ownAnswer = regexp.MustCompile(`^HTTP/1\.[01] ([45]\d\d) [^\r\n]*\r\n(?:[A-Za-z-]+: [^\r\n]*\r\n)+\r\n[^\r\n]{0,200}$`)

// maxOwnAnswer is more than net/http has to say, in bytes.
const maxOwnAnswer = 1 << 10

func (c *conn) Write(p []byte) (int, error) {
	if len(p) > maxOwnAnswer || !bytes.HasPrefix(p, []byte("HTTP/1.")) {
		return c.TCPConn.Write(p)
	}
	m := ownAnswer.FindSubmatch(p)
	if m == nil || !bytes.Contains(p, []byte("\r\nConnection: close\r\n")) || bytes.Contains(p, []byte("\r\nX-Oss-Request-Id: ")) {
		return c.TCPConn.Write(p)
	}
	status, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return 0, err
	}
	if _, err := c.TCPConn.Write(c.s.refusal(status)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// refusal is a whole answer to what is not HTTP, with the status that net/http gave it. OSS's words for this are not known.
func (s *Server) refusal(status int) []byte {
	id, text := newRequestID(), http.StatusText(status)
	e := fail(status, strings.ReplaceAll(text, " ", ""), "", "The request is not one that the server understands.")
	doc := e.document(id, "")
	h := http.Header{}
	setCommon(h, id, s.now())
	h.Set("Connection", "close")
	h.Set("Content-Type", "application/xml")
	h.Set("Content-Length", strconv.Itoa(len(doc)))
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 " + strconv.Itoa(status) + " " + text + "\r\n")
	_ = h.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	b.Write(doc)
	return b.Bytes()
}

func newRequestID() string { return strings.ToUpper(randomHex(12)) }

// setCommon sets the headers of every answer.
func setCommon(h http.Header, id string, now time.Time) {
	h.Set("Server", "AliyunOSS")
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("x-oss-request-id", id)
}
