package object

import (
	"context"
	"errors"
	"fmt"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// replaceBody writes a new body. OSS takes no condition on a PUT, so a HEAD guards it; what is left of that window is the
// time between the two requests.
func (o *operation) replaceBody(ctx context.Context) error {
	if o.Unguarded {
		write := o.write(ossclient.Settings{})
		content, err := o.want.Body.Open(ctx)
		if err != nil {
			return err
		}
		_, err = o.store(ctx, write, content, nil)
		o.memory().Seen = &Seen{Storage: write.Storage, Modified: o.out.State.Written}
		return err
	}
	shown, err := o.look(ctx)
	if err != nil {
		return err
	}
	o.memory().Seen = seen(shown)
	write, err := o.carrying(ctx, shown)
	if err != nil {
		return err
	}
	content, err := o.want.Body.Open(ctx)
	if err != nil {
		return err
	}
	wrote, err := o.store(ctx, write, content, &shown)
	if wrote {
		o.memory().Seen = &Seen{Storage: write.Storage, Modified: o.out.State.Written}
	}
	if wrote || err != nil {
		return err
	}
	// The digest that the plan could not know is the stored one: no body moves.
	return o.rest(ctx, shown.ETag, shown.Size)
}

// carrying is the object as it is to be, with what an upload would reset of the one that is there.
func (o *operation) carrying(ctx context.Context, shown ossclient.Object) (ossclient.Write, error) {
	write := o.write(ossclient.Settings{Storage: shown.Storage})
	err := o.carryACL(ctx, &write)
	if err == nil && shown.TagCount > 0 {
		err = o.carryTags(ctx, &write)
	}
	return write, err
}

// store writes a body with everything that belongs to it: an upload, or a copy of another object. shown is what is stored
// already, or nil; the same body is not written again. It reports whether the object is written.
func (o *operation) store(ctx context.Context, write ossclient.Write, content Content, shown *ossclient.Object) (bool, error) {
	digest := content.Digest()
	same := shown != nil && shown.CRC64 == digest
	if shown != nil && !o.have.owes(o.want, digest, shown.CRC64) && (same || o.want.Body.IgnoreDrift && o.want.Body.Kind != SecretBody && o.have.Body == digest) {
		return false, o.keep(*shown, content)
	}
	write.Body = content.Body
	write.Again = same && content.Copy == nil
	written, err := o.send(ctx, write, content)
	failed := (*ossclient.CallbackError)(nil)
	switch {
	case errors.As(err, &failed):
	case errors.Is(err, ossclient.ErrDamaged) && written.CRC64 != "":
		return true, o.damaged(written, content, err)
	case write.ForbidOverwrite && ossclient.HasCode(err, "FileAlreadyExists"):
		return false, ErrExists
	case err != nil:
		return false, o.failed("write", err)
	}
	if sealErr := o.wrote(written, content); sealErr != nil {
		return true, sealErr
	}
	o.out.CallbackFailure = failed
	o.memory().CallbackOwed = written.Adopted && o.owesCallback(content)
	if failed != nil && !o.want.Callback.Optional {
		o.memory().CallbackOwed = true
		return true, failed
	}
	return true, nil
}

// owesCallback reports whether OSS has to call back for a body at least once.
func (o *operation) owesCallback(content Content) bool {
	return content.Copy == nil && o.want.Callback.Header != "" && !o.want.Callback.Optional
}

// send uploads a body, or has OSS copy it. An upload whose answer was lost, and whose object a look then found, may not
// have been called back for: the service may have ended between the two. It is sent once more, over itself. Where that
// fails, what is returned is the first, as adopted.
func (o *operation) send(ctx context.Context, write ossclient.Write, content Content) (ossclient.Written, error) {
	if content.Copy != nil {
		if write.Tags == nil {
			write.Tags = map[string]string{} // those of the source are not ours
		}
		return o.Client.CopyObject(ctx, *content.Copy, write)
	}
	write.Callback, write.CallbackVar = o.want.Callback.Header, o.want.Callback.Var
	adopted, err := o.Client.PutObject(ctx, write)
	if err != nil || !adopted.Adopted || !o.owesCallback(content) {
		return adopted, err
	}
	write.Again, write.ForbidOverwrite = true, false
	written, err := o.Client.PutObject(ctx, write)
	failed := (*ossclient.CallbackError)(nil)
	if err == nil || errors.As(err, &failed) || errors.Is(err, ossclient.ErrDamaged) && written.CRC64 != "" {
		return written, err
	}
	return adopted, nil
}

// keep takes over that the body that is wanted is stored already, or that somebody else's may stay.
func (o *operation) keep(shown ossclient.Object, content Content) error {
	state := &o.out.State
	state.ETag, state.CRC64, state.Size, state.VersionID = shown.ETag, shown.CRC64, shown.Size, shown.VersionID
	if o.change.CallbackResponse == Null {
		state.CallbackResponse = ""
	}
	return o.settle(content)
}

// wrote takes over what the answer to a write says.
func (o *operation) wrote(written ossclient.Written, content Content) error {
	state := &o.out.State
	state.ETag, state.CRC64, state.Size, state.VersionID = written.ETag, content.Digest(), content.Size, written.VersionID
	state.Written = written.At
	state.CallbackResponse = ""
	if o.want.Callback.Wanted {
		state.CallbackResponse = string(written.CallbackResponse)
	}
	o.out.Uploaded, o.out.Adopted = content.Copy == nil, written.Adopted
	return o.settle(content)
}

// damaged takes over that other bytes are stored than were sent.
func (o *operation) damaged(written ossclient.Written, content Content, err error) error {
	err = errors.Join(o.failed("write", err), o.wrote(written, content))
	o.out.Damaged = true
	o.memory().Body = ""
	if o.want.Body.Kind != SecretBody {
		o.out.State.CRC64 = written.CRC64
	}
	return err
}

// settle remembers the body that was asked for; of one that must not be seen only how to recognise it.
func (o *operation) settle(content Content) error {
	memory := o.memory()
	memory.CallbackOwed = false
	memory.Secret, memory.Body = nil, content.Digest()
	if o.want.Body.Kind != SecretBody {
		return nil
	}
	o.out.State.ETag, o.out.State.CRC64 = "", ""
	memory.Body = ""
	var err error
	if memory.Secret, err = NewSeal(content.Digest()); err != nil {
		return fmt.Errorf("the digest of the body could not be sealed: %w", err)
	}
	return nil
}
