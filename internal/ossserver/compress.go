package ossserver

import (
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
)

// compressedTypes are what OSS compresses on the fly (OSS-078).
var compressedTypes = []string{
	"text/cache-manifest", "text/xml", "text/css", "text/html", "text/plain", "application/javascript",
	"application/x-javascript", "application/rss+xml", "application/json", "text/json",
}

const minCompressed = 1 << 10 // OSS-078

// compressible reports whether OSS compresses v for whoever takes gzip. Such an object's answers differ by Accept-Encoding and say
// so, whatever was asked (OSS-208). Doubt: it was seen on HEAD and for 5 MiB and more. Here GET says it as well, and the
// line is where compression begins: a cache that hears it too often is slower, one that does not hear it gives gzip to whoever
// cannot read it.
func (v *version) compressible() bool {
	kind, _, _ := strings.Cut(strings.ToLower(v.ContentType), ";")
	return v.Size >= minCompressed && v.ContentEncoding == "" && slices.Contains(compressedTypes, strings.TrimSpace(kind))
}

// compresses reports whether an answer goes compressed: if the client takes gzip and the object is of the kind.
func (q *request) compresses(v *version) bool {
	if !v.compressible() {
		return false
	}
	for coding := range strings.SplitSeq(q.header("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";")
		if strings.EqualFold(name, "gzip") && weight != "q=0" {
			return true
		}
	}
	return false
}

// sendCompressed answers with the whole object compressed: its length, its ETag, its checksums and ranges are gone
// (OSS-078).
func (q *request) sendCompressed(f *os.File, size int64) error {
	h := q.w.Header()
	for _, name := range []string{"ETag", "Content-Length", "Content-MD5", "Accept-Ranges", "x-oss-hash-crc64ecma"} {
		h.Del(name)
	}
	h.Set("Content-Encoding", "gzip")
	q.w.WriteHeader(http.StatusOK)
	q.w.flush() // else net/http would find out the length of a short answer
	z := gzip.NewWriter(q.w)
	n, err := io.Copy(z, io.NewSectionReader(f, 0, size))
	if err == nil && n < size {
		return io.ErrUnexpectedEOF
	}
	_ = z.Close() // fails only where the client has left
	return nil
}
