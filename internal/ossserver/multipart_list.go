package ossserver

import (
	"encoding/xml"
	"slices"
	"strings"
)

type listPartsResult struct {
	XMLName              xml.Name `xml:"ListPartsResult"`
	EncodingType         string   `xml:",omitempty"`
	Bucket               string
	Key                  string
	UploadID             string `xml:"UploadId"`
	StorageClass         string
	PartNumberMarker     int
	NextPartNumberMarker int // also where nothing follows (OSS-232): the last part listed
	MaxParts             int
	IsTruncated          bool
	Parts                []listedPart `xml:"Part"`
}

type listedPart struct {
	PartNumber   int
	LastModified string
	ETag         string
	HashCRC64    uint64 `xml:"HashCrc64ecma"`
	Size         int64
}

func (q *request) listParts() error {
	u, err := q.b.upload(q.op.name, q.key, q.query.Get("uploadId"))
	if err != nil {
		return err
	}
	key, err := q.encoded(q.key)
	if err != nil {
		return err
	}
	limit, err := q.intParam("max-parts", 1, maxKeysLimit, maxKeysLimit)
	if err != nil {
		return err
	}
	marker, err := q.intParam("part-number-marker", 0, maxPartNumber, 0)
	if err != nil {
		return err
	}
	out := listPartsResult{
		EncodingType: q.query.Get("encoding-type"), Bucket: q.bucketName, Key: key, UploadID: u.UploadID,
		StorageClass: u.StorageClass, PartNumberMarker: marker, MaxParts: limit,
	}
	for _, p := range q.b.partList(u) {
		if p.Number <= marker {
			continue
		}
		if len(out.Parts) == limit {
			out.IsTruncated = true
			break
		}
		out.NextPartNumberMarker = p.Number
		out.Parts = append(out.Parts, listedPart{
			PartNumber: p.Number, LastModified: isoTime(p.LastModified), ETag: `"` + p.ETag + `"`, HashCRC64: p.CRC64, Size: p.Size,
		})
	}
	return q.writeXML(out)
}

type listUploadsResult struct {
	XMLName            xml.Name `xml:"ListMultipartUploadsResult"`
	EncodingType       string   `xml:",omitempty"`
	Bucket             string
	KeyMarker          nameText
	UploadIDMarker     string   `xml:"UploadIdMarker"`
	NextKeyMarker      nameText // both also where nothing follows (OSS-267): the last entry (OSS-285)
	NextUploadIDMarker string   `xml:"NextUploadIdMarker"`
	Delimiter          nameText
	Prefix             nameText
	MaxUploads         int
	IsTruncated        bool
	Uploads            []listedUpload `xml:"Upload"`
	CommonPrefixes     []commonPrefix `xml:"CommonPrefixes"`
}

type listedUpload struct {
	Key          nameText
	UploadID     string `xml:"UploadId"`
	StorageClass string
	Initiated    string
}

// uploadList is a snapshot of the uploads in progress by key, then ID.
func (b *bucket) uploadList(prefix string) []*upload {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var all []*upload
	for _, u := range b.uploads {
		if strings.HasPrefix(u.Key, prefix) {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(a, c *upload) int {
		if n := strings.Compare(a.Key, c.Key); n != 0 {
			return n
		}
		return strings.Compare(a.UploadID, c.UploadID)
	})
	return all
}

func (q *request) listUploads() error {
	l := listing{prefix: q.query.Get("prefix"), delimiter: q.query.Get("delimiter"), after: q.query.Get("key-marker")}
	idMarker := q.query.Get("upload-id-marker")
	if _, err := q.encoded(""); err != nil {
		return err
	}
	l.encode = q.query.Get("encoding-type") != ""
	var err error
	if l.max, err = q.intParam("max-uploads", 1, maxKeysLimit, maxKeysLimit); err != nil {
		return err
	}
	out := listUploadsResult{
		EncodingType: q.query.Get("encoding-type"), Bucket: q.bucketName, KeyMarker: l.text(l.after), UploadIDMarker: idMarker,
		Delimiter: l.text(l.delimiter), Prefix: l.text(l.prefix), MaxUploads: l.max,
	}
	last, lastID, group := "", "", ""
	for _, u := range q.b.uploadList(l.prefix) {
		common, grouped := l.group(u.Key)
		switch {
		case grouped && (common == group || common == l.after):
			continue
		// OSS-085: without an ID marker all of the marked key is behind us, with one its uploads up to that ID.
		case !grouped && (u.Key < l.after || u.Key == l.after && (idMarker == "" || u.UploadID <= idMarker)), grouped && u.Key < l.after:
			continue
		}
		if len(out.Uploads)+len(out.CommonPrefixes) == l.max {
			out.IsTruncated = true
			break
		}
		if grouped {
			group, last, lastID = common, common, ""
			out.CommonPrefixes = append(out.CommonPrefixes, commonPrefix{l.text(common)})
			continue
		}
		last, lastID = u.Key, u.UploadID
		out.Uploads = append(out.Uploads, listedUpload{
			Key: l.text(u.Key), UploadID: u.UploadID, StorageClass: u.StorageClass, Initiated: isoTime(u.Initiated),
		})
	}
	out.NextKeyMarker, out.NextUploadIDMarker = l.text(last), lastID
	return q.writeXML(out)
}
