package object

import (
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// State is what is stored, as it was last seen or written. "" is what is not there, not known, or must not be seen.
type State struct {
	ossclient.Headers
	Metadata map[string]string
	// Settings as far as somebody asked for them. Tags that are nil are not known.
	ossclient.Settings
	ETag             string
	CRC64            string // of a secret body only while the stored one is somebody else's
	Size             int64
	VersionID        string
	CallbackResponse string
	BodyManaged      bool // the body is one that was asked for
	Memory
}

// Memory is what has to be known later and has no place among the attributes of an object.
type Memory struct {
	// ContentTypeFrom and DecidedType say why the object has its content type, so that a new version of a table of types
	// does not copy every object. The first is empty for an object that was never read.
	ContentTypeFrom string `json:"content_type_from"`
	DecidedType     string `json:"content_type"`
	// Managed names the settings that somebody asked for.
	Managed []string `json:"managed,omitempty"`
	// Open says that the settings which nobody has asked for were never looked at: the object was imported, and what its
	// configuration leaves out is not managed.
	Open bool `json:"open,omitempty"`
	// Secret is set while the body is one that must not be seen.
	Secret *Seal `json:"write_only,omitempty"`
	// Body is the digest of the body that was last asked for and written, or found; of a secret one there is none.
	Body string `json:"body,omitempty"`
	// Written is when the object was last written from here, by OSS's clock.
	Written time.Time `json:"written,omitzero"`
	// Seen is what the last HEAD showed or the last write sent; nil when it is not known.
	Seen *Seen `json:"seen,omitempty"`
	// CallbackOwed says that the body is stored, and the callback of its upload failed and must not.
	CallbackOwed bool `json:"callback_owed,omitempty"`
}

// Seen is what a copy has to carry over, and how the object came about.
type Seen struct {
	ossclient.Storage
	Type string `json:"object_type,omitempty"` // "" is not known
	// Modified is when it was last changed, body or metadata, by OSS's clock; zero is not known.
	Modified time.Time `json:"modified,omitzero"`
	Restore  string    `json:"restore,omitempty"` // as ossclient.Object has it
}

func seen(o ossclient.Object) *Seen {
	return &Seen{Storage: o.Storage, Type: o.Type, Modified: o.LastModified, Restore: o.Restore}
}

// Frozen reports whether an object can neither be read nor copied before somebody restores it (OSS-070).
func Frozen(o ossclient.Object) bool { return seen(o).frozen() }

func (s *Seen) frozen() bool {
	return slices.Contains([]string{"Archive", "ColdArchive", "DeepColdArchive"}, s.StorageClass) && !strings.Contains(s.Restore, `ongoing-request="false"`)
}

// New reports whether the object was never read: it has just been imported.
func (m Memory) New() bool { return m.ContentTypeFrom == "" }

// storage is the object's, as far as it is known.
func (s State) storage() ossclient.Storage {
	if s.Seen != nil {
		return s.Seen.Storage
	}
	return s.Storage
}

// owes reports whether a body that is stored has to be uploaded once more so that OSS calls back for it: its callback failed,
// or it is another body than was last asked for and written, and so of an upload that never came into the state: the run
// was killed, or all answers were lost.
func (s State) owes(want Spec, digest, stored string) bool {
	switch {
	case !want.Callback.Wanted:
		return false
	case s.CallbackOwed:
		return true
	}
	return !want.Callback.Optional && s.Body != "" && digest != "" && s.Body != digest && stored == digest
}

// hidden reports whether the stored body is a secret one of ours, of which no digest may be seen.
func (s State) hidden() bool { return s.Secret != nil && s.CRC64 == "" }

// refreshed is the state after a HEAD. Where an answer shows less than was stored, what was known stays.
func (s State) refreshed(o ossclient.Object) State {
	s.Headers, s.Metadata = o.HeadersOver(s.Headers), o.Metadata
	s.Storage = s.storageOver(o.Storage)
	s.Seen = seen(o)
	s.Size, s.VersionID = o.Size, o.VersionID
	switch {
	case s.Secret != nil && (o.CRC64 == "" || s.Secret.Fits(o.CRC64)):
		s.CRC64, s.ETag = "", ""
		return s
	case o.CRC64 != "":
		s.CRC64 = o.CRC64
	case s.ETag != o.ETag:
		s.CRC64 = "" // another body, of which nothing is known
	}
	s.ETag = o.ETag
	return s
}

// storageOver is the storage as far as somebody asked for it. All of it is taken over from an object that was never read,
// unless it is left open.
func (s State) storageOver(shown ossclient.Storage) ossclient.Storage {
	have := s.Storage
	values := have.All()
	for header, value := range shown.All() {
		known := values[header]
		asked := s.New() && !s.Open || *known != "" || slices.Contains(s.Managed, StorageNames[header])
		if asked && !ossclient.SameKey(*known, *value) { // a key that was named by its ARN stays so (OSS-213)
			*known = *value
		}
	}
	return have
}
