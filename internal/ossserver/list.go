package ossserver

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"hash/crc32"
	"strings"
	"time"
	"unicode/utf8"
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

const (
	maxKeysLimit  = 1000
	maxListedName = 1023 // bytes of a prefix or a marker (OSS-271)
)

// listingECs are the ECs of parameters, which differ by operation (OSS-271); "" where no page names one.
type listingECs struct{ prefix, delimiter, maxKeys string }

var objectListingECs = listingECs{prefix: "0015-00000403", delimiter: "0015-00000406", maxKeys: "0015-00000402"}

// listing reads what all listings of objects understand.
func (q *request) listing(ecs listingECs) (listing, error) {
	l := listing{
		prefix: q.query.Get("prefix"), delimiter: q.query.Get("delimiter"), encode: q.query.Get("encoding-type") != "",
	}
	if _, err := q.encoded(""); err != nil {
		return l, err
	}
	if err := q.checkListedName("prefix", ecs.prefix); err != nil {
		return l, err
	}
	if !utf8.ValidString(l.prefix) {
		return l, invalidArgument("prefix", l.prefix, "The specified prefix is not valid. It is UTF-8.").withEC(ecs.prefix)
	}
	if utf8.RuneCountInString(l.delimiter) > 1 {
		return l, invalidArgument("delimiter", l.delimiter, "The specified delimiter is not valid. It is one character.").withEC(ecs.delimiter)
	}
	var err error
	if l.max, err = q.intParam("max-keys", 1, maxKeysLimit, 100); err != nil {
		return l, invalidArgument("max-keys", q.query.Get("max-keys"), "The specified max-keys is not valid. It is from 1 to 1000.").
			withEC(ecs.maxKeys)
	}
	return l, nil
}

// checkListedName refuses a prefix or a marker that is longer than any key.
func (q *request) checkListedName(name, ec string) error {
	if value := q.query.Get(name); len(value) > maxListedName {
		return invalidArgument(name, value, "The specified "+name+" is not valid. It has less than 1,024 bytes.").withEC(ec)
	}
	return nil
}

// text writes a name as the listing was asked to.
func (l listing) text(s string) nameText {
	if l.encode {
		s = encodeV4(s, false)
	}
	return nameText(s)
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
	Key          nameText
	LastModified string
	ETag         string
	Type         string
	Size         int64
	StorageClass string
	RestoreInfo  string `xml:",omitempty"` // OSS-272
	Owner        *owner
}

type commonPrefix struct{ Prefix nameText }

func (p page) entries(l listing, now time.Time, withOwner bool) []listedObject {
	var objects []listedObject
	for _, v := range p.objects {
		o := listedObject{
			Key: l.text(v.Key), LastModified: isoTime(v.LastModified), ETag: `"` + v.ETag + `"`,
			Type: v.Type, Size: v.Size, StorageClass: v.StorageClass, RestoreInfo: v.restoreState(now),
		}
		if withOwner {
			o.Owner = &localOwner
		}
		objects = append(objects, o)
	}
	return objects
}

func (l listing) commonPrefixes(names []string) []commonPrefix {
	var prefixes []commonPrefix
	for _, name := range names {
		prefixes = append(prefixes, commonPrefix{l.text(name)})
	}
	return prefixes
}

type listBucketResult struct {
	XMLName        xml.Name `xml:"ListBucketResult"`
	Name           string
	Prefix         nameText
	Marker         nameText
	MaxKeys        int
	Delimiter      nameText
	EncodingType   string `xml:",omitempty"`
	IsTruncated    bool
	NextMarker     nameText       `xml:",omitempty"`
	Contents       []listedObject `xml:"Contents"`
	CommonPrefixes []commonPrefix `xml:"CommonPrefixes"`
}

func (q *request) listObjects() error {
	l, err := q.listing(objectListingECs)
	if err != nil {
		return err
	}
	if err := q.checkListedName("marker", "0015-00000405"); err != nil {
		return err
	}
	l.after = q.query.Get("marker")
	p := q.b.list(l)
	return q.writeXML(listBucketResult{
		Name: q.bucketName, Prefix: l.text(l.prefix), Marker: l.text(l.after), MaxKeys: l.max,
		Delimiter: l.text(l.delimiter), EncodingType: q.query.Get("encoding-type"),
		IsTruncated: p.more, NextMarker: l.text(p.last),
		Contents: p.entries(l, q.now, true), CommonPrefixes: l.commonPrefixes(p.prefixes),
	})
}

// listBucketV2Result has its elements in the order of OSS-231.
type listBucketV2Result struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Name                  string
	Prefix                nameText
	StartAfter            nameText `xml:",omitempty"`
	ContinuationToken     string   `xml:",omitempty"`
	MaxKeys               int
	Delimiter             nameText
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	NextContinuationToken string         `xml:",omitempty"`
	Contents              []listedObject `xml:"Contents"`
	CommonPrefixes        []commonPrefix `xml:"CommonPrefixes"`
	KeyCount              int
}

func (q *request) listObjectsV2() error {
	if kind := q.query.Get("list-type"); kind != "2" {
		return invalidArgument("list-type", kind, "The specified list-type is not valid.")
	}
	l, err := q.listing(objectListingECs)
	if err != nil {
		return err
	}
	if err := q.checkListedName("start-after", ""); err != nil {
		return err
	}
	start, token := q.query.Get("start-after"), q.query.Get("continuation-token")
	l.after = start
	if token != "" {
		after, ok := readToken(token)
		if !ok {
			return invalidArgument("continuation-token", token, "The continuation token provided is incorrect.")
		}
		l.after = after
	}
	p := q.b.list(l)
	out := listBucketV2Result{
		Name: q.bucketName, Prefix: l.text(l.prefix), StartAfter: l.text(start), ContinuationToken: token, MaxKeys: l.max,
		Delimiter: l.text(l.delimiter), EncodingType: q.query.Get("encoding-type"), IsTruncated: p.more,
		Contents: p.entries(l, q.now, q.query.Get("fetch-owner") == "true"), CommonPrefixes: l.commonPrefixes(p.prefixes),
		KeyCount: len(p.objects) + len(p.prefixes),
	}
	if p.more {
		out.NextContinuationToken = writeToken(p.last)
	}
	return q.writeXML(out)
}

// Tokens are opaque (OSS-231), so that a client which takes one for a key, or a key for one, is found out: a checksum goes
// before the key. No character of theirs changes in URL coding, since some clients decode them and some do not.

func writeToken(key string) string {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(key)))
	return base64.RawURLEncoding.EncodeToString(append(sum, key...))
}

func readToken(token string) (string, bool) {
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(data) < crc32.Size || crc32.ChecksumIEEE(data[crc32.Size:]) != binary.BigEndian.Uint32(data) {
		return "", false
	}
	return string(data[crc32.Size:]), true
}
