package object

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// The object of the tables: "one" is its body's digest.
func plainSpec() Spec {
	return Spec{
		Bucket: "b", Key: "k", Headers: ossclient.Headers{ContentType: "text/plain"}, Metadata: map[string]string{"owner": "emma"},
		Body: Body{Kind: KnownBody, Digest: "one", Size: 3},
	}
}

func plainState() State {
	return State{
		Headers: ossclient.Headers{ContentType: "text/plain"}, Metadata: map[string]string{"owner": "emma"},
		ETag: "E1", CRC64: "one", Size: 3, BodyManaged: true,
		Memory: Memory{ContentTypeFrom: "configuration", DecidedType: "text/plain", Body: "one", Seen: &Seen{Storage: ossclient.Storage{StorageClass: "Standard"}, Type: "Normal"}},
	}
}

// inWords is a change in few words: what is done, and what is not kept.
func inWords(c Change) string {
	var words []string
	say := func(is bool, word string) {
		if is {
			words = append(words, word)
		}
	}
	say(c.TakesOver(), "takes over")
	say(c.Create && c.Write, "creates")
	say(!c.Create && c.Write && !c.Repeated, "writes")
	say(c.Repeated, "repeats")
	say(c.Copies(), "copies")
	say(c.Converts, "converts")
	say(c.SetACL && !c.Write && !c.Reset, "acl")
	say(c.SetTags && !c.Write && !c.Reset, "tags")
	say(c.Released, "releases")
	say(c.Uncovered, "uncovers")
	for _, v := range []struct {
		name string
		fate Fate
	}{{"etag", c.ETag}, {"crc64", c.CRC64}, {"size", c.BodySize}, {"version", c.VersionID}, {"answer", c.CallbackResponse}} {
		say(v.fate != Kept, v.name+[]string{"", "=known", "=null", "=?"}[v.fate])
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, " ")
}

// What a written body makes of what is known, without a callback.
const (
	writesKnown   = "writes etag=? crc64=known size=known version=? answer=null"
	writesUnknown = "writes etag=? crc64=? size=? version=? answer=null"
	writesSecret  = "writes etag=null crc64=null size=? version=? answer=null"
	copies        = "copies version=?" // a Normal object keeps its ETag (OSS-064)
)

// A row changes the object of the tables, and says what comes of it.
type row struct {
	name   string
	change func(*Spec, *State)
	want   string
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		want, have := plainSpec(), plainState()
		r.change(&want, &have)
		c := Compare(want, &have)
		if idle := !strings.HasPrefix(r.want, "nothing") && !c.Writes(); idle && !c.Released && !c.Uncovered {
			t.Errorf("%s: %s, and nothing is written", r.name, r.want)
		}
		if r.want == "nothing" && c.Writes() {
			t.Errorf("%s: something is written", r.name)
		}
		if got := inWords(c); got != r.want {
			t.Errorf("%s: %s; want %s", r.name, got, r.want)
		}
		expectSurvives(t, c)
	}
}

// expectSurvives takes a change from a plan to its apply.
func expectSurvives(t *testing.T, c Change) {
	t.Helper()
	text, err := json.Marshal(c)
	var back Change
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(c, back) {
		t.Errorf("%+v comes back as %+v, %v", c, back, err)
	}
}

func secret(want *Spec, have *State) {
	want.Body = Body{Kind: SecretBody}
	have.ETag, have.CRC64, have.Body, have.Secret = "", "", "", &Seal{}
}

func drifted(have *State) { have.ETag, have.CRC64, have.Size = "E9", "foreign", 9 }

func called(want *Spec) { want.Callback.Wanted = true }

func TestCompareBodies(t *testing.T) {
	t.Parallel()
	check(t, []row{
		{"known, as it is", func(*Spec, *State) {}, "nothing"},
		{"known, same bytes from elsewhere", func(w *Spec, _ *State) { w.Body.Changed = true }, "nothing"},
		{"known, another", func(w *Spec, _ *State) { w.Body.Digest = "two" }, writesKnown},
		{"known, drifted", func(_ *Spec, h *State) { drifted(h) }, writesKnown},
		{"known, drifted to it", func(w *Spec, h *State) { drifted(h); w.Body.Digest = "foreign" }, "nothing"},
		{"known, the stored one is not", func(_ *Spec, h *State) { h.CRC64 = "" }, writesKnown},
		{"known, over a secret", func(w *Spec, h *State) { b := w.Body; secret(w, h); w.Body = b }, writesKnown},
		{"known, over none", func(_ *Spec, h *State) { h.BodyManaged, h.Body = false, "" }, "nothing"},
		{"unknown", func(w *Spec, _ *State) { w.Body = Body{Kind: UnknownBody} }, writesUnknown},
		{"unknown, drift ignored", func(w *Spec, _ *State) { w.Body = Body{Kind: UnknownBody, IgnoreDrift: true} }, writesUnknown},
		{"unknown, over a secret", func(w *Spec, h *State) { secret(w, h); w.Body = Body{Kind: UnknownBody} }, writesUnknown},
		{"unknown, after an answer", func(w *Spec, h *State) { w.Body = Body{Kind: UnknownBody}; h.CallbackResponse = "{}" }, "writes etag=? crc64=? size=? version=? answer=?"},
		{"secret, as it is", secret, "nothing"},
		{"secret, another version", func(w *Spec, h *State) { secret(w, h); w.Body.Changed = true }, writesSecret},
		{"secret, drifted", func(w *Spec, h *State) { secret(w, h); drifted(h) }, writesSecret},
		{"secret, over a known one", func(w *Spec, _ *State) { w.Body = Body{Kind: SecretBody} }, writesSecret},
		{"secret ignored", func(w *Spec, h *State) { secret(w, h); w.Body.Kind = IgnoredBody }, "nothing"},
		{"secret ignored, another version", func(w *Spec, h *State) { secret(w, h); w.Body.Kind, w.Body.Changed = IgnoredBody, true }, "nothing"},
		{"secret ignored, drifted", func(w *Spec, h *State) { secret(w, h); drifted(h); w.Body.Kind = IgnoredBody }, "nothing"},
		{"none", func(w *Spec, h *State) { w.Body.Kind, h.BodyManaged = NoBody, false }, "nothing"},
		{"none, drifted", func(w *Spec, h *State) { w.Body.Kind, h.BodyManaged = NoBody, false; drifted(h) }, "nothing"},
		{"none, after a known one", func(w *Spec, _ *State) { w.Body.Kind = NoBody }, "releases"},
		{"none, after a secret", func(w *Spec, h *State) { secret(w, h); w.Body.Kind = NoBody }, "releases uncovers etag=? crc64=?"},
	})
}

// A body that somebody else replaced stays; a change of the body that is wanted does not.
func TestCompareIgnoresDrift(t *testing.T) {
	t.Parallel()
	ignore := func(w *Spec, _ *State) { w.Body.IgnoreDrift = true }
	check(t, []row{
		{"as it is", ignore, "nothing"},
		{"drifted", func(w *Spec, h *State) { ignore(w, h); drifted(h) }, "nothing"},
		{"drifted, named in another way", func(w *Spec, h *State) { ignore(w, h); drifted(h); w.Body.Changed = true }, "nothing"},
		{"drifted, and another wanted", func(w *Spec, h *State) { ignore(w, h); drifted(h); w.Body.Digest = "two" }, writesKnown},
		{"drifted to what is wanted now", func(w *Spec, h *State) { ignore(w, h); drifted(h); w.Body.Digest = "foreign" }, "nothing"},
		{"another wanted", func(w *Spec, h *State) { ignore(w, h); w.Body.Digest = "two" }, writesKnown},
		{"nothing remembered", func(w *Spec, h *State) { ignore(w, h); drifted(h); h.Body = "" }, "nothing"},
		{"nothing remembered, other arguments", func(w *Spec, h *State) { ignore(w, h); drifted(h); h.Body = ""; w.Body.Changed = true }, writesKnown},
		{"a header, drifted", func(w *Spec, h *State) { ignore(w, h); drifted(h); w.CacheControl = "no-cache" }, copies},
		{"secret, drifted", func(w *Spec, h *State) { secret(w, h); ignore(w, h); drifted(h) }, "nothing"},
		{"secret, drifted, another version", func(w *Spec, h *State) { secret(w, h); ignore(w, h); drifted(h); w.Body.Changed = true }, writesSecret},
		{"known over a secret, drifted", func(w *Spec, h *State) { b := w.Body; secret(w, h); w.Body = b; ignore(w, h); drifted(h) }, writesKnown},
		{"owed", func(w *Spec, h *State) { ignore(w, h); called(w); h.CallbackOwed = true }, "repeats etag=? crc64=known size=known version=? answer=?"},
	})
}

func TestCompareHeadersAndSettings(t *testing.T) {
	t.Parallel()
	manage := func(w *Spec, names ...string) { w.Managed = names }
	check(t, []row{
		{"a header", func(w *Spec, _ *State) { w.CacheControl = "no-cache" }, copies},
		{"a header less", func(_ *Spec, h *State) { h.Expires = "0" }, copies},
		{"metadata", func(w *Spec, _ *State) { w.Metadata = map[string]string{"owner": "evan"} }, copies},
		{"no metadata", func(w *Spec, h *State) { w.Metadata, h.Metadata = nil, map[string]string{} }, "nothing"},
		{"a header that is not known", func(w *Spec, _ *State) { w.HeadersUnknown = true }, copies},
		{"a header and the body", func(w *Spec, _ *State) { w.CacheControl, w.Body.Digest = "no-cache", "two" }, writesKnown},
		{"a header of a secret", func(w *Spec, h *State) { secret(w, h); w.CacheControl = "no-cache" }, "copies version=?"},
		{"a header of an ignored secret, drifted", func(w *Spec, h *State) {
			secret(w, h)
			drifted(h)
			w.Body.Kind, w.CacheControl = IgnoredBody, "no-cache"
		}, copies},
		{"a header, and no body any more", func(w *Spec, _ *State) { w.Body.Kind, w.CacheControl = NoBody, "no-cache" }, "copies releases version=?"},
		{"a header of an object in parts", func(w *Spec, h *State) { w.CacheControl, h.Seen.Type = "no-cache", "Multipart" }, "copies etag=? version=?"},
		{"a header of an object never seen", func(w *Spec, h *State) { w.CacheControl, h.Seen = "no-cache", nil }, "copies etag=? version=?"},
		{"a header and the class", func(w *Spec, _ *State) { manage(w, StorageClass); w.CacheControl, w.StorageClass = "no-cache", "IA" }, "copies converts etag=? version=?"},
		{"class", func(w *Spec, _ *State) { manage(w, StorageClass); w.StorageClass = "IA" }, "copies converts etag=? version=?"},
		{"class that it has", func(w *Spec, _ *State) { manage(w, StorageClass); w.StorageClass = "Standard" }, "nothing"},
		{"class that nobody manages", func(_ *Spec, h *State) { h.Seen.StorageClass = "IA" }, "nothing"},
		{"class that is not known", func(w *Spec, _ *State) { manage(w, StorageClass); w.Unknown = []string{StorageClass} }, "copies etag=? version=?"},
		{"method", func(w *Spec, h *State) {
			manage(w, Encryption)
			w.Encryption = "AES256"
			h.Seen.Encryption, h.Seen.EncryptionKeyID = "KMS", "k1"
		}, "copies converts etag=? version=?"},
		{"method that it has, with a key", func(w *Spec, h *State) {
			manage(w, Encryption)
			w.Encryption = "KMS"
			h.Seen.Encryption, h.Seen.EncryptionKeyID = "KMS", "k1"
		}, "nothing"},
		{"key by ARN", func(w *Spec, h *State) {
			manage(w, Encryption, EncryptionKeyID)
			w.Encryption, w.EncryptionKeyID = "KMS", "acs:kms:cn-hangzhou:1:key/k1"
			h.Seen.Encryption, h.Seen.EncryptionKeyID = "KMS", "k1"
		}, "nothing"},
		{"never seen, class as in the state", func(w *Spec, h *State) {
			manage(w, StorageClass)
			w.StorageClass, h.StorageClass, h.Seen = "IA", "IA", nil
		}, "nothing"},
		{"acl", func(w *Spec, h *State) { manage(w, ACL); w.ACL, h.ACL = "private", "default" }, "acl"},
		{"acl as it is", func(w *Spec, h *State) { manage(w, ACL); w.ACL, h.ACL = "private", "private" }, "nothing"},
		{"acl that nobody manages", func(w *Spec, h *State) { w.ACL, h.ACL = "", "private" }, "nothing"},
		{"acl that is not known", func(w *Spec, _ *State) { manage(w, ACL); w.Unknown = []string{ACL} }, "acl"},
		{"acl and a header", func(w *Spec, _ *State) { manage(w, ACL); w.ACL, w.CacheControl = "private", "no-cache" }, copies},
		{"tags", func(w *Spec, h *State) {
			manage(w, Tags)
			w.Tags, h.Tags = map[string]string{"a": "1"}, map[string]string{}
		}, "tags"},
		{"no tags", func(w *Spec, h *State) { manage(w, Tags); w.Tags, h.Tags = map[string]string{}, map[string]string{} }, "nothing"},
		{"no tags, and those there are not known", func(w *Spec, _ *State) { manage(w, Tags); w.Tags = map[string]string{} }, "tags"},
		{"acl and tags", func(w *Spec, _ *State) { manage(w, ACL, Tags); w.ACL, w.Tags = "private", map[string]string{"a": "1"} }, "acl tags"},
	})
}

func TestCompareCallbacks(t *testing.T) {
	t.Parallel()
	owed := func(w *Spec, h *State) { called(w); h.CallbackOwed = true }
	check(t, []row{
		{"nothing new", func(w *Spec, h *State) { called(w); h.CallbackResponse = "{}" }, "nothing"},
		{"another callback", func(w *Spec, _ *State) { called(w); w.Callback.Changed = true }, "nothing"},
		{"another body", func(w *Spec, _ *State) { called(w); w.Body.Digest = "two" }, "writes etag=? crc64=known size=known version=? answer=?"},
		{"another body, no callback any more", func(w *Spec, h *State) { w.Body.Digest, h.CallbackResponse = "two", "{}" }, writesKnown},
		{"owed", owed, "repeats etag=? crc64=known size=known version=? answer=?"},
		{"stored by a run that was killed", func(w *Spec, h *State) { called(w); h.Body = "zero" }, "repeats etag=? crc64=known size=known version=? answer=?"},
		{"stored by a run that was killed, may fail", func(w *Spec, h *State) { called(w); w.Callback.Optional, h.Body = true, "zero" }, "nothing"},
		{"stored by a run that was killed, no callback", func(_ *Spec, h *State) { h.Body = "zero" }, "nothing"},
		{"imported", func(w *Spec, h *State) { called(w); h.Body = "" }, "nothing"},
		{"owed, another body", func(w *Spec, h *State) { owed(w, h); w.Body.Digest = "two" }, "writes etag=? crc64=known size=known version=? answer=?"},
		{"owed, no callback any more", func(w *Spec, h *State) { owed(w, h); w.Callback.Wanted = false }, "nothing"},
		{"owed, no body any more", func(w *Spec, h *State) { owed(w, h); w.Body.Kind = NoBody }, "releases"},
		{"owed for a secret", func(w *Spec, h *State) { secret(w, h); owed(w, h) }, "repeats etag=null crc64=null size=? version=? answer=?"},
		{"owed, and not known", func(w *Spec, h *State) { owed(w, h); w.Body = Body{Kind: UnknownBody} }, "writes etag=? crc64=? size=? version=? answer=?"},
		{"owed, a header", func(w *Spec, h *State) { owed(w, h); w.CacheControl = "no-cache" }, "repeats etag=? crc64=known size=known version=? answer=?"},
	})
}

func TestCompareCreations(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		body     Body
		callback bool
		want     string
	}{
		{"known", Body{Kind: KnownBody, Digest: "one"}, false, "creates etag=? crc64=known size=known version=? answer=null"},
		{"called back", Body{Kind: KnownBody, Digest: "one"}, true, "creates etag=? crc64=known size=known version=? answer=?"},
		{"unknown", Body{Kind: UnknownBody}, false, "creates etag=? crc64=? size=? version=? answer=null"},
		{"secret", Body{Kind: SecretBody}, false, "creates etag=null crc64=null size=? version=? answer=null"},
		{"none", Body{}, false, "takes over etag=? crc64=? size=? version=? answer=null"},
	} {
		want := plainSpec()
		want.Body, want.Callback.Wanted = tc.body, tc.callback
		c := Compare(want, nil)
		if got := inWords(c); got != tc.want {
			t.Errorf("%s: %s; want %s", tc.name, got, tc.want)
		}
		expectSurvives(t, c)
	}
}

func TestNotices(t *testing.T) {
	t.Parallel()
	rare := func(h *State) { h.Seen.StorageClass = "IA" }
	archive := func(h *State, restore string) { h.Seen.StorageClass, h.Seen.Restore = "Archive", restore }
	const restored = `ongoing-request="false", expiry-date="Sun, 16 Apr 2027 08:12:33 GMT"`
	for _, tc := range []struct {
		name   string
		change func(*Spec, *State)
		want   []string // words of each, "!" for a refusal
	}{
		{"nothing", func(*Spec, *State) {}, nil},
		{"a body less", func(w *Spec, _ *State) { w.Body.Kind = NoBody }, []string{"No Longer Managed"}},
		{"an ignored body", func(w *Spec, h *State) { secret(w, h); w.Body.Kind = IgnoredBody }, nil},
		{"a body of a rare class", func(w *Spec, h *State) { rare(h); w.Body.Digest = "two" }, []string{"at least 30 days"}},
		{"another class", func(w *Spec, h *State) { rare(h); w.Managed, w.StorageClass = []string{StorageClass}, "Standard" }, []string{"replaced or converted"}},
		{"the ACL of a rare class", func(w *Spec, h *State) { rare(h); w.Managed, w.ACL = []string{ACL}, "private" }, nil},
		{"a header of a rare class", func(w *Spec, h *State) { rare(h); w.CacheControl = "no-cache" }, nil},
		{"an upload repeated", func(w *Spec, h *State) { rare(h); called(w); h.CallbackOwed = true }, []string{"Repeated for Its Callback"}},
		{"a header, no callback", func(w *Spec, _ *State) { called(w); w.CacheControl = "no-cache" }, nil},
		{"a header, archived", func(w *Spec, h *State) { archive(h, ""); w.CacheControl = "no-cache" }, []string{"!Its headers and metadata change by a copy"}},
		{"a header, being restored", func(w *Spec, h *State) { archive(h, `ongoing-request="true"`); w.CacheControl = "no-cache" }, []string{"!under way"}},
		{"a header, restored", func(w *Spec, h *State) { archive(h, restored); w.CacheControl = "no-cache" }, nil},
		{"another class, archived", func(w *Spec, h *State) {
			archive(h, "")
			w.Managed, w.StorageClass = []string{StorageClass}, "Standard"
		}, []string{"!Its storage class or encryption changes", "at least 60 days"}},
		{"a body, archived", func(w *Spec, h *State) { archive(h, ""); w.Body.Digest = "two" }, []string{"at least 60 days"}},
		{"the ACL, archived", func(w *Spec, h *State) { archive(h, ""); w.Managed, w.ACL = []string{ACL}, "private" }, nil},
		{"nothing, archived", func(_ *Spec, h *State) { archive(h, "") }, nil},
		{"a header, archived, never seen", func(w *Spec, h *State) { h.StorageClass, h.Seen = "Archive", nil; w.CacheControl = "no-cache" }, nil},
		{"a body from an archived source", func(w *Spec, _ *State) { w.Body.Digest, w.Body.Frozen = "two", true }, []string{"!Copy Source Is Archived"}},
		{"the same body from an archived source", func(w *Spec, _ *State) { w.Body.Frozen = true }, nil},
		{"the callback alone", func(w *Spec, _ *State) { called(w); w.Callback.Changed = true }, []string{"No request is made"}},
		{"a public ACL less", func(_ *Spec, h *State) { h.Managed, h.ACL = []string{ACL}, "public-read" }, []string{"keeps the one that it has, public-read"}},
		{"a public ACL that nobody asked for", func(_ *Spec, h *State) { h.ACL = "public-read" }, nil},
		{"a private ACL less", func(_ *Spec, h *State) { h.Managed, h.ACL = []string{ACL}, "private" }, nil},
		{"a public ACL that stays", func(w *Spec, h *State) {
			w.Managed, w.ACL, h.Managed, h.ACL = []string{ACL}, "public-read", []string{ACL}, "public-read"
		}, nil},
		{"a header of a link", func(w *Spec, h *State) { w.CacheControl, h.Seen.Type = "no-cache", "Symlink" }, []string{"!points to"}},
		{"a body for a link", func(w *Spec, h *State) { w.CacheControl, w.Body.Digest, h.Seen.Type = "no-cache", "two", "Symlink" }, nil},
	} {
		want, have := plainSpec(), plainState()
		tc.change(&want, &have)
		var got []string
		for _, n := range Compare(want, &have).Notices(want, have) {
			text := n.Title + " " + n.Text
			if n.Refuse {
				text = "!" + text
			}
			got = append(got, text)
		}
		if !slices.EqualFunc(got, tc.want, func(text, words string) bool {
			return strings.Contains(text, strings.TrimPrefix(words, "!")) && strings.HasPrefix(text, "!") == strings.HasPrefix(words, "!")
		}) {
			t.Errorf("%s: says %q, want %q", tc.name, got, tc.want)
		}
	}
}
