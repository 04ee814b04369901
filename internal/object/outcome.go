package object

import (
	"errors"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// What a Writer finds in the way. Nothing was written then.
var (
	ErrExists  = errors.New("there is an object already")
	ErrChanged = errors.New("somebody replaced, changed or deleted it since the plan")
	ErrMissing = errors.New("there is no such object")
)

// CallError is a call of OSS that failed.
type CallError struct {
	Doing string // what was to be done, such as `write "a.txt" in bucket "b"`
	Why   string // sentences on why it was to be done, or what stands in its way; "" when that is plain
	Err   error
}

// Error says what failed, and why.
func (e *CallError) Error() string { return "could not " + e.Doing + ": " + e.Err.Error() }

// Unwrap gives the error of the call.
func (e *CallError) Unwrap() error { return e.Err }

// Outcome is what became of a change.
type Outcome struct {
	// State is what is stored now. Beside an error it counts only when Stored is true.
	State  State
	Stored bool
	// Uploaded says that a body was sent, Adopted that the answer was lost and a look found the object as it was sent.
	Uploaded, Adopted bool
	// Found says that a creation met an object that is what was to be created, and took it as it is.
	Found bool
	// Damaged says, beside an error, that the body is stored as other bytes than were sent. State has what is stored, so that
	// it differs from what is wanted.
	Damaged bool
	// CallbackFailure is why the callback failed; it is an error as well, unless the callback is optional.
	CallbackFailure *ossclient.CallbackError
	Uploads
	// OtherETag is the ETag of the answer where it is not the one that was foreseen, and that State still has.
	OtherETag string
}

// Uploads are the unfinished uploads by parts that a write met or may have left.
type Uploads struct {
	// Leftovers are of the same key, and others began them.
	Leftovers []ossclient.Upload
	// Strays are most likely of this write itself, and StraysUnknown is why they could not be listed.
	Strays        []ossclient.Upload
	StraysUnknown error
}
