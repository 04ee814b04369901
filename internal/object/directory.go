package object

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Directory is what is wanted of the objects below a prefix.
type Directory struct {
	Bucket, Prefix string
	// Globs choose among the files of the folder, or else among the objects.
	Globs
	// Owns says that the bodies come from a folder. Then every header and metadata entry of an object is managed, and ACL
	// and tags are OSS's defaults where no rule names them. Without it only what a rule names is managed.
	Owns  bool
	Rules []Rule
	// ContentType gives the type of a key for which no rule names one, in a directory that owns.
	ContentType func(key string) string
	// Overwrite lets objects be written over that were not written from here.
	Overwrite bool
	Prune     Prune
	// Last are the globs of what is written after everything else, and deleted before everything else: pages, which refer
	// to the rest.
	Last []string
}

// Prune says which objects are deleted that the folder does not have.
type Prune int

// What can be pruned.
const (
	PruneManaged Prune = iota // what was written from here
	PruneAll                  // everything that the globs take
	PruneNone
)

// Rule gives the files that match it headers, metadata and settings. What is empty is not named.
type Rule struct {
	Match []string // globs
	ossclient.Headers
	Metadata          map[string]string
	ACL, StorageClass string
	Tags              map[string]string // nil is not named
	// HeadersUnknown says that a header or a metadata entry is not known yet, Unknown names the settings that are not.
	HeadersUnknown bool
	Unknown        []string
}

// Inventory are the objects below a prefix that a directory has, as they were last seen or written, by the rest of their
// keys.
type Inventory map[string]*Entry

// Entry is one object of an inventory.
type Entry struct {
	State
	// Asked names the settings that a rule has named. HEAD and lists show no ACL and no tags, so these are asked for.
	Asked []string
	// Modified is the time that a list shows. Of what was written from here only the time of the answer is known: then it
	// is Slack earlier at the most.
	Modified time.Time
	Slack    time.Duration
	// Unsure says that somebody could have written once more without another time in the list.
	Unsure bool
	// Foreign says that the body was written by others since, or in the first place.
	Foreign bool
	// Bare says that a list alone has shown the object.
	Bare bool
	// Found says that the object was there before the directory: it is not in its state.
	Found bool
}

// Text says in short what is stored. Two objects with the same text are the same as far as they are managed.
func (e *Entry) Text() string {
	if e.Bare {
		return fmt.Sprintf("%d B%s", e.Size, byOthers)
	}
	text := storedText(e.Size, e.CRC64, fingerprint(e.Headers, e.Metadata, e.Settings, e.class(), e.Asked))
	if e.Foreign {
		text += byOthers
	}
	return text
}

// byOthers ends the text of an object that somebody else wrote.
const byOthers = ", by others"

func storedText(size int64, crc, rest string) string {
	return fmt.Sprintf("%d B, crc64 %s, %s", size, cmp.Or(crc, unknownCRC), rest)
}

// readText reads the size, the digest and whose the object is out of a text.
func (e *Entry) readText(text string) bool {
	text, e.Foreign = strings.CutSuffix(text, byOthers)
	if n, err := fmt.Sscanf(text, "%d B, crc64 %s", &e.Size, &e.CRC64); err == nil && n == 2 {
		e.CRC64 = strings.TrimSuffix(e.CRC64, ",")
		if e.CRC64 == unknownCRC {
			e.CRC64 = ""
		}
		return true
	}
	e.Bare = e.Foreign
	n, err := fmt.Sscanf(text, "%d B", &e.Size)
	return err == nil && n == 1 && e.Bare
}

// unknownCRC stands for a digest that OSS does not tell.
const unknownCRC = "-"

// class is the storage class of the object, as far as it is known.
func (e *Entry) class() string { return e.storage().StorageClass }

// fingerprint is a digest of everything that is managed beside a body: headers, metadata, and the settings that are asked
// for. An ACL that is the bucket's, and no tags, are as good as none.
func fingerprint(headers ossclient.Headers, metadata map[string]string, settings ossclient.Settings, class string, asked []string) string {
	digest := sha256.New()
	add := func(kind string, values map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			fmt.Fprintf(digest, "%s %q %q\n", kind, name, values[name])
		}
	}
	named := map[string]string{}
	for name, value := range headers.All() {
		if *value != "" {
			named[name] = *value
		}
	}
	add("header", named)
	add("metadata", metadata)
	named = map[string]string{}
	if slices.Contains(asked, ACL) && settings.ACL != "" && settings.ACL != defaultACL {
		named[ACL] = settings.ACL
	}
	if slices.Contains(asked, StorageClass) {
		named[StorageClass] = class
	}
	add("setting", named)
	if slices.Contains(asked, Tags) {
		add("tag", settings.Tags)
	}
	return hex.EncodeToString(digest.Sum(nil)[:4])
}

// defaultACL is that of an object which has none of its own.
const defaultACL = "default"
