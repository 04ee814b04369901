package ossserver

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// objectLock is a bucket's object-level retention, which cannot be switched off again (OSS-300). A bucket without it has nil.
type objectLock struct {
	Mode  string `json:"mode,omitempty"` // of versions to come; "" is none
	Days  int    `json:"days,omitempty"`
	Years int    `json:"years,omitempty"`
}

const (
	modeCompliance = "COMPLIANCE"
	modeGovernance = "GOVERNANCE"

	maxLockDays  = 36500
	maxLockYears = 100
)

// retain gives a new version the bucket's default, unless its writer chose (OSS-300). Doubt: which types of object; here
// those that other operations may lock, too, and no links.
func (l *objectLock) retain(v *version) {
	if l == nil || l.Mode == "" || v.Retention.Mode != "" || v.DeleteMarker || v.Type != typeNormal && v.Type != typeMultipart {
		return
	}
	v.Retention = retention{Mode: l.Mode, Until: v.LastModified.AddDate(l.Years, 0, l.Days).Truncate(time.Millisecond)}
}

type lockConfiguration struct {
	XMLName xml.Name       `xml:"ObjectWormConfiguration"`
	Enabled string         `xml:"ObjectWormEnabled"`
	Rule    *lockRule      `xml:"Rule"`
	Unknown []unknownChild `xml:",any"`
}

type lockRule struct {
	Default *lockDefault   `xml:"DefaultRetention"`
	Unknown []unknownChild `xml:",any"`
}

type lockDefault struct {
	Mode    string
	Days    string         `xml:",omitempty"`
	Years   string         `xml:",omitempty"`
	Unknown []unknownChild `xml:",any"`
}

// lock reads what a configuration says; nil if it does not validate.
func (c *lockConfiguration) lock() *objectLock {
	if c.Enabled != versioningEnabled || len(c.Unknown) > 0 {
		return nil
	}
	if c.Rule == nil {
		return &objectLock{}
	}
	d := c.Rule.Default
	if d == nil || len(c.Rule.Unknown)+len(d.Unknown) > 0 || !validMode(d.Mode) || (d.Days == "") == (d.Years == "") {
		return nil
	}
	l := &objectLock{Mode: d.Mode}
	number, limit, text := &l.Days, maxLockDays, d.Days
	if text == "" {
		number, limit, text = &l.Years, maxLockYears, d.Years
	}
	var err error
	if *number, err = strconv.Atoi(strings.TrimSpace(text)); err != nil || *number < 1 || *number > limit {
		return nil
	}
	return l
}

func validMode(mode string) bool { return mode == modeCompliance || mode == modeGovernance }

func (q *request) putObjectLock() error {
	var in lockConfiguration
	if err := q.readXML(&in, maxSettingBody); err != nil {
		return err
	}
	l := in.lock()
	if l == nil {
		return malformedXML()
	}
	if q.b.settings().Versioning != versioningEnabled { // OSS-300; the words are not known
		return invalidRequest("Object-level retention needs a bucket whose versioning is enabled.")
	}
	return q.b.change(func(set *bucketSettings) { set.ObjectLock = l })
}

// getObjectLock is OSS-300. Doubt: the code of a bucket that has none.
func (q *request) getObjectLock() error {
	l := q.b.settings().ObjectLock
	if l == nil {
		return fail(http.StatusNotFound, "NoSuchObjectWormConfiguration", "", "The object-level retention configuration does not exist.",
			"BucketName", q.bucketName)
	}
	out := lockConfiguration{Enabled: versioningEnabled}
	if l.Mode != "" {
		d := &lockDefault{Mode: l.Mode}
		if l.Days > 0 {
			d.Days = strconv.Itoa(l.Days)
		} else {
			d.Years = strconv.Itoa(l.Years)
		}
		out.Rule = &lockRule{Default: d}
	}
	return q.writeXML(out)
}

func invalidRequest(message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidRequest", "", message)
}

// setVersioning enables or suspends versioning; a bucket with object-level retention keeps it (OSS-300).
func (b *bucket) setVersioning(status string) error {
	if b.settings().ObjectLock != nil && status != versioningEnabled {
		return invalidRequest("Versioning of a bucket with object-level retention cannot be suspended.")
	}
	return b.change(func(set *bucketSettings) { set.Versioning = status })
}
