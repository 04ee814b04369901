package ossserver

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// retention keeps one version from being deleted until a time; the zero value does not (OSS-301).
type retention struct {
	Mode  string    `json:"mode,omitempty"` // COMPLIANCE, GOVERNANCE
	Until time.Time `json:"until,omitzero"`
}

func (r retention) active(now time.Time) bool { return r.Mode != "" && now.Before(r.Until) }

const (
	holdOn  = "ON"
	holdOff = "OFF"

	lockModeHeader  = "x-oss-object-worm-mode"
	lockUntilHeader = "x-oss-object-worm-retain-until-date"
	bypassHeader    = "x-oss-bypass-governance-retention" //nolint:gosec // the name of a header, not a secret
)

// lockHeaders are what a write may say of the retention of what it makes (OSS-303).
var lockHeaders = []string{lockModeHeader, lockUntilHeader}

// bypasses reports whether the request asks to get past a GOVERNANCE retention. Every account may.
func (q *request) bypasses() bool { return strings.EqualFold(q.header(bypassHeader), "true") }

// refuseLocked keeps v from being deleted or changed in its place (OSS-302): a legal hold does so always, COMPLIANCE until its time, GOVERNANCE unless
// the request says that it knows.
func (v *version) refuseLocked(now time.Time, bypass bool) error {
	r := v.Retention
	if v.LegalHold != holdOn && (!r.active(now) || r.Mode == modeGovernance && bypass) {
		return nil
	}
	return fileImmutable(v.Key)
}

// fileImmutable has the status and code that a retention policy's refusals have. Doubt: words and EC.
func fileImmutable(key string) *apiError {
	return fail(http.StatusConflict, "FileImmutable", "", "The object you specified is immutable.", "Key", key)
}

// writeLock shows a lock in the answers of HEAD and GET (OSS-303).
func (v *version) writeLock(h http.Header) {
	if v.Retention.Mode != "" {
		h.Set(lockModeHeader, v.Retention.Mode)
		h.Set(lockUntilHeader, isoMillis(v.Retention.Until))
	}
	if v.LegalHold != "" {
		h.Set("x-oss-object-worm-legal-hold", v.LegalHold)
	}
}

// isoMillis is how a retention's end is shown: to the millisecond.
func isoMillis(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// requestRetention reads the retention that a write asks for (OSS-303). Doubt: the codes.
func (q *request) requestRetention() (retention, error) {
	mode, until := q.header(lockModeHeader), q.header(lockUntilHeader)
	if mode == "" && until == "" {
		return retention{}, nil
	}
	if q.b.settings().ObjectLock == nil {
		return retention{}, lockNotEnabled()
	}
	if !validMode(mode) {
		return retention{}, invalidArgument(lockModeHeader, mode, "The mode is COMPLIANCE or GOVERNANCE.")
	}
	t, err := time.Parse(time.RFC3339, until)
	if err != nil || !t.After(q.now) {
		return retention{}, invalidArgument(lockUntilHeader, until, "The retain until date must be in the future.")
	}
	return retention{mode, t.UTC().Truncate(time.Millisecond)}, nil
}

func lockNotEnabled() *apiError {
	return invalidRequest("Object-level retention is not enabled for the bucket.")
}

type retentionDocument struct {
	XMLName xml.Name       `xml:"Retention"`
	Mode    string         `xml:",omitempty"`
	Until   string         `xml:"RetainUntilDate,omitempty"`
	Unknown []unknownChild `xml:",any"`
}

// retention reads the document. One without children takes the retention away; no page says so, and it is how the
// protocol's model has it.
func (d *retentionDocument) retention(now time.Time) (retention, error) {
	if len(d.Unknown) > 0 || (d.Mode == "") != (d.Until == "") || d.Mode != "" && !validMode(d.Mode) {
		return retention{}, malformedXML()
	}
	if d.Mode == "" {
		return retention{}, nil
	}
	t, err := time.Parse(time.RFC3339, d.Until)
	if err != nil {
		return retention{}, malformedXML()
	}
	if !t.After(now) {
		return retention{}, invalidArgument("RetainUntilDate", d.Until, "The retain until date must be in the future.")
	}
	return retention{d.Mode, t.UTC().Truncate(time.Millisecond)}, nil
}

// mayBecome reports why one retention cannot follow another (OSS-301): the mode never changes while it lasts, and what would
// protect less is denied, except GOVERNANCE to whoever bypasses it.
func (r retention) mayBecome(next retention, key string, now time.Time, bypass bool) error {
	switch {
	case !r.active(now) || r.Mode == modeGovernance && bypass && next.Mode != modeCompliance:
		return nil
	case next.Mode != "" && next.Mode != r.Mode:
		return fileImmutable(key)
	case next.Until.Before(r.Until):
		return accessDeniedPlain("The retention of the object cannot be shortened.")
	}
	return nil
}

func (q *request) putRetention() error {
	var in retentionDocument
	if err := q.readXML(&in, maxSettingBody); err != nil {
		return err
	}
	next, err := in.retention(q.now)
	if err != nil {
		return err
	}
	return q.changeLock(func(v *version) error {
		if v.Type == typeAppendable {
			return invalidRequest("An appendable object cannot have a retention.")
		}
		if err := v.Retention.mayBecome(next, v.Key, q.now, q.bypasses()); err != nil {
			return err
		}
		v.Retention = next
		return nil
	})
}

// changeLock edits the lock of the version that the request names.
func (q *request) changeLock(edit func(*version) error) error {
	if q.b.settings().ObjectLock == nil {
		return lockNotEnabled()
	}
	v, err := q.b.update(q.key, q.query.Get("versionId"), q.r.Method, edit)
	if err != nil {
		return err
	}
	q.writeVersionID(v)
	return nil
}

// getRetention shows a retention also when its time is over. Where none is set, a bucket without object-level retention answers alike (OSS-264).
func (q *request) getRetention() error {
	v, err := q.b.lookup(q.key, q.query.Get("versionId"), q.r.Method)
	if err != nil {
		return err
	}
	if v.Retention.Mode == "" {
		return fail(http.StatusNotFound, "NoSuchObjectRetentionConfiguration", "", "The object does not have a retention configuration.",
			"ObjectName", q.key)
	}
	q.writeVersionID(v)
	return q.writeXML(retentionDocument{Mode: v.Retention.Mode, Until: isoMillis(v.Retention.Until)})
}

type holdDocument struct {
	XMLName xml.Name `xml:"LegalHold"`
	Status  string
	Unknown []unknownChild `xml:",any"`
}

// putLegalHold is OSS-301: a hold is ON until somebody says OFF, whatever the retention.
func (q *request) putLegalHold() error {
	var in holdDocument
	if err := q.readXML(&in, maxSettingBody); err != nil {
		return err
	}
	if len(in.Unknown) > 0 || in.Status != holdOn && in.Status != holdOff {
		return malformedXML()
	}
	return q.changeLock(func(v *version) error {
		v.LegalHold = in.Status
		return nil
	})
}

func (q *request) getLegalHold() error {
	v, err := q.b.lookup(q.key, q.query.Get("versionId"), q.r.Method)
	if err != nil {
		return err
	}
	if v.LegalHold == "" {
		return fail(http.StatusNotFound, "NoSuchObjectLegalHoldConfiguration", "", "The object does not have a legal hold configuration.",
			"ObjectName", q.key)
	}
	q.writeVersionID(v)
	return q.writeXML(holdDocument{Status: v.LegalHold})
}
