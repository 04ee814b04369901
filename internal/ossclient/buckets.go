package ossclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"strings"
)

const listBucketsOp = "ListBuckets"

type bucketsAnswer struct {
	IsTruncated bool
	NextMarker  string
	Buckets     []struct{ Name, Location, Region string } `xml:"Buckets>Bucket"`
}

// Buckets walks the names of the buckets of the account that are in the client's region, in the order of the alphabet; a
// page is asked for when the loop wants it. OSS lists those of all regions (OSS-306), and an endpoint serves one. After
// an error, an *Error of ListBuckets, the walk is over.
func (c *Client) Buckets(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for marker := ""; ; {
			answer, err := c.bucketsAfter(ctx, marker)
			if err != nil {
				yield("", err)
				return
			}
			for _, b := range answer.Buckets {
				if cmp.Or(b.Region, strings.TrimPrefix(b.Location, "oss-")) == c.region && !yield(b.Name, nil) {
					return
				}
			}
			if !answer.IsTruncated {
				return
			}
			marker = answer.NextMarker
		}
	}
}

// bucketsAfter asks for one page, of names that come after another.
func (c *Client) bucketsAfter(ctx context.Context, marker string) (bucketsAnswer, error) {
	if c.sdk.Config.IsCname {
		return bucketsAnswer{}, &Error{Op: listBucketsOp, Err: errors.New("the endpoint is the domain of one bucket, where no others are listed; set endpoint to OSS's own, without use_cname")}
	}
	params := map[string]any{"max-keys": strconv.Itoa(MaxPage)}
	if marker != "" {
		params["marker"] = marker
	}
	r := request{op: listBucketsOp, method: http.MethodGet, params: params}
	resp, err := c.do(ctx, r)
	if err != nil {
		return bucketsAnswer{}, err
	}
	var answer bucketsAnswer
	if err := decodeXML(r, resp, &answer); err != nil {
		return bucketsAnswer{}, err
	}
	if answer.IsTruncated && answer.NextMarker <= marker {
		return bucketsAnswer{}, &Error{Op: listBucketsOp, Err: fmt.Errorf("the answer says that there is more, and that it comes after %q", answer.NextMarker)}
	}
	return answer, nil
}
