package ossclient

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// rawServer plays OSS below HTTP: the nth connection gets the nth answer as it is, the last one again and again.
func rawServer(t *testing.T, answers ...string) (endpoint string, connections func() int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan int, 1)
	served <- 0
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			n := <-served
			served <- n + 1
			if _, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
				fmt.Fprint(connection, answers[min(n, len(answers)-1)])
			}
			connection.Close()
		}
	}()
	t.Cleanup(func() { listener.Close() })
	return "http://" + listener.Addr().String(), func() int {
		n := <-served
		served <- n
		return n
	}
}

const wholeAnswer = "HTTP/1.1 200 OK\r\nServer: AliyunOSS\r\nX-Oss-Request-Id: 65F000000000000000000001\r\nX-Oss-Hash-Crc64ecma: 1\r\n" +
	"Etag: \"5D41402ABC4B2A76B9719D911017C592\"\r\nContent-Type: application/xml\r\nContent-Length: 46\r\nConnection: close\r\n\r\n" +
	"<AccessControlPolicy></AccessControlPolicy>   "

// An answer that ends anywhere but at its end is asked for again.
func TestAnAnswerThatIsCutOffAnywhereIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for n := range len(wholeAnswer) {
		endpoint, connections := rawServer(t, wholeAnswer[:n], wholeAnswer)
		if _, err := newTestClient(t, endpoint).ObjectACL(t.Context(), "bucket", "key"); err != nil || connections() != 2 {
			t.Errorf("cut after %d bytes (%q): %d connections, %v", n, tail(wholeAnswer[:n]), connections(), err)
		}
	}
}

func tail(s string) string { return s[max(0, len(s)-12):] }

// What no HTTP server sends is a connection gone wrong, and asked for again.
func TestAGarbledAnswerIsAskedForAgain(t *testing.T) {
	t.Parallel()
	chunked := "HTTP/1.1 200 OK\r\nX-Oss-Request-Id: 65F000000000000000000001\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, answer := range map[string]string{
		"no HTTP":                 "\x00\x01\x02\r\n\r\n",
		"status without number":   "HTTP/1.1 2x0 OK\r\n\r\n",
		"unknown version":         "HTTP/one 200 OK\r\n\r\n",
		"header without colon":    "HTTP/1.1 200 OK\r\nX-Oss-Req\r\n\r\n",
		"first header continued":  "HTTP/1.1 200 OK\r\n X: y\r\n\r\n",
		"length that is not one":  "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
		"two lengths":             "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"chunk length garbled":    chunked + "zz\r\n",
		"chunk ends wrongly":      chunked + "1\r\nabc\r\n0\r\n\r\n",
		"chunks cut off":          chunked + "5\r\nab",
		"chunk length missing":    chunked + "\r\n",
		"chunk length too large":  chunked + strings.Repeat("f", 17) + "\r\n",
		"chunk line far too long": chunked + strings.Repeat("1", 5000) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint, connections := rawServer(t, answer, wholeAnswer)
			if _, err := newTestClient(t, endpoint).ObjectACL(t.Context(), "bucket", "key"); err != nil || connections() != 2 {
				t.Errorf("%d connections, %v", connections(), err)
			}
		})
	}
}

// A server that keeps a connection and closes it just when the next request comes is not a failure of that request.
func TestAConnectionThatEndsWhileIdleIsReplaced(t *testing.T) {
	t.Parallel()
	kept := strings.Replace(wholeAnswer, "Connection: close\r\n", "", 1)
	endpoint, connections := rawServer(t, kept)
	c := newTestClient(t, endpoint)
	for range 20 {
		if _, err := c.ObjectACL(t.Context(), "bucket", "key"); err != nil {
			t.Fatalf("after %d connections: %v", connections(), err)
		}
	}
}

// TLS where plain HTTP was sent stays so.
func TestATLSAlertIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	endpoint, connections := rawServer(t, "\x15\x03\x01\x00\x02\x02\x16")
	if _, err := newTestClient(t, endpoint).ObjectACL(t.Context(), "bucket", "key"); err == nil || connections() != 1 {
		t.Errorf("%d connections, %v", connections(), err)
	}
}
