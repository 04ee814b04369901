package object

import (
	"fmt"
	"slices"
	"strings"
)

// Notice is what has to be said about a change before it is made.
type Notice struct {
	About  Subject
	Refuse bool // the change cannot be made
	Title  string
	Text   string
}

// Subject is what a notice is about.
type Subject int

// The subjects of notices.
const (
	AboutObject Subject = iota
	AboutBody
	AboutCallback
	AboutClass
	AboutSource
	AboutACL
)

// Notices say what a change costs, what it gives up and what does not come with it, and refuse one that OSS cannot make.
// The state of an object that does not exist is the zero State.
func (c Change) Notices(want Spec, have State) []Notice {
	var notices []Notice
	add := func(about Subject, title, text string, args ...any) {
		notices = append(notices, Notice{About: about, Title: title, Text: fmt.Sprintf(text, args...)})
	}
	id := want.Bucket + "/" + want.Key
	if c.Released {
		add(AboutBody, "Body No Longer Managed", "The configuration of %q no longer has a body. The stored body stays as it is, changes of it by others will not be shown, "+
			"and destroying this resource will leave the object in the bucket unless deletion_policy says otherwise.", id)
	}
	if slices.Contains(have.Managed, ACL) && !want.Manages(ACL) && strings.HasPrefix(have.ACL, "public-") {
		add(AboutACL, "Public Object No Longer Managed", "The configuration of %q no longer has an acl. The object keeps the one that it has, %s, and plans do not show that. "+
			"To take it back, apply acl = \"default\" or \"private\" before the argument goes.", id, have.ACL)
	}
	switch {
	case !want.Callback.Wanted:
	case c.Repeated:
		reason := "the callback of its last upload failed"
		if !have.CallbackOwed {
			reason = "this resource has not uploaded it, or a run ended before it could note that, so that nobody knows whether OSS called back for it"
		}
		add(AboutCallback, "Upload Repeated for Its Callback", "The body of %q is stored as it should be, but %s. The same body is uploaded again, so that OSS calls back. "+
			"To leave it at that instead, remove the callback block.", id, reason)
	case c.Write:
	case want.Callback.Changed:
		add(AboutCallback, "New Callback Waits for an Upload", "The callback of %q changes, and its body does not. No request is made for that; the new callback is sent with the next upload of the body.", id)
	}
	if c.Copies() && have.Seen != nil && have.Seen.Type == "Symlink" {
		add(AboutObject, "OSS Object Is a Symbolic Link", "%q is a symbolic link. OSS changes headers and metadata by a copy of the object onto itself, "+
			"and of a link it copies the link only. Manage the object that the link points to, or give this one a body of its own.", id)
		notices[len(notices)-1].Refuse = true
	}
	if refusal, frozen := c.frozen(want, have); frozen {
		notices = append(notices, refusal)
	}
	if c.Converts || c.Write && !c.Repeated {
		notices = append(notices, have.FeeNotice(id, "replaced or converted")...)
	}
	return notices
}

// frozen refuses a copy of what has to be restored first: of the object onto itself, or of its source.
func (c Change) frozen(want Spec, have State) (Notice, bool) {
	refuse := func(about Subject, title, text string, args ...any) (Notice, bool) {
		return Notice{About: about, Refuse: true, Title: title, Text: fmt.Sprintf(text, args...)}, true
	}
	switch {
	case c.Write && want.Body.Frozen:
		return refuse(AboutSource, "Copy Source Is Archived", "The source of %s/%s has an archive class and is not restored, so that OSS copies nothing from it. Restore it first (RestoreObject, ossutil restore), "+
			"and plan again when that is done.", want.Bucket, want.Key)
	case !c.Copies() || have.Seen == nil || !have.Seen.frozen():
		return Notice{}, false
	}
	what := "Its headers and metadata change"
	if c.Converts {
		what = "Its storage class or encryption changes"
	}
	fix := "Restore it first (RestoreObject, ossutil restore), and plan again when that is done"
	if have.Seen.Restore != "" {
		fix = "A restore of it is under way: plan again when that is done"
	}
	return refuse(AboutObject, "OSS Object Is Archived", "%s/%s has the storage class %s and is not restored. %s by a copy of the object onto itself, which OSS refuses for it. %s. "+
		"ACL, tags and a new body need no restore.", want.Bucket, want.Key, have.Seen.StorageClass, what, fix)
}

// minimumDays are the days for which OSS charges at least, by storage class.
var minimumDays = map[string]int{"IA": 30, "Archive": 60, "ColdArchive": 180, "DeepColdArchive": 180}

// FeeNotice warns of the fee for an object that goes before the minimum duration of its class, if its class has one.
func (s State) FeeNotice(id, what string) []Notice {
	class := s.storage().StorageClass
	days := minimumDays[class]
	if days == 0 {
		return nil
	}
	return []Notice{{About: AboutClass, Title: "Possible Early Deletion Fee", Text: fmt.Sprintf(
		"%q has the storage class %s, for which OSS charges at least %d days. If it is %s before that, the rest is charged at once.", id, class, days, what)}}
}
