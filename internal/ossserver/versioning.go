package ossserver

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

type versioningConfiguration struct {
	XMLName xml.Name       `xml:"VersioningConfiguration"`
	Status  string         `xml:",omitempty"`
	Unknown []unknownChild `xml:",any"`
}

// getVersioning answers an empty configuration for a bucket that never had versioning (OSS-056).
func (q *request) getVersioning() error {
	return q.writeXML(versioningConfiguration{Status: q.b.settings().Versioning})
}

// putVersioning enables or suspends; there is no way back to a bucket that never had versioning (OSS-056).
func (q *request) putVersioning() error {
	var in versioningConfiguration
	if err := q.readXML(&in, maxSettingBody); err != nil {
		return err
	}
	if len(in.Unknown) > 0 || in.Status != versioningEnabled && in.Status != versioningSuspended {
		return malformedXML()
	}
	return q.b.setVersioning(in.Status)
}

// maxSettingBody is more than any of the small documents needs.
const maxSettingBody = 16 << 10

type listVersionsResult struct {
	XMLName             xml.Name `xml:"ListVersionsResult"`
	Name                string
	Prefix              nameText
	KeyMarker           nameText
	VersionIDMarker     string `xml:"VersionIdMarker"`
	MaxKeys             int
	Delimiter           nameText
	EncodingType        string `xml:",omitempty"`
	IsTruncated         bool
	NextKeyMarker       nameText        `xml:",omitempty"`
	NextVersionIDMarker string          `xml:"NextVersionIdMarker,omitempty"`
	Entries             []listedVersion // each under a name of its own, in one order
	CommonPrefixes      []commonPrefix  `xml:"CommonPrefixes"`
}

type listedVersion struct {
	XMLName      xml.Name // Version or DeleteMarker
	Key          nameText
	VersionID    string `xml:"VersionId"`
	IsLatest     bool
	LastModified string
	ETag         string `xml:",omitempty"`
	Type         string `xml:",omitempty"`
	Size         *int64
	StorageClass string `xml:",omitempty"`
	RestoreInfo  string `xml:",omitempty"` // OSS-272
	Owner        owner
}

func (q *request) listVersions() error {
	l, err := q.listing(listingECs{prefix: "0012-00000103"})
	if err != nil {
		return err
	}
	if err := q.checkListedName("key-marker", "0012-00000104"); err != nil {
		return err
	}
	id := q.query.Get("version-id-marker")
	l.after = q.query.Get("key-marker")
	switch {
	case id != "" && !isVersionID(id):
		return invalidArgument("version-id-marker", id, "Invalid version id marker specified").withEC("0012-00000105")
	case id != "" && l.after == "":
		return invalidArgument("version-id-marker", id, "A version-id marker cannot be specified without a key marker.").withEC("0012-00000106")
	}
	p := q.b.versionPage(l, id)
	return q.writeXML(listVersionsResult{
		Name: q.bucketName, Prefix: l.text(l.prefix), KeyMarker: l.text(l.after), VersionIDMarker: id, MaxKeys: l.max,
		Delimiter: l.text(l.delimiter), EncodingType: q.query.Get("encoding-type"), IsTruncated: p.more,
		NextKeyMarker: l.text(p.last), NextVersionIDMarker: p.lastID,
		Entries: p.entries(l, q.now), CommonPrefixes: l.commonPrefixes(p.prefixes),
	})
}

func (p versionPage) entries(l listing, now time.Time) []listedVersion {
	var entries []listedVersion
	for i, v := range p.objects {
		e := listedVersion{
			XMLName: xml.Name{Local: "DeleteMarker"}, Key: l.text(v.Key), VersionID: v.VersionID, IsLatest: p.latest[i],
			LastModified: isoTime(v.LastModified), Owner: localOwner,
		}
		if !v.DeleteMarker {
			e.XMLName.Local = "Version"
			e.ETag, e.Type, e.Size, e.StorageClass = `"`+v.ETag+`"`, v.Type, &v.Size, v.StorageClass
			e.RestoreInfo = v.restoreState(now)
		}
		entries = append(entries, e)
	}
	return entries
}

// versionPage is a page of a listing of versions.
type versionPage struct {
	page
	latest []bool // beside page.objects
	lastID string // the version behind page.last, if that is a key
}

// versionPage collects a page of versions, newest first within a key (OSS-057): what comes behind the version id of the
// key l.after, or behind all of that key if id is "" (OSS-273).
func (b *bucket) versionPage(l listing, id string) versionPage {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var p versionPage
	last, lastID := "", ""
	// add reports false when the page is full.
	add := func(name, versionID string) bool {
		if len(p.objects)+len(p.prefixes) == l.max {
			p.more, p.last, p.lastID = true, last, lastID
			return false
		}
		last, lastID = name, versionID
		return true
	}
	for i := b.all.from(max(l.prefix, l.after)); i < len(b.all.keys) && strings.HasPrefix(b.all.keys[i], l.prefix); {
		key := b.all.keys[i]
		if common, grouped := l.group(key); grouped {
			i = b.all.afterPrefix(common)
			if common == l.after {
				continue
			}
			if !add(common, "") {
				return p
			}
			p.prefixes = append(p.prefixes, common)
			continue
		}
		i++
		versions := b.entries[key]
		if key == l.after {
			versions = behind(versions, id)
		}
		for _, v := range versions {
			if !add(key, v.VersionID) {
				return p
			}
			p.objects, p.latest = append(p.objects, v), append(p.latest, v == b.current(key))
		}
	}
	return p
}

// checkVersionParam refuses an empty versionId, which is not the same as none (OSS-274).
func (q *request) checkVersionParam() error {
	if q.query.Has("versionId") && q.query.Get("versionId") == "" {
		return fail(http.StatusBadRequest, "InvalidArgument", "0012-00000201", "Version id can not be the empty string.", "ArgumentName", "versionId")
	}
	return nil
}
