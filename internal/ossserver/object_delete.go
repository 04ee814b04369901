package ossserver

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

func (q *request) deleteObject() error {
	v, err := q.b.remove(q.key, q.query.Get("versionId"), q.now, q.bypasses())
	if err != nil {
		return err
	}
	if v != nil {
		q.writeVersionID(v)
		if v.DeleteMarker {
			q.w.Header().Set("x-oss-delete-marker", "true")
		}
	}
	q.w.WriteHeader(http.StatusNoContent) // OSS-013: also where there was nothing
	return nil
}

type deleteRequest struct {
	XMLName xml.Name `xml:"Delete"`
	Quiet   string   `xml:"Quiet"`
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
	Key                   string
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
	var in deleteRequest
	if err := q.readXML(&in, maxDeleteBody); err != nil {
		return err
	}
	quiet, err := false, error(nil)
	if text := strings.TrimSpace(in.Quiet); text != "" {
		quiet, err = strconv.ParseBool(text)
	}
	if err != nil || len(in.Unknown) > 0 || len(in.Objects) == 0 || len(in.Objects) > maxDeleteObjects {
		return malformedXML()
	}
	for _, o := range in.Objects {
		if err := checkKey(o.Key); err != nil {
			return err
		}
	}
	out := deleteResult{EncodingType: q.query.Get("encoding-type")}
	if _, err := q.encoded(""); err != nil {
		return err
	}
	for _, o := range in.Objects {
		v, err := q.b.remove(o.Key, o.VersionID, q.now, q.bypasses())
		if err != nil {
			return err
		}
		d := deletedVersion{VersionID: o.VersionID}
		d.Key, _ = q.encoded(o.Key) // the type was checked above
		if v != nil && v.DeleteMarker {
			d.DeleteMarker, d.DeleteMarkerVersionID = true, v.VersionID
		}
		out.Deleted = append(out.Deleted, d)
	}
	if quiet { // then only failures would be named, and there are none
		return nil
	}
	return q.writeXML(out)
}
