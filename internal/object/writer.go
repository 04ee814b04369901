package object

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Writer carries changes out. It may be used for any number of objects at once.
type Writer struct {
	Client *ossclient.Client
	// Unguarded leaves out the looks before a body is written, for objects that a refresh of the same run has shown, or has
	// shown to be absent, and of which everything is managed: then there is nothing to carry over.
	Unguarded bool
}

// Apply carries out the change of an object of a state, nil for one that has to be created. The error is one of ErrExists,
// ErrChanged and ErrMissing, a *CallError, the *ossclient.Error of an upload that OSS refused, a *ossclient.CallbackError
// when the object is stored and its callback failed, or what Open returned.
func (w Writer) Apply(ctx context.Context, want Spec, have *State, change Change) (Outcome, error) {
	o := operation{Writer: w, want: want, change: change}
	if have != nil {
		o.have = *have
	}
	o.out.State = o.have
	o.out.State.Headers, o.out.State.Metadata = want.Headers, want.Metadata
	o.out.State.Settings = want.Over(o.have.Settings)
	o.memory().Managed = want.Managed
	var err error
	switch {
	case change.TakesOver():
		err = o.takeOver(ctx)
	case change.Create:
		err = o.create(ctx)
	case change.Write:
		err = o.replaceBody(ctx)
	default:
		err = o.leaveBody(ctx)
	}
	o.out.Stored = err == nil || o.out.CallbackFailure != nil || o.out.Damaged
	return o.out, err
}

// operation is one change on its way.
type operation struct {
	Writer
	want   Spec
	have   State
	change Change
	out    Outcome
}

func (o *operation) memory() *Memory { return &o.out.State.Memory }

func (o *operation) failed(doing string, err error) error {
	failed := &CallError{Doing: fmt.Sprintf("%s %q in bucket %q", doing, o.want.Key, o.want.Bucket), Err: err}
	if seen := o.memory().Seen; seen != nil && (seen.Type == "Symlink" || seen.Type == "Appendable") {
		failed.Why = fmt.Sprintf("The object is of the type %s, and OSS refuses some changes of such objects. "+
			"To have an ordinary one in its place, replace it: terraform apply -replace=ADDRESS.", seen.Type)
	}
	return failed
}

// asked is a call that failed and that was made only to carry something over a write. What somebody has deleted meanwhile is
// not a call that was denied.
func (o *operation) asked(what, argument string, err error) error {
	if ossclient.IsNotFound(err) {
		return ErrChanged
	}
	return &CallError{
		Doing: fmt.Sprintf("read the %s of %q in bucket %q", what, o.want.Key, o.want.Bucket),
		Why: fmt.Sprintf("Every write resets the %s of an object. This configuration does not set %s, so what is there has to be read and sent again. "+
			"Nothing was written. Allow the call, or set %s: then it is not needed.", what, argument, argument),
		Err: err,
	}
}

func (o *operation) head(ctx context.Context) (ossclient.Object, error) {
	return o.Client.HeadObject(ctx, o.want.Bucket, o.want.Key)
}

// write is the object as it is to be, without its body.
func (o *operation) write(have ossclient.Settings) ossclient.Write {
	return ossclient.Write{
		Bucket: o.want.Bucket, Key: o.want.Key, Headers: o.want.Headers, Metadata: o.want.Metadata, Settings: o.want.Over(have),
		Leftovers: func(uploads []ossclient.Upload) { o.out.Leftovers = append(o.out.Leftovers, uploads...) },
		Strays: func(uploads []ossclient.Upload, err error) {
			o.out.Strays, o.out.StraysUnknown = append(o.out.Strays, uploads...), errors.Join(o.out.StraysUnknown, err)
		},
	}
}

func (o *operation) create(ctx context.Context) error {
	content, err := o.want.Body.Open(ctx)
	if err != nil {
		return err
	}
	write := o.write(ossclient.Settings{})
	if !o.want.Overwrite {
		there, err := o.forbidOverwrite(ctx)
		if err != nil {
			return err
		}
		if there != nil {
			return o.takeEqual(ctx, *there, content)
		}
		write.ForbidOverwrite = true
	}
	_, err = o.store(ctx, write, content, nil)
	if errors.Is(err, ErrExists) {
		there, headErr := o.head(ctx) // one look more, at what a killed run may have left
		if headErr != nil {
			return err
		}
		return o.takeEqual(ctx, there, content)
	}
	o.memory().Seen = nil // the bucket may have defaults for what was not sent
	return err
}

// forbidOverwrite makes sure that the write replaces nothing. OSS does that by a header, but not in a versioned bucket:
// there, and where nobody may ask whether it is one, look first. It gives the object that is there.
func (o *operation) forbidOverwrite(ctx context.Context) (*ossclient.Object, error) {
	if o.Unguarded {
		return nil, nil
	}
	versioning, err := o.Client.BucketVersioning(ctx, o.want.Bucket)
	if err != nil {
		return nil, &CallError{Doing: fmt.Sprintf("look at bucket %q before writing", o.want.Bucket), Err: err}
	}
	if versioning == ossclient.Unversioned {
		return nil, nil
	}
	there, err := o.head(ctx)
	switch {
	case err == nil:
		return &there, nil
	case ossclient.IsNotFound(err):
		return nil, nil
	}
	return nil, o.failed("look for", err)
}

// takeOver gives an existing object what is wanted of it and leaves its body alone. What that takes shows when it is seen:
// the plan foresaw anything.
func (o *operation) takeOver(ctx context.Context) error {
	shown, err := o.head(ctx)
	switch {
	case ossclient.IsNotFound(err):
		return ErrMissing
	case err != nil:
		return o.failed("look at", err)
	}
	o.have = State{}.refreshed(shown)
	if shown.TagCount == 0 {
		o.have.Tags = map[string]string{}
	}
	o.change = Compare(o.want, &o.have)
	o.change.ETag = Unknown
	state := &o.out.State
	state.ETag, state.CRC64, state.Size, state.VersionID = shown.ETag, shown.CRC64, shown.Size, shown.VersionID
	state.Seen, state.Written = o.have.Seen, shown.LastModified
	return o.rest(ctx, shown.ETag, shown.Size)
}

// leaveBody changes what there is besides the body.
func (o *operation) leaveBody(ctx context.Context) error {
	memory := o.memory()
	memory.CallbackOwed = false // there is no callback any more
	if o.change.Uncovered {
		// One HEAD shows what is there, which may be seen from now on.
		shown, err := o.head(ctx)
		if err != nil {
			return o.failed("look at", err)
		}
		if o.change.Reset && !o.untouched(shown) {
			return ErrChanged
		}
		memory.Seen = seen(shown)
		o.out.State.CRC64, o.out.State.ETag = shown.CRC64, shown.ETag
	}
	if !o.change.Managed || o.change.Digest != "" {
		memory.Secret, memory.Body = nil, o.change.Digest
	}
	etag, size := o.out.State.ETag, o.have.Size
	if o.change.Reset && (memory.Seen == nil || etag == "") {
		// One HEAD more: nothing was seen since the creation (-refresh=false), or the ETag of a body that must not be seen
		// is not in the state.
		shown, err := o.look(ctx)
		if err != nil {
			return err
		}
		etag, size, memory.Seen = shown.ETag, shown.Size, seen(shown)
	}
	return o.rest(ctx, etag, size)
}

// rest makes the change of an object whose body stays: a copy onto itself, or the calls that need none.
func (o *operation) rest(ctx context.Context, etag string, size int64) error {
	if o.change.Reset {
		return o.copyOntoItself(ctx, etag, size)
	}
	return o.setACLAndTags(ctx)
}

// look is the HEAD before a write: it guards against a body that somebody replaced since the plan, and against metadata
// that somebody changed. A body that may be anybody's only has to be there, and brings metadata of its own.
func (o *operation) look(ctx context.Context) (ossclient.Object, error) {
	shown, err := o.head(ctx)
	switch {
	case ossclient.IsNotFound(err):
		return shown, ErrChanged
	case err != nil:
		return shown, o.failed("look at", err)
	}
	same := shown.ETag == o.have.ETag
	if o.have.hidden() {
		same = o.have.Secret.Fits(shown.CRC64)
	}
	if same && !o.untouched(shown) || !same && (o.change.Write || !o.change.AnyBody) {
		return shown, ErrChanged
	}
	return shown, nil
}

// untouched reports whether an object has the headers, the metadata and the managed settings that the plan saw, as far as
// HEAD shows them.
func (o *operation) untouched(shown ossclient.Object) bool {
	known := o.have.Storage
	values := known.All()
	for header, value := range shown.Storage.All() {
		if slices.Contains(o.have.Managed, StorageNames[header]) && !ossclient.SameKey(*values[header], *value) {
			return false
		}
	}
	return shown.SameMetadata(o.have.Headers, o.have.Metadata)
}

// copyOntoItself gives the object the headers, metadata and settings that are wanted.
func (o *operation) copyOntoItself(ctx context.Context, etag string, size int64) error {
	written, write, err := o.copyOnce(ctx, etag, size)
	if ossclient.HasCode(err, "PreconditionFailed") {
		// One look more, which distinguishes a body that may be anybody's, or a time that moved and nothing else, from a change that
		// must not be lost.
		var shown ossclient.Object
		if shown, err = o.look(ctx); err != nil {
			return err
		}
		o.memory().Seen = seen(shown)
		written, write, err = o.copyOnce(ctx, shown.ETag, shown.Size)
	}
	var carried *CallError
	switch {
	case errors.As(err, &carried):
		return err
	case ossclient.HasCode(err, "PreconditionFailed"), ossclient.HasCode(err, "NoSuchKey"):
		return ErrChanged
	case err != nil:
		doing := "change the headers and metadata of"
		if o.change.Converts {
			doing = "change the storage class or encryption of"
		}
		return o.failed(doing, err)
	}
	o.copied(written, write.Storage)
	return nil
}

// copyOnce copies the object onto itself, unless it has another ETag by now.
func (o *operation) copyOnce(ctx context.Context, etag string, size int64) (ossclient.Written, ossclient.Write, error) {
	have := o.memory().Seen
	write := o.write(ossclient.Settings{Storage: have.Storage})
	err := o.carryACL(ctx, &write)
	if err == nil && have.Converts(write.Storage) && write.Tags == nil {
		err = o.carryTags(ctx, &write) // a conversion of a large object goes by parts, which keep no tags by themselves
	}
	if err != nil {
		return ossclient.Written{}, write, err
	}
	write.Body.Size = size // what a look after a lost answer would find
	write.Body.CRC64, _ = strconv.ParseUint(o.out.State.CRC64, 10, 64)
	source := ossclient.CopySource{Bucket: write.Bucket, Key: write.Key, ETag: etag, UnmodifiedSince: have.Modified, Size: size, Storage: have.Storage}
	written, err := o.Client.CopyObject(ctx, source, write)
	return written, write, err
}

// copied takes over what the answer to a copy onto itself says.
func (o *operation) copied(written ossclient.Written, storage ossclient.Storage) {
	state := &o.out.State
	state.VersionID, state.Written = written.VersionID, written.At
	kind := state.Seen.Type
	if kind != "Normal" {
		kind = "" // a copy of another type may come out as any (OSS-065)
	}
	state.Seen = &Seen{Storage: storage, Type: kind, Modified: written.At}
	switch {
	case state.hidden():
	case o.change.ETag == Unknown:
		state.ETag = written.ETag
	case written.ETag != state.ETag:
		o.out.OtherETag = written.ETag
	}
}

// setACLAndTags makes the calls for what changed besides the object itself; neither makes a new version.
func (o *operation) setACLAndTags(ctx context.Context) error {
	set := func(what string, err error) error {
		switch {
		case ossclient.IsNotFound(err):
			return ErrChanged
		case err != nil:
			return o.failed(what, err)
		}
		return nil
	}
	if o.change.SetACL {
		if err := set("set the ACL of", o.Client.PutObjectACL(ctx, o.want.Bucket, o.want.Key, o.want.ACL)); err != nil {
			return err
		}
	}
	if o.change.SetTags {
		return set("set the tags of", o.Client.PutObjectTags(ctx, o.want.Bucket, o.want.Key, o.want.Tags))
	}
	return nil
}

// carryACL asks for an ACL that is not managed: every write resets it, and HEAD does not show it.
func (o *operation) carryACL(ctx context.Context, write *ossclient.Write) error {
	if o.want.Manages(ACL) {
		return nil
	}
	acl, err := o.Client.ObjectACL(ctx, write.Bucket, write.Key)
	if err != nil {
		return o.asked("ACL", "acl", err)
	}
	if acl != "default" {
		write.ACL = acl
	}
	return nil
}

// carryTags asks for tags that are not managed: an upload resets them, and HEAD only counts them.
func (o *operation) carryTags(ctx context.Context, write *ossclient.Write) error {
	if o.want.Manages(Tags) {
		return nil
	}
	tags, err := o.Client.ObjectTags(ctx, write.Bucket, write.Key)
	if err != nil {
		return o.asked("tags", "tags", err)
	}
	write.Tags = tags
	return nil
}
