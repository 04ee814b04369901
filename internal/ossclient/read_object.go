package ossclient

import (
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"net/http"
	"strconv"
)

// MaxRead is the longest body that ReadObject reads, in bytes.
const MaxRead = maxAnswer

// ReadRequest names an object whose body is wanted.
type ReadRequest struct {
	Bucket, Key string
	VersionID   string // "" is the current version
	ETag        string // what the object has to have, without quotes; "" is any
	Limit       int64  // of the body, in bytes; at most MaxRead
}

// TooLargeError says that a body was not read because it is longer than the limit.
type TooLargeError struct{ Size, Limit int64 }

// Error gives both sizes.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the body has %d bytes, and at most %d are read", e.Size, e.Limit)
}

// ReadObject reads an object and its body with one request. The bytes are the stored ones: a Content-Encoding is not
// undone, and OSS is asked not to compress on the way. A body above the limit is a *TooLargeError, and is not
// transferred. The error has the code PreconditionFailed when the object has another ETag. No error says anything about
// the body.
func (c *Client) ReadObject(ctx context.Context, r ReadRequest) (Object, []byte, error) {
	header := map[string]string{"Accept-Encoding": "identity"}
	if r.ETag != "" {
		header["If-Match"] = `"` + r.ETag + `"`
	}
	req := request{
		op: "GetObject", method: http.MethodGet, bucket: r.Bucket, key: r.Key, params: ofVersion(r.VersionID), header: header, most: new(min(r.Limit, MaxRead)),
	}
	resp, err := c.do(ctx, req)
	if err != nil {
		return Object{}, nil, err
	}
	o := objectFromHeader(resp.header)
	// A CRC-64 gives a short secret away, so it is not repeated.
	if crc := strconv.FormatUint(crc64.Checksum(resp.body, crcTable), 10); int64(len(resp.body)) != o.Size || o.CRC64 != "" && crc != o.CRC64 {
		return Object{}, nil, &Error{Op: req.op, Bucket: r.Bucket, Key: r.Key, RequestID: resp.header.Get("X-Oss-Request-Id"),
			Err: errors.New("the body was damaged on its way")}
	}
	return o, resp.body, nil
}
