package object

import "fmt"

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
)

// Notices tell what a change of an object that exists costs, what it gives up and what does not come with it, and refuse
// one that OSS cannot make.
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
	switch {
	case !want.Callback.Wanted:
	case c.Repeated:
		add(AboutCallback, "Upload Repeated for Its Callback", "The body of %q is stored as it should be, but the callback of its last upload failed. The same body is uploaded again, so that OSS calls back again. "+
			"To leave it at that instead, remove the callback block.", id)
	case c.Write:
	case want.Callback.Changed:
		add(AboutCallback, "No Callback for This Change", "The callback of %q changes, and its body does not. No request is made for that; the new callback is sent with the next upload of the body.", id)
	case c.Reset:
		add(AboutCallback, "No Callback for This Change", "The headers or metadata of %q change, and its body does not. OSS copies the object onto itself for that, and calls back for uploads only.", id)
	}
	if c.Copies() && have.Seen != nil && have.Seen.Type == "Symlink" {
		add(AboutObject, "OSS Object Is a Symbolic Link", "%q is a symbolic link. OSS changes headers and metadata by a copy of the object onto itself, "+
			"and of a link it copies the link only. Manage the object that the link points to, or give this one a body of its own.", id)
		notices[len(notices)-1].Refuse = true
	}
	if c.Converts || c.Write && !c.Repeated {
		notices = append(notices, have.FeeNotice(id, "replaced or converted")...)
	}
	return notices
}

// minimumDays are the days for which OSS charges at least, by storage class.
var minimumDays = map[string]int{"IA": 30, "Archive": 60, "ColdArchive": 180, "DeepColdArchive": 180}

// FeeNotice tells of the fee for an object that goes before the minimum duration of its class, if its class has one.
func (s State) FeeNotice(id, what string) []Notice {
	class := s.storage().StorageClass
	days := minimumDays[class]
	if days == 0 {
		return nil
	}
	return []Notice{{About: AboutClass, Title: "Possible Early Deletion Fee", Text: fmt.Sprintf(
		"%q has the storage class %s, for which OSS charges at least %d days. If it is %s before that, the rest is charged at once.", id, class, days, what)}}
}
