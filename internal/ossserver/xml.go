package ossserver

import (
	"bytes"
	"crypto/md5"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
)

type owner struct{ ID, DisplayName string }

// localOwner owns every bucket: the server has no more than one principal.
var localOwner = owner{ID: "1000000000000001", DisplayName: "1000000000000001"}

type copyObjectResult struct {
	XMLName      xml.Name `xml:"CopyObjectResult"`
	ETag         string
	LastModified string
}

type accessControlPolicy struct {
	XMLName xml.Name `xml:"AccessControlPolicy"`
	Owner   owner
	Grant   string `xml:"AccessControlList>Grant"`
}

type tagging struct {
	XMLName xml.Name `xml:"Tagging"`
	TagSet  struct {
		Tags []tag `xml:"Tag"`
	} `xml:"TagSet"`
}

type tag struct{ Key, Value string }

// writeXML answers 200 with a document.
func (q *request) writeXML(document any) error {
	return q.writeXMLStatus(http.StatusOK, document)
}

func (q *request) writeXMLStatus(status int, document any) error {
	data, err := xml.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "application/xml")
	h.Set("Content-Length", strconv.Itoa(len(xml.Header)+len(data)+1))
	q.w.WriteHeader(status)
	_, _ = io.WriteString(q.w, xml.Header+string(data)+"\n") // the client may have left
	return nil
}

// readXML reads a body of at most limit bytes into document, whatever its Content-Type (OSS-042), and checks Content-MD5.
// Only one document and white space may be in it.
func (q *request) readXML(document any, limit int64) error {
	data, err := q.readBody(limit)
	if err != nil {
		return err
	}
	if decodeXML(data, document) != nil {
		return malformedXML()
	}
	return nil
}

func (q *request) readBody(limit int64) ([]byte, error) {
	want, err := q.contentMD5()
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(markReader{&q.body}, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, malformedXML()
	}
	if sum := md5.Sum(data); want != nil && !bytes.Equal(sum[:], want) {
		return nil, invalidDigest(q.header("Content-MD5"))
	}
	return data, nil
}

func decodeXML(data []byte, document any) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(document); err != nil {
		return err
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := token.(xml.CharData); ok && len(bytes.TrimSpace(text)) > 0 {
			return errors.New("text behind the document")
		}
		if _, ok := token.(xml.StartElement); ok {
			return errors.New("a second document")
		}
	}
}
