package object

import (
	"context"
	"maps"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// takeEqual takes an object that a creation met: it has to be what is wanted, as a run that was killed after its upload
// leaves it. Anything else is ErrExists. An upload whose callback is owed is sent once more, over itself, since nobody
// knows whether OSS called back; where that fails, the callback stays owed.
func (o *operation) takeEqual(ctx context.Context, there ossclient.Object, content Content) error {
	equal, err := o.equal(ctx, there, content)
	if err != nil {
		return err
	}
	if !equal {
		return ErrExists
	}
	o.memory().Seen = seen(there)
	if err := o.keep(there, content); err != nil {
		return err
	}
	o.out.State.CallbackResponse, o.out.State.Written, o.out.Found = "", there.LastModified, true
	if !o.owesCallback(content) {
		return nil
	}
	found := o.out
	o.have.CallbackOwed = true
	write, err := o.carrying(ctx, there)
	if err == nil {
		_, err = o.store(ctx, write, content, &there)
	}
	if err != nil && o.out.CallbackFailure == nil && !o.out.Damaged {
		o.out = found
		o.memory().CallbackOwed = true
		return nil
	}
	o.memory().Seen = &Seen{Storage: write.Storage, Modified: o.out.State.Written}
	return err
}

// equal reports whether an object is what is wanted, byte for byte and header for header, with all that is managed. What
// HEAD does not show costs a request each, where it is managed.
func (o *operation) equal(ctx context.Context, there ossclient.Object, content Content) (bool, error) {
	if there.Type == "Symlink" || there.CRC64 != content.Digest() || there.Size != content.Size || !there.SameMetadata(o.want.Headers, o.want.Metadata) {
		return false, nil
	}
	shown := there.Storage
	wanted := o.want.Over(ossclient.Settings{Storage: there.Storage}).Storage
	values := wanted.All()
	for header, value := range shown.All() {
		if !ossclient.SameKey(*values[header], *value) {
			return false, nil
		}
	}
	if o.want.Manages(ACL) {
		acl, err := o.Client.ObjectACL(ctx, o.want.Bucket, o.want.Key)
		if err != nil {
			return false, o.unseen("read the ACL of", err)
		}
		if acl != o.want.ACL {
			return false, nil
		}
	}
	if !o.want.Manages(Tags) || there.TagCount == 0 {
		return !o.want.Manages(Tags) || len(o.want.Tags) == 0, nil
	}
	tags, err := o.Client.ObjectTags(ctx, o.want.Bucket, o.want.Key)
	return maps.Equal(tags, o.want.Tags), o.unseen("read the tags of", err)
}

// unseen is ErrExists for what somebody may not see, and else the failed call.
func (o *operation) unseen(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case ossclient.HasCode(err, "AccessDenied"):
		return ErrExists
	}
	return o.failed(doing, err)
}
