package object

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Interest is what shall become of an object in a list that an inventory does not have.
type Interest int

// The degrees of interest.
const (
	PassBy Interest = iota // it is not taken in
	Note                   // it is taken in as the list shows it
	LookAt                 // it is asked for
)

// Look finds out what is stored below a prefix: by lists, and by a HEAD for each object whose ETag or time has moved since
// it was last seen, or that somebody could have written once more in the second in which it was listed (OSS-230).
type Look struct {
	Client   *ossclient.Client
	Parallel int // requests at once

	Directory
	// Strangers decides about the objects that the inventory does not have; nil is as the directory does in a refresh.
	Strangers func(name string, o ossclient.ListedObject) Interest
	// Passed is told of those that are passed by; nil is nobody.
	Passed func(name string, o ossclient.ListedObject)
}

// Refresh gives the inventory as it is now. What is gone is left out. The one given is not changed.
func (l Look) Refresh(ctx context.Context, have Inventory) (Inventory, error) {
	if l.Strangers == nil {
		l.Strangers = l.refreshed
	}
	now, unseen, err := l.list(ctx, have)
	if err != nil {
		return nil, err
	}
	return l.ask(ctx, now, unseen)
}

// refreshed takes in what a directory has beside its own objects.
func (d Directory) refreshed(name string, _ ossclient.ListedObject) Interest {
	switch {
	case !d.Takes(name):
		return PassBy
	case !d.Owns:
		return LookAt
	case d.Prune == PruneAll:
		return Note
	}
	return PassBy
}

// Survey finds what is there before a directory is created. An object of another size than the file's is another one. ours
// is what the directory had that is replaced by it.
func (l Look) Survey(ctx context.Context, files []File, ours Inventory) (Inventory, error) {
	sizes := make(map[string]int64, len(files))
	for _, f := range files {
		sizes[f.Name] = f.Size
	}
	l.Strangers = func(name string, o ossclient.ListedObject) Interest {
		size, wanted := sizes[name]
		switch {
		case wanted && size == o.Size:
			return LookAt
		case wanted:
			return Note
		}
		return l.refreshed(name, o)
	}
	return l.Refresh(ctx, ours)
}

// Closer asks for those objects of an inventory that a list alone has shown and that have the size of a file.
func (l Look) Closer(ctx context.Context, files []File, have Inventory) (Inventory, error) {
	unseen := map[string]bool{}
	for _, f := range files {
		if entry := have[f.Name]; entry != nil && entry.Bare && entry.Size == f.Size {
			unseen[f.Name] = true
		}
	}
	if len(unseen) == 0 {
		return have, nil
	}
	now := make(Inventory, len(have))
	for name, entry := range have {
		if unseen[name] {
			copied := *entry
			copied.Asked, copied.Unsure = l.asks(name), true
			entry = &copied
		}
		now[name] = entry
	}
	return l.ask(ctx, now, unseen)
}

// list walks all pages. It gives the objects that are to be kept, and the names of those of which a list shows too little.
func (l Look) list(ctx context.Context, have Inventory) (Inventory, map[string]bool, error) {
	now, unseen := make(Inventory, len(have)), map[string]bool{}
	for page, err := range l.Client.Pages(ctx, ossclient.Listing{Bucket: l.Bucket, Prefix: l.Prefix}) {
		if err != nil {
			return nil, nil, err
		}
		for _, o := range page.Objects {
			name := strings.TrimPrefix(o.Key, l.Prefix)
			if name == "" { // the object that stands for the folder itself is not below it
				continue
			}
			entry, known := have[name]
			if known {
				copied := *entry
				entry = &copied
			} else if entry = l.stranger(name, o); entry == nil {
				continue
			}
			if entry.listed(o, page.At) {
				unseen[name] = true
			}
			now[name] = entry
		}
	}
	return now, unseen, nil
}

// stranger is a new entry for an object that the inventory does not have, or nil.
func (l Look) stranger(name string, o ossclient.ListedObject) *Entry {
	switch l.Strangers(name, o) {
	case Note:
		return &Entry{Bare: true, Foreign: true, Found: true} // completed by listed
	case PassBy:
		if l.Passed != nil {
			l.Passed(name, o)
		}
	case LookAt:
		return &Entry{Asked: l.asks(name), Found: l.Owns}
	}
	return nil
}

// listed takes over what a list shows, and reports whether that leaves open what is stored.
func (e *Entry) listed(o ossclient.ListedObject, at time.Time) (open bool) {
	earliest := e.Modified.Add(-e.Slack)
	same := e.ETag != "" && e.ETag == o.ETag && !o.LastModified.IsZero() && !o.LastModified.Before(earliest) && !o.LastModified.After(e.Modified)
	open = !e.Bare && (!same || e.Unsure)
	if open {
		// Once more, when the clock of the list has not left the second of the last write.
		e.Unsure = !o.LastModified.Before(at) || o.LastModified.IsZero()
	}
	if e.Bare {
		e.Size, e.ETag = o.Size, o.ETag
	}
	e.Modified, e.Slack = o.LastModified, 0
	if seen := e.Seen; seen == nil || seen.StorageClass != o.StorageClass || seen.Type != o.Type {
		now := Seen{Type: o.Type}
		if seen != nil {
			now.Storage = seen.Storage
		}
		now.StorageClass = o.StorageClass
		e.Seen = &now
	}
	return open
}

// ask makes the requests for what no list shows.
func (l Look) ask(ctx context.Context, now Inventory, unseen map[string]bool) (Inventory, error) {
	gone := make(chan string, len(now))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(l.Parallel, 1))
	for name, entry := range now {
		if !unseen[name] && (entry.Bare || len(entry.Asked) == 0) {
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			there, err := l.askFor(ctx, name, entry, unseen[name])
			if !there {
				gone <- name
			}
			return err
		})
	}
	err := group.Wait()
	close(gone)
	for name := range gone {
		delete(now, name)
	}
	return now, err
}

// askFor completes an entry, and reports whether the object is there.
func (l Look) askFor(ctx context.Context, name string, e *Entry, head bool) (there bool, err error) {
	key := l.Prefix + name
	if head {
		shown, err := l.Client.HeadObject(ctx, l.Bucket, key)
		switch {
		case ossclient.IsNotFound(err):
			return false, nil
		case ossclient.HasCode(err, "SymlinkTargetNotExist"):
			*e = Entry{Foreign: true, Found: e.Found, Unsure: true, State: State{Memory: Memory{Seen: e.Seen}}}
			return l.Owns, nil // which has no headers of its own to manage
		case err != nil:
			return true, err
		}
		e.shown(shown, l.Owns)
	}
	if slices.Contains(e.Asked, ACL) {
		if e.ACL, err = l.Client.ObjectACL(ctx, l.Bucket, key); err != nil {
			return !ossclient.IsNotFound(err), unlessGone(err)
		}
	}
	if slices.Contains(e.Asked, Tags) {
		if e.Tags, err = l.Client.ObjectTags(ctx, l.Bucket, key); err != nil {
			return !ossclient.IsNotFound(err), unlessGone(err)
		}
	}
	return true, nil
}

func unlessGone(err error) error {
	if ossclient.IsNotFound(err) {
		return nil
	}
	return err
}

// shown takes over what HEAD shows. A body with another digest than the one that was known is somebody else's.
func (e *Entry) shown(o ossclient.Object, owns bool) {
	crc := o.CRC64
	if crc == "" && o.ETag == e.ETag {
		crc = e.CRC64
	}
	e.Foreign = owns && (e.Foreign || e.Found || crc != e.CRC64)
	e.Bare = false
	e.Headers, e.Metadata = o.HeadersOver(e.Headers), o.Metadata
	e.ETag, e.CRC64, e.Size = o.ETag, crc, o.Size
	if o.LastModified.After(e.Modified) { // it was written once more since it was listed
		e.Modified, e.Unsure = o.LastModified, true
	}
	if e.Seen == nil || e.Seen.Storage != o.Storage || e.Seen.Type != o.Type {
		e.Seen = &Seen{Storage: o.Storage, Type: o.Type}
	}
}

// Listed is an entry for an object that only a list has shown.
func Listed(o ossclient.ListedObject) *Entry {
	e := &Entry{Bare: true, Foreign: true, Found: true}
	e.listed(o, time.Time{})
	return e
}
