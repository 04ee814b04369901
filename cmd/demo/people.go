package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// colleague works on the bucket with the OSS SDK and knows nothing of Terraform.
type colleague struct {
	client *oss.Client
	bucket *oss.Bucket
}

func newColleague(endpoint string) (*colleague, error) {
	client, err := oss.New(endpoint, accessKeyID, accessKeySecret, oss.Region(region), oss.AuthVersion(oss.AuthV4))
	if err != nil {
		return nil, err
	}
	b, err := client.Bucket(bucket)
	return &colleague{client, b}, err
}

// put uploads an object.
func (c *colleague) put(ctx context.Context, key, body string, options ...oss.Option) error {
	return c.bucket.PutObject(key, strings.NewReader(body), append(options, oss.WithContext(ctx))...)
}

// setHeader changes one header of an object, as a console does: everything else is read and sent again.
func (c *colleague) setHeader(ctx context.Context, key, name, value string) error {
	header, err := c.bucket.GetObjectDetailedMeta(key, oss.WithContext(ctx))
	if err != nil {
		return err
	}
	header.Set(name, value)
	options := []oss.Option{oss.WithContext(ctx)}
	for name := range header {
		switch name {
		case "Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires":
			options = append(options, oss.SetHeader(name, header.Get(name)))
		default:
			if strings.HasPrefix(name, "X-Oss-Meta-") {
				options = append(options, oss.SetHeader(name, header.Get(name)))
			}
		}
	}
	return c.bucket.SetObjectMeta(key, options...)
}

// openCORS lets every origin use the first rule.
func (c *colleague) openCORS() error {
	rules, err := c.client.GetBucketCORS(bucket)
	if err != nil {
		return err
	}
	if len(rules.CORSRules) == 0 {
		return errors.New("the bucket has no CORS rule to change")
	}
	rules.CORSRules[0].AllowedOrigin = []string{"*"}
	return c.client.SetBucketCORSV2(bucket, oss.PutBucketCORS(rules))
}

// keys lists what is in the bucket.
func (c *colleague) keys(ctx context.Context) ([]string, error) {
	list, err := c.bucket.ListObjectsV2(oss.MaxKeys(1000), oss.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if list.IsTruncated {
		return nil, errors.New("the bucket holds more than the demo ever put there")
	}
	var keys []string
	for _, object := range list.Objects {
		keys = append(keys, object.Key)
	}
	return keys, nil
}

// hasCORS reports whether the bucket has CORS rules.
func (c *colleague) hasCORS() (bool, error) {
	_, err := c.client.GetBucketCORS(bucket)
	if refused := (oss.ServiceError{}); errors.As(err, &refused) && refused.Code == "NoSuchCORSConfiguration" {
		return false, nil
	}
	return err == nil, err
}

// fetch gets an object by a presigned URL, as a browser would that got the URL from somewhere. The origin is that of
// the page which asks, or "". A status other than 200 and a body other than want are errors.
func (c *colleague) fetch(ctx context.Context, key, origin string, want []byte) (http.Header, error) {
	url, err := c.bucket.SignURL(key, oss.HTTPGet, 60)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity") // OSS compresses on the fly for whoever does not say so
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := visitor.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s answered %s:\n%s", key, resp.Status, body)
	}
	if !bytes.Equal(body, want) {
		return nil, fmt.Errorf("GET %s gave %d bytes that are not those of the file", key, len(body))
	}
	return resp.Header, nil
}
