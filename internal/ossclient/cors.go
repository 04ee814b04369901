package ossclient

import (
	"context"
	"crypto/md5" // Content-MD5 is the protocol's checksum
	"encoding/base64"
	"encoding/xml"
	"net/http"
)

// CORSRule is one rule of a bucket. Order inside the lists has no meaning to OSS.
type CORSRule struct {
	AllowedOrigins []string `xml:"AllowedOrigin"`
	AllowedMethods []string `xml:"AllowedMethod"`
	AllowedHeaders []string `xml:"AllowedHeader"`
	ExposeHeaders  []string `xml:"ExposeHeader"`
	MaxAgeSeconds  *int64   `xml:"MaxAgeSeconds,omitempty"` // nil: unset; the SDK cannot leave it out
}

// CORS is the whole configuration of a bucket: the first rule that matches a request answers it.
type CORS struct {
	XMLName      xml.Name   `xml:"CORSConfiguration"`
	Rules        []CORSRule `xml:"CORSRule"`
	ResponseVary bool       `xml:"ResponseVary"`
}

// GetCORS reads a bucket's rules. The error has the code NoSuchCORSConfiguration when there are none.
func (c *Client) GetCORS(ctx context.Context, bucket string) (CORS, error) {
	var result CORS
	err := c.getXML(ctx, request{op: "GetBucketCors", bucket: bucket, params: map[string]any{"cors": nil}}, &result)
	return result, err
}

// PutCORS replaces all of a bucket's rules. The SDK's own call neither honours a context nor can leave
// MaxAgeSeconds unset, so the document is written here.
func (c *Client) PutCORS(ctx context.Context, bucket string, config CORS) error {
	document, err := xml.Marshal(config)
	if err != nil {
		return err
	}
	document = append([]byte(xml.Header), document...)
	sum := md5.Sum(document)
	_, err = c.do(ctx, request{
		op: "PutBucketCors", method: http.MethodPut, bucket: bucket, params: map[string]any{"cors": nil},
		header: map[string]string{"Content-Type": "application/xml", "Content-Md5": base64.StdEncoding.EncodeToString(sum[:])},
		body:   BytesBody(document).wholeSection(),
	})
	return err
}

// DeleteCORS removes all of a bucket's rules. That there are none is not an error; that there is no such bucket is one.
func (c *Client) DeleteCORS(ctx context.Context, bucket string) error {
	_, err := c.do(ctx, request{op: "DeleteBucketCors", method: http.MethodDelete, bucket: bucket, params: map[string]any{"cors": nil}})
	if HasCode(err, "NoSuchCORSConfiguration") {
		return nil
	}
	return err
}
