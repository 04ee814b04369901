package object

import (
	"maps"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Compare decides what has to be done so that an object of a state is as it is wanted; no state is an object that has to
// be created. What is not known yet is taken to differ.
func Compare(want Spec, have *State) Change {
	if have == nil {
		return create(want)
	}
	settings := want.Over(have.settings())
	c := Change{
		Managed:   want.Body.Kind != NoBody,
		Released:  want.Body.Kind == NoBody && have.BodyManaged,
		Uncovered: want.Body.Kind == NoBody && have.Secret != nil,
		AnyBody:   want.Body.Kind == IgnoredBody || want.Body.IgnoreDrift,
		Converts:  have.storage().Converts(settings.Storage) && !want.storageUnknown(),
	}
	c.Reset = want.HeadersUnknown || want.storageUnknown() || c.Converts ||
		want.Headers != have.Headers || !maps.Equal(want.Metadata, have.Metadata)
	if want.Body.Kind == KnownBody {
		c.Digest, c.Size = want.Body.Digest, want.Body.Size
	}
	c.Write = want.Body.differs(*have)
	if c.Managed && !c.Write && have.owes(want, want.Body.Digest, have.CRC64) {
		c.Write, c.Repeated = true, true
	}
	c.SetACL = want.Manages(ACL) && (want.unknown(ACL) || want.ACL != have.ACL)
	c.SetTags = want.Manages(Tags) && (want.unknown(Tags) || have.Tags == nil || !maps.Equal(want.Tags, have.Tags))
	c.foresee(want, *have)
	return c
}

// create is the change that makes an object. Without a body there is only one to take over.
func create(want Spec) Change {
	c := Change{Create: true, Managed: want.Body.Kind != NoBody, Write: want.Body.Kind != NoBody, Reset: true}
	c.ETag, c.CRC64, c.BodySize, c.VersionID, c.CallbackResponse = Unknown, Unknown, Unknown, Unknown, Null
	if want.Callback.Wanted {
		c.CallbackResponse = Unknown
	}
	c.foreseeBody(want)
	return c
}

// settings are those of the state, with the storage as it is really.
func (s State) settings() ossclient.Settings {
	have := s.Settings
	have.Storage = s.storage()
	return have
}

// differs reports whether the body has to be written, as far as that is known. One that must not be seen is written when
// its version changes, when it takes the place of another kind of body, and when a digest in the state says that the
// stored one is somebody else's.
func (b Body) differs(have State) bool {
	switch b.Kind {
	case NoBody, IgnoredBody:
		return false
	case UnknownBody:
		return true
	case SecretBody:
		return have.Secret == nil || b.Changed || have.CRC64 != "" && !b.IgnoreDrift
	}
	switch {
	case b.Digest == have.CRC64:
		return false
	case !b.IgnoreDrift || have.Secret != nil:
		return true
	case have.Body != "":
		return b.Digest != have.Body
	}
	return b.Changed
}

// foresee says what will be known of the object after the change. What will not be written keeps its value.
func (c *Change) foresee(want Spec, have State) {
	switch {
	case !c.Write:
	case want.Callback.Wanted, want.Body.Kind == UnknownBody && have.CallbackResponse != "":
		c.CallbackResponse = Unknown // of a body that is not known it is not certain that it is written
	default:
		c.CallbackResponse = Null
	}
	if c.Write || c.Reset {
		// Also where no version was ever seen: the same run may enable versioning before it comes to the object, and
		// what names this version, to be read after the write, would be read before it.
		c.VersionID = Unknown
	}
	switch {
	case c.Write:
		c.ETag, c.CRC64, c.BodySize = Unknown, Unknown, Unknown
		c.foreseeBody(want)
	case c.Uncovered:
		c.ETag, c.CRC64 = Unknown, Unknown
	case c.Reset && !have.hidden() && !c.keepsETag(want, have):
		c.ETag = Unknown
	}
}

// foreseeBody says what will be known of a body that is written.
func (c *Change) foreseeBody(want Spec) {
	switch want.Body.Kind {
	case SecretBody:
		c.ETag, c.CRC64 = Null, Null
	case KnownBody:
		c.Digest, c.Size = want.Body.Digest, want.Body.Size
		c.CRC64, c.BodySize = Known, Known
	}
}

// keepsETag reports whether a copy onto itself leaves the ETag as it is, which is so for an object that was put in one
// piece and is stored as before (OSS-064).
func (c *Change) keepsETag(want Spec, have State) bool {
	return have.Seen != nil && have.Seen.Type == "Normal" && have.ETag != "" && !c.Converts && !want.storageUnknown()
}
