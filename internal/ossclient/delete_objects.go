package ossclient

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// MaxDelete is how many objects one request deletes at most (OSS-077).
const MaxDelete = 1000

// DeleteObjects removes up to MaxDelete objects with one request, or sets delete markers where versioning is enabled. It
// returns the keys that OSS names as deleted, which are all when there is no error; objects that do not exist are among
// them.
func (c *Client) DeleteObjects(ctx context.Context, bucket string, keys []string) ([]string, error) {
	document := deleteDocument(keys)
	// The sum is asked for by OSS, and this call is the one that has no other (OSS-077).
	sum := md5.Sum(document)
	r := request{
		op: "DeleteMultipleObjects", method: http.MethodPost, bucket: bucket, params: map[string]any{"delete": nil, "encoding-type": "url"},
		header: map[string]string{"Content-Md5": base64.StdEncoding.EncodeToString(sum[:]), "Content-Type": "application/xml"},
		body:   BytesBody(document).wholeSection(),
	}
	resp, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	named, err := deletedKeys(r, resp)
	if err != nil {
		return nil, err
	}
	deleted := make([]string, 0, len(keys))
	for _, key := range keys {
		if named[key] {
			deleted = append(deleted, key)
		}
	}
	if missed := len(keys) - len(deleted); missed > 0 {
		return deleted, &Error{Op: r.op, Bucket: bucket, RequestID: resp.header.Get("X-Oss-Request-Id"), Attempts: resp.attempts,
			Err: fmt.Errorf("OSS answered that it deleted %d of %d objects, and not why it left the others", len(deleted), len(keys))}
	}
	return deleted, nil
}

// deleteDocument asks for an answer that names what was deleted. encoding/xml writes a character that XML 1.0 does not
// know as another one, and OSS takes it by its number (OSS-267).
func deleteDocument(keys []string) []byte {
	var b strings.Builder
	b.WriteString("<Delete><Quiet>false</Quiet>")
	for _, key := range keys {
		b.WriteString("<Object><Key>")
		for _, r := range key {
			if r < ' ' || r == '&' || r == '<' || r == '>' || r == 0xFFFE || r == 0xFFFF {
				fmt.Fprintf(&b, "&#%d;", r)
			} else {
				b.WriteRune(r)
			}
		}
		b.WriteString("</Key></Object>")
	}
	b.WriteString("</Delete>")
	return []byte(b.String())
}

// deletedKeys reads which keys an answer names.
func deletedKeys(r request, resp response) (map[string]bool, error) {
	var answer struct {
		EncodingType string
		Deleted      []struct{ Key string }
	}
	if err := decodeXML(r, resp, &answer); err != nil {
		return nil, err
	}
	named := make(map[string]bool, len(answer.Deleted))
	for _, d := range answer.Deleted {
		key := d.Key
		if answer.EncodingType == "url" {
			var err error
			if key, err = url.QueryUnescape(key); err != nil {
				return nil, notUnderstood(r, resp, err)
			}
		}
		named[key] = true
	}
	return named, nil
}
