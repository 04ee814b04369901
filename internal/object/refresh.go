package object

import (
	"context"
	"slices"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Refresh looks at what is stored: by HEAD, and by a request more for what HEAD does not show, once for an object that
// was never read and is not left open, and from then on where the state has it, managed or not: otherwise a value that was
// right once would hide a change when it becomes managed. An object that was never read and may not be asked leaves it
// open.
func Refresh(ctx context.Context, client *ossclient.Client, bucket, key string, have State) (State, error) {
	shown, err := client.HeadObject(ctx, bucket, key)
	if err != nil {
		return have, err
	}
	now := have.refreshed(shown)
	first := have.New() && !have.Open
	may := func(err error) bool { return first && ossclient.HasCode(err, "AccessDenied") }
	if first || slices.Contains(have.Managed, ACL) || have.ACL != "" {
		acl, err := client.ObjectACL(ctx, bucket, key)
		if err != nil && !may(err) {
			return have, err
		}
		now.ACL = acl
	}
	switch {
	case !first && !slices.Contains(have.Managed, Tags) && have.Tags == nil:
	case shown.TagCount == 0:
		if have.Tags != nil {
			now.Tags = map[string]string{}
		}
	default:
		tags, err := client.ObjectTags(ctx, bucket, key)
		switch {
		case err == nil:
			now.Tags = tags
		case !may(err):
			return have, err
		}
	}
	if have.New() {
		now.ContentTypeFrom, now.DecidedType = FromImport, shown.ContentType
	}
	return now, nil
}

// FromImport is where the content type of an object comes from that somebody else wrote.
const FromImport = "import"

// Disclose asks for what becomes managed of an object that is left open, so that nothing is written where it is right
// already. What somebody may not see stays open. It costs a request each.
func Disclose(ctx context.Context, client *ossclient.Client, want Spec, have State) (State, error) {
	if !have.Open {
		return have, nil
	}
	denied := func(err error) bool { return ossclient.HasCode(err, "AccessDenied") }
	if want.Manages(ACL) && have.ACL == "" {
		acl, err := client.ObjectACL(ctx, want.Bucket, want.Key)
		if err != nil && !denied(err) {
			return have, err
		}
		have.ACL = acl
	}
	if want.Manages(Tags) && have.Tags == nil {
		tags, err := client.ObjectTags(ctx, want.Bucket, want.Key)
		if err != nil && !denied(err) {
			return have, err
		}
		have.Tags = tags
	}
	return have, nil
}
