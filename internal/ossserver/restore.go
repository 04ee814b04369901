package ossserver

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"time"
)

type restoreRequest struct {
	XMLName xml.Name         `xml:"RestoreRequest"`
	Days    int              `xml:"Days"`
	Job     *restorePriority `xml:"JobParameters"`
	Unknown []unknownChild   `xml:",any"`
}

type restorePriority struct {
	Tier    string         `xml:"Tier"`
	Unknown []unknownChild `xml:",any"`
}

// restoreTiers are the priorities of a restore, the slowest first.
var restoreTiers = []string{"Bulk", "Standard", "Expedited"}

const defaultTier = "Standard"

// tierFor is the priority of a restore of an object of that class; "" for Archive, which has none and takes no parameters.
func (r *restoreRequest) tierFor(class string) (string, error) {
	switch {
	case class == classArchive && r.Job != nil: // OSS-304
		return "", malformedXML()
	case class == classArchive:
		return "", nil
	case r.Job == nil:
		return defaultTier, nil
	case !slices.Contains(restoreTiers, r.Job.Tier) || class == classDeepColdArchive && r.Job.Tier == "Bulk":
		return "", fail(http.StatusBadRequest, "InvalidArgument", "0016-00000703", "The restore priority is not valid for the storage class.",
			"ArgumentName", "Tier", "ArgumentValue", r.Job.Tier)
	}
	return r.Job.Tier, nil
}

func (q *request) readRestore() (restoreRequest, error) {
	in := restoreRequest{Days: 1}
	data, err := q.readBody(maxSettingBody)
	if err != nil {
		return in, err
	}
	if len(data) > 0 && (decodeXML(data, &in) != nil || len(in.Unknown) > 0 || in.Job != nil && len(in.Job.Unknown) > 0) ||
		in.Days < 1 || in.Days > 365 {
		return in, malformedXML()
	}
	return in, nil
}

// restoreObject is OSS-076.
func (q *request) restoreObject() error {
	in, err := q.readRestore()
	if err != nil {
		return err
	}
	status := http.StatusAccepted
	v, err := q.b.update(q.key, q.query.Get("versionId"), q.r.Method, func(v *version) error {
		if !freezes(v.StorageClass) {
			return cannotRestore(v)
		}
		tier, err := in.tierFor(v.StorageClass)
		if err != nil {
			return err
		}
		switch {
		case q.now.Before(v.RestoreDone):
			if err := v.hasten(tier); err != nil {
				return err
			}
		case v.frozen(q.now):
			v.RestoreDone = q.now.Add(q.s.RestoreTime).UTC()
		default: // restored already: that lasts longer now
			status = http.StatusOK
		}
		v.RestoreTier = tier
		v.RestoreExpiry = later(q.now, v.RestoreDone).Add(time.Duration(in.Days) * 24 * time.Hour).UTC()
		return nil
	})
	if err != nil {
		return err
	}
	q.writeVersionID(v)
	if v.RestoreTier != "" { // OSS-304
		q.w.Header().Set("x-oss-object-restore-priority", v.RestoreTier)
	}
	q.w.WriteHeader(status)
	return nil
}

// hasten refuses to ask for a restore that is under way, except with a higher priority (OSS-304). The time it takes is
// Server.RestoreTime from the first request, whatever the priority.
func (v *version) hasten(tier string) error {
	ec := "0016-00000701"
	switch have, wanted := slices.Index(restoreTiers, v.RestoreTier), slices.Index(restoreTiers, tier); {
	case wanted > have:
		return nil
	case wanted < have:
		ec = "0016-00000715"
	}
	return fail(http.StatusConflict, "RestoreAlreadyInProgress", ec, "The restore operation is in progress.")
}

func cannotRestore(v *version) *apiError {
	return fail(http.StatusBadRequest, "OperationNotSupported", "", "The operation is not supported for this resource.",
		"StorageClass", v.StorageClass)
}

// cleanRestored freezes a restored object before its time (OSS-261, OSS-305).
func (q *request) cleanRestored() error {
	v, err := q.b.update(q.key, q.query.Get("versionId"), q.r.Method, func(v *version) error {
		switch {
		case !freezes(v.StorageClass):
			return cannotRestore(v)
		case q.now.Before(v.RestoreDone):
			return fail(http.StatusConflict, "ArchiveRestoreNotFinished", "0016-00000719", "The archive file's restore is not finished.")
		case v.frozen(q.now):
			return fail(http.StatusConflict, "ArchiveRestoreFileStale", "0016-00000718", "The archive file or restore info stale")
		}
		v.RestoreDone, v.RestoreExpiry, v.RestoreTier = time.Time{}, time.Time{}, ""
		return nil
	})
	if err != nil {
		return err
	}
	q.writeVersionID(v)
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
