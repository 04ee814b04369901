package ossclient

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// MaxPage is how many keys and common prefixes one page of a listing holds at most (OSS-230). With
// keys of 1,023 bytes, each written as "%XX", a full page stays below what the client reads of an answer.
const MaxPage = 1000

// Listing says which part of a bucket is walked.
type Listing struct {
	Bucket     string
	Prefix     string // keys begin with it
	Delimiter  string // keys that hold it after the prefix are grouped into common prefixes; "" groups none
	StartAfter string // keys come after it in the order of their UTF-8 bytes
	PageSize   int    // 1 to MaxPage; 0 is MaxPage
}

// ListedObject is what a listing shows of an object.
type ListedObject struct {
	Key          string
	ETag         string // without quotes
	Size         int64  // bytes
	Type         string // Normal, Multipart, Appendable or Symlink
	StorageClass string
	LastModified time.Time // the zero time when the answer's was unreadable
}

// Page is one page of a listing: keys and common prefixes, each in the order of their UTF-8 bytes.
type Page struct {
	Objects  []ListedObject
	Prefixes []string
	More     bool // another page follows
	// At is OSS's clock when it answered, to the second; the zero time when the answer has none.
	At time.Time
}

// Pages walks a listing page by page; a page is asked for when the loop wants it. After an error, an *Error of
// ListObjectsV2, the walk is over.
func (c *Client) Pages(ctx context.Context, l Listing) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for token := ""; ; {
			page, next, err := c.page(ctx, l, token)
			if err == nil && page.More && (next == "" || next == token) {
				err = &Error{Op: listOp, Bucket: l.Bucket, Err: errors.New("the listing says that there is more, and not where")}
			}
			if !yield(page, err) || err != nil || !page.More {
				return
			}
			token = next
		}
	}
}

const listOp = "ListObjectsV2"

type listAnswer struct {
	EncodingType string
	IsTruncated  bool
	Next         string `xml:"NextContinuationToken"`
	Contents     []struct {
		Key, ETag, Type, StorageClass, LastModified string
		Size                                        int64
	}
	CommonPrefixes []struct{ Prefix string }
}

// page asks for the page that a token stands for; "" is the first one.
func (c *Client) page(ctx context.Context, l Listing, token string) (Page, string, error) {
	size := l.PageSize
	if size <= 0 || size > MaxPage {
		size = MaxPage
	}
	// Without an encoding a key with a control character makes the answer unreadable: XML 1.0 cannot hold one.
	params := map[string]any{"list-type": "2", "encoding-type": "url", "max-keys": strconv.Itoa(size)}
	for name, value := range map[string]string{"prefix": l.Prefix, "delimiter": l.Delimiter, "start-after": l.StartAfter, "continuation-token": token} {
		if value != "" {
			params[name] = value
		}
	}
	r := request{op: listOp, method: http.MethodGet, bucket: l.Bucket, params: params}
	resp, err := c.do(ctx, r)
	if err != nil {
		return Page{}, "", err
	}
	var answer listAnswer
	if err := decodeXML(r, resp, &answer); err != nil {
		return Page{}, "", err
	}
	page, next, err := answer.page()
	if err != nil {
		return Page{}, "", &Error{Op: listOp, Bucket: l.Bucket, Err: fmt.Errorf("the answer is not understood: %w", err)}
	}
	page.At, _ = http.ParseTime(resp.header.Get("Date"))
	return page, next, nil
}

// page undoes the encoding. The SDK decodes the continuation token as well (oss/type.go), which changes nothing in the
// tokens that documentation shows: they have neither "%" nor "+".
func (a listAnswer) page() (Page, string, error) {
	decode := func(s string) (string, error) { return s, nil }
	if a.EncodingType == "url" {
		decode = url.QueryUnescape
	}
	page := Page{More: a.IsTruncated, Objects: make([]ListedObject, 0, len(a.Contents))}
	for _, o := range a.Contents {
		key, err := decode(o.Key)
		if err != nil {
			return Page{}, "", err
		}
		modified, _ := time.Parse(time.RFC3339, o.LastModified)
		page.Objects = append(page.Objects, ListedObject{
			Key: key, ETag: unquote(o.ETag), Size: o.Size, Type: o.Type, StorageClass: o.StorageClass, LastModified: modified,
		})
	}
	for _, p := range a.CommonPrefixes {
		prefix, err := decode(p.Prefix)
		if err != nil {
			return Page{}, "", err
		}
		page.Prefixes = append(page.Prefixes, prefix)
	}
	next, err := decode(a.Next)
	return page, next, err
}
