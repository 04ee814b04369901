package object

// Change is what has to be done to an object, and what of it will be known. It is decided once, by Compare, and carried
// out as it is; its JSON form takes it from a plan to its apply.
type Change struct {
	Create bool `json:"create,omitempty"`
	// Write says that the body is written, or may be as long as it is not known whether it has to.
	Write bool `json:"write,omitempty"`
	// Digest and Size are those of the body that is wanted, whether it is written or not; "" when it may not be seen, is
	// not known or not managed.
	Digest string `json:"digest,omitempty"`
	Size   int64  `json:"size,omitempty"`
	// Reset says that headers, metadata, class or encryption change. They travel with a body that is written; without
	// one the object is copied onto itself.
	Reset bool `json:"reset,omitempty"`
	// Converts says that OSS has to rewrite the bytes to keep them in another class or encryption.
	Converts bool `json:"converts,omitempty"`
	// SetACL and SetTags say that these change. They travel with what is written, else each is a call of its own.
	SetACL  bool `json:"set_acl,omitempty"`
	SetTags bool `json:"set_tags,omitempty"`
	// Managed says that the body is managed after the change, Released that it was and is no longer, and Uncovered that it
	// was a secret and may be seen from now on.
	Managed   bool `json:"managed,omitempty"`
	Released  bool `json:"released,omitempty"`
	Uncovered bool `json:"uncovered,omitempty"`
	// AnyBody says that the stored body may be anybody's.
	AnyBody bool `json:"any_body,omitempty"`
	// Repeated says that the body is written only because the callback of its last upload is owed.
	Repeated bool `json:"repeated,omitempty"`

	// What will be known of the object.
	ETag             Fate `json:"etag"`
	CRC64            Fate `json:"crc64"`
	BodySize         Fate `json:"body_size"`
	VersionID        Fate `json:"version_id"`
	CallbackResponse Fate `json:"callback_response"`
}

// Fate is what becomes of a value that OSS gives.
type Fate int

// The fates.
const (
	Kept    Fate = iota // it stays
	Known               // it is that of the body that is wanted
	Null                // there is none, or it must not be seen
	Unknown             // OSS will say
)

// Copies reports whether the object is copied onto itself, or may be.
func (c Change) Copies() bool { return c.Reset && !c.Write && !c.Create }

// TakesOver reports whether an object that exists is taken over, and its body left alone.
func (c Change) TakesOver() bool { return c.Create && !c.Write }

// Writes reports whether anything is written, or may be as long as it is not known.
func (c Change) Writes() bool { return c.Create || c.Write || c.Reset || c.SetACL || c.SetTags }
