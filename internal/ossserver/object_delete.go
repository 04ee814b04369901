package ossserver

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

func (q *request) deleteObject() error {
	id := q.query.Get("versionId")
	if id != "" && !isVersionID(id) {
		return invalidVersionID(id)
	}
	v, err := q.b.remove(q.key, id, q.now, q.bypasses())
	if err != nil {
		return err
	}
	switch {
	case v != nil:
		q.writeVersionID(v)
		if v.DeleteMarker {
			q.w.Header().Set("x-oss-delete-marker", "true")
		}
	case id != "": // a version that is gone already is named as if it went now (OSS-262)
		q.writeVersionID(&version{VersionID: id})
	}
	q.w.WriteHeader(http.StatusNoContent) // OSS-013: also where there was nothing
	return nil
}

type deleteRequest struct {
	XMLName xml.Name `xml:"Delete"`
	Quiet   string   `xml:"Quiet"`
	quiet   bool     // what it says
	Objects []struct {
		Key       string
		VersionID string `xml:"VersionId"`
	} `xml:"Object"`
	Unknown []unknownChild `xml:",any"`
}

type deleteResult struct {
	XMLName      xml.Name         `xml:"DeleteResult"`
	EncodingType string           `xml:",omitempty"`
	Deleted      []deletedVersion `xml:"Deleted"`
}

type deletedVersion struct {
	Key                   nameText
	VersionID             string `xml:"VersionId,omitempty"`
	DeleteMarker          bool   `xml:",omitempty"`
	DeleteMarkerVersionID string `xml:"DeleteMarkerVersionId,omitempty"`
}

const (
	maxDeleteBody    = 2 << 20 // OSS-077
	maxDeleteObjects = 1000
)

// deleteObjects is OSS-077. All names are checked before anything is deleted.
func (q *request) deleteObjects() error {
	if q.header("Content-MD5") == "" {
		return fail(http.StatusBadRequest, "MissingArgument", "", "Missing Some Required Arguments.", "ArgumentName", "Content-MD5")
	}
	in, err := q.readDeleteRequest()
	if err != nil {
		return err
	}
	out := deleteResult{EncodingType: q.query.Get("encoding-type")}
	for _, o := range in.Objects {
		v, err := q.b.remove(o.Key, o.VersionID, q.now, q.bypasses())
		if err != nil {
			return err
		}
		d := deletedVersion{VersionID: o.VersionID}
		key, err := q.encoded(o.Key)
		if err != nil {
			return err
		}
		d.Key = nameText(key)
		if v != nil && v.DeleteMarker {
			d.DeleteMarker, d.DeleteMarkerVersionID = true, v.VersionID
		}
		out.Deleted = append(out.Deleted, d)
	}
	if in.quiet { // then only failures would be named, and there are none (OSS-263)
		return nil
	}
	return q.writeXML(out)
}

// readDeleteRequest reads and checks what is to be deleted.
func (q *request) readDeleteRequest() (deleteRequest, error) {
	var in deleteRequest
	if _, err := q.encoded(""); err != nil {
		return in, err
	}
	data, err := q.readBody(maxDeleteBody)
	if err != nil {
		return in, err
	}
	data, restore := standIns(data)
	if decodeXML(data, &in) != nil || len(in.Unknown) > 0 || len(in.Objects) == 0 || len(in.Objects) > maxDeleteObjects {
		return in, malformedXML()
	}
	if text := strings.TrimSpace(in.Quiet); text != "" {
		if in.quiet, err = strconv.ParseBool(text); err != nil {
			return in, malformedXML()
		}
	}
	for i := range in.Objects {
		o := &in.Objects[i]
		o.Key = restore(o.Key)
		if err := checkKey(o.Key); err != nil {
			return in, err
		}
		if o.VersionID != "" && !isVersionID(o.VersionID) {
			return in, invalidVersionID(o.VersionID)
		}
	}
	return in, nil
}
