package ossserver

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"time"
)

type restoreRequest struct {
	XMLName xml.Name       `xml:"RestoreRequest"`
	Days    int            `xml:"Days"`
	Tier    string         `xml:"JobParameters>Tier"`
	Unknown []unknownChild `xml:",any"`
}

// restoreObject is OSS-076.
func (q *request) restoreObject() error {
	data, err := q.readBody(maxSettingBody)
	if err != nil {
		return err
	}
	in := restoreRequest{Days: 1}
	if len(data) > 0 && (decodeXML(data, &in) != nil || len(in.Unknown) > 0) {
		return malformedXML()
	}
	if in.Days < 1 || in.Days > 365 || !slices.Contains([]string{"", "Standard", "Expedited", "Bulk"}, in.Tier) {
		return malformedXML()
	}
	status := http.StatusAccepted
	v, err := q.b.update(q.key, q.query.Get("versionId"), q.r.Method, func(v *version) error {
		switch {
		case !freezes(v.StorageClass):
			return fail(http.StatusBadRequest, "OperationNotSupported", "", "The operation is not supported for this resource.",
				"StorageClass", v.StorageClass)
		case q.now.Before(v.RestoreDone):
			return fail(http.StatusConflict, "RestoreAlreadyInProgress", "", "The restore operation is in progress.")
		case v.frozen(q.now):
			v.RestoreDone = q.now.Add(q.s.RestoreTime).UTC()
		default: // restored already: that lasts longer now
			status = http.StatusOK
		}
		v.RestoreExpiry = later(q.now, v.RestoreDone).Add(time.Duration(in.Days) * 24 * time.Hour).UTC()
		return nil
	})
	if err != nil {
		return err
	}
	q.writeVersionID(v)
	q.w.WriteHeader(status)
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func freezes(class string) bool {
	return class == classArchive || class == classColdArchive || class == classDeepColdArchive
}

// frozen reports whether the bytes cannot be read now (OSS-070).
func (v *version) frozen(now time.Time) bool {
	restored := !v.RestoreDone.IsZero() && !now.Before(v.RestoreDone) && now.Before(v.RestoreExpiry)
	return freezes(v.StorageClass) && !restored
}

// restoreState is the x-oss-restore header; "" if nothing was asked for or it is over (OSS-076).
func (v *version) restoreState(now time.Time) string {
	switch {
	case v.RestoreDone.IsZero() || !now.Before(v.RestoreExpiry):
		return ""
	case now.Before(v.RestoreDone):
		return `ongoing-request="true"`
	}
	return fmt.Sprintf(`ongoing-request="false", expiry-date="%s"`, v.RestoreExpiry.UTC().Format(http.TimeFormat))
}
