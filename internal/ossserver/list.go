package ossserver

import (
	"encoding/base64"
	"encoding/xml"
	"strings"
)

// listing is what a listing asks for, whichever its version.
type listing struct {
	prefix, delimiter string
	after             string // only what sorts behind it
	max               int
	encode            bool
}

// page is a listing's answer before it is dressed up.
type page struct {
	objects  []*version
	prefixes []string
	last     string // the last key or common prefix, if there is more
	more     bool
}

const maxKeysLimit = 1000

func (q *request) listing() (listing, error) {
	l := listing{
		prefix: q.query.Get("prefix"), delimiter: q.query.Get("delimiter"), encode: q.query.Get("encoding-type") != "",
	}
	if _, err := q.encoded(""); err != nil {
		return l, err
	}
	var err error
	l.max, err = q.intParam("max-keys", 1, maxKeysLimit, 100)
	return l, err
}

// text writes a name as the listing was asked to.
func (l listing) text(s string) string {
	if l.encode {
		return encodeV4(s, false)
	}
	return s
}

// list collects one page. It costs what is on the page, and a binary search for each common prefix.
func (b *bucket) list(l listing) page {
	b.mu.RLock()
	defer b.mu.RUnlock()
	keys := &b.live
	i := keys.from(max(l.prefix, l.after))
	var p page
	last := ""
	for i < len(keys.keys) && strings.HasPrefix(keys.keys[i], l.prefix) {
		key := keys.keys[i]
		common, grouped := l.group(key)
		if !grouped && key <= l.after || grouped && common == l.after { // given already
			if i++; grouped {
				i = keys.afterPrefix(common)
			}
			continue
		}
		if len(p.objects)+len(p.prefixes) == l.max {
			p.more, p.last = true, last
			break
		}
		if grouped {
			p.prefixes = append(p.prefixes, common)
			last, i = common, keys.afterPrefix(common)
		} else {
			p.objects = append(p.objects, b.entries[key][0])
			last, i = key, i+1
		}
	}
	return p
}

// group is the common prefix that stands for key: up to and with the first delimiter behind the prefix.
func (l listing) group(key string) (string, bool) {
	if l.delimiter == "" {
		return "", false
	}
	at := strings.Index(key[len(l.prefix):], l.delimiter)
	if at < 0 {
		return "", false
	}
	return key[:len(l.prefix)+at+len(l.delimiter)], true
}

type listedObject struct {
	Key          string
	LastModified string
	ETag         string
	Type         string
	Size         int64
	StorageClass string
	Owner        *owner
}

type commonPrefix struct{ Prefix string }

func (p page) entries(l listing, withOwner bool) (objects []listedObject, prefixes []commonPrefix) {
	for _, v := range p.objects {
		o := listedObject{
			Key: l.text(v.Key), LastModified: isoTime(v.LastModified), ETag: `"` + v.ETag + `"`,
			Type: v.Type, Size: v.Size, StorageClass: v.StorageClass,
		}
		if withOwner {
			o.Owner = &localOwner
		}
		objects = append(objects, o)
	}
	for _, name := range p.prefixes {
		prefixes = append(prefixes, commonPrefix{l.text(name)})
	}
	return objects, prefixes
}

type listBucketResult struct {
	XMLName        xml.Name `xml:"ListBucketResult"`
	Name           string
	Prefix         string
	Marker         string
	MaxKeys        int
	Delimiter      string
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	NextMarker     string         `xml:",omitempty"`
	Contents       []listedObject `xml:"Contents"`
	CommonPrefixes []commonPrefix `xml:"CommonPrefixes"`
}

func (q *request) listObjects() error {
	l, err := q.listing()
	if err != nil {
		return err
	}
	l.after = q.query.Get("marker")
	p := q.b.list(l)
	out := listBucketResult{
		Name: q.bucketName, Prefix: l.text(l.prefix), Marker: l.text(l.after), MaxKeys: l.max,
		Delimiter: l.text(l.delimiter), EncodingType: q.query.Get("encoding-type"),
		IsTruncated: p.more, NextMarker: l.text(p.last),
	}
	out.Contents, out.CommonPrefixes = p.entries(l, true)
	return q.writeXML(out)
}

type listBucketV2Result struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Name                  string
	Prefix                string
	StartAfter            string `xml:",omitempty"`
	MaxKeys               int
	Delimiter             string
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	KeyCount              int
	ContinuationToken     string         `xml:",omitempty"`
	NextContinuationToken string         `xml:",omitempty"`
	Contents              []listedObject `xml:"Contents"`
	CommonPrefixes        []commonPrefix `xml:"CommonPrefixes"`
}

func (q *request) listObjectsV2() error {
	if kind := q.query.Get("list-type"); kind != "2" {
		return invalidArgument("list-type", kind, "The specified list-type is not valid.")
	}
	l, err := q.listing()
	if err != nil {
		return err
	}
	start, token := q.query.Get("start-after"), q.query.Get("continuation-token")
	l.after = start
	if token != "" {
		after, err := base64.URLEncoding.DecodeString(token)
		if err != nil {
			return invalidArgument("continuation-token", token, "The continuation token provided is incorrect.")
		}
		l.after = string(after)
	}
	p := q.b.list(l)
	out := listBucketV2Result{
		Name: q.bucketName, Prefix: l.text(l.prefix), StartAfter: l.text(start), MaxKeys: l.max,
		Delimiter: l.text(l.delimiter), EncodingType: q.query.Get("encoding-type"), IsTruncated: p.more,
		KeyCount: len(p.objects) + len(p.prefixes), ContinuationToken: token,
		NextContinuationToken: base64.URLEncoding.EncodeToString([]byte(p.last)),
	}
	out.Contents, out.CommonPrefixes = p.entries(l, q.query.Get("fetch-owner") == "true")
	return q.writeXML(out)
}
