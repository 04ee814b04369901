package object

import "testing"

// combination is one of all situations that Compare tells apart.
type combination struct {
	kind     BodyKind // that is wanted
	before   BodyKind // that was managed: known, secret or none
	stored   string   // whose body is stored: "one" is ours, "foreign" somebody else's, "" of an unknown digest
	digest   string   // that is wanted of a known one
	ignore   bool
	changed  bool
	callback string // "", "wanted", "optional", "owed"
	header   string // "same", "other", "unknown"
	class    string // "", "same", "other", "unknown"
}

func combinations(use func(combination)) {
	for _, kind := range []BodyKind{NoBody, KnownBody, UnknownBody, SecretBody, IgnoredBody} {
		digests := []string{""}
		if kind == KnownBody {
			digests = []string{"one", "two", "foreign"}
		}
		for _, before := range []BodyKind{NoBody, KnownBody, SecretBody} {
			for _, stored := range []string{"one", "foreign", ""} {
				for _, digest := range digests {
					for i := range 4 {
						for _, callback := range []string{"", "wanted", "optional", "owed"} {
							for _, header := range []string{"same", "other", "unknown"} {
								for _, class := range []string{"", "same", "other", "unknown"} {
									use(combination{kind, before, stored, digest, i&1 > 0, i&2 > 0, callback, header, class})
								}
							}
						}
					}
				}
			}
		}
	}
}

// build makes the object of the tables the one of the combination.
func (c combination) build() (Spec, State) {
	want, have := plainSpec(), plainState()
	want.Body = Body{Kind: c.kind, Digest: c.digest, IgnoreDrift: c.ignore, Changed: c.changed}
	want.Callback = Callback{Wanted: c.callback != "", Optional: c.callback == "optional"}
	have.CallbackOwed = c.callback == "owed"
	have.CRC64 = c.stored
	switch c.before {
	case NoBody:
		have.BodyManaged, have.Body = false, ""
	case SecretBody:
		have.Secret, have.Body = &Seal{}, ""
		if c.stored == "one" { // the sealed one shows no digest
			have.ETag, have.CRC64 = "", ""
		}
	}
	if c.header == "other" {
		want.CacheControl = "no-cache"
	}
	want.HeadersUnknown = c.header == "unknown"
	if c.class != "" {
		want.Managed, want.StorageClass = []string{StorageClass}, map[string]string{"same": "Standard", "other": "IA"}[c.class]
	}
	if c.class == "unknown" {
		want.Unknown = []string{StorageClass}
	}
	return want, have
}

// has reports whether the stored body is known to be the one that is wanted.
func (c combination) has(have State) bool {
	return c.kind == KnownBody && c.digest == have.CRC64 || c.kind == SecretBody && c.before == SecretBody && have.CRC64 == "" && !c.changed
}

// What must hold of every change, said once more in other words.
func TestCompareEveryCombination(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compares every combination")
	}
	n := 0
	combinations(func(c combination) {
		n++
		want, have := c.build()
		change := Compare(want, &have)
		expectSurvives(t, change)
		owed := c.callback == "owed" || c.callback == "wanted" && c.kind == KnownBody && c.before == KnownBody && c.digest != "one" && c.digest == have.CRC64
		stays := c.ignore && !c.changed && c.before == c.kind && (c.kind == SecretBody || c.digest == "one")
		unmanaged := c.kind == NoBody || c.kind == IgnoredBody
		for _, rule := range []struct {
			name string
			ok   bool
		}{
			{"a body that is not managed, or ignored, is written for a callback alone", !unmanaged || !change.Write || change.Repeated && c.kind == IgnoredBody},
			{"a body of other bytes is written", c.kind != KnownBody || c.ignore || c.digest == have.CRC64 || change.Write && !change.Repeated},
			{"a body that is not known is written", c.kind != UnknownBody || change.Write},
			{"another version of a secret is written", c.kind != SecretBody || !c.changed || change.Write},
			{"a secret takes the place of what could be seen", c.kind != SecretBody || c.before == SecretBody || change.Write},
			{"a body that is there is written for a callback alone", !c.has(have) || !change.Write || change.Repeated},
			{"a callback is owed to whoever waits for it", !change.Repeated || owed},
			{"what is owed is made up for", c.callback != "owed" || c.kind == NoBody || change.Write},
			{"somebody else's body stays where that is asked for", !stays || !change.Write || change.Repeated},
			{"other headers and another class are written, and nothing else resets", change.Reset == (c.header != "same" || c.class == "other" || c.class == "unknown")},
			{"OSS rewrites the bytes for another class alone", change.Converts == (c.class == "other")},
			{"a body that is not written keeps its digest", change.Write || change.Uncovered || change.CRC64 == Kept && change.BodySize == Kept},
			{"nothing is foreseen where nothing happens", change.Writes() || change.Uncovered || change.ETag == Kept && change.VersionID == Kept && change.CallbackResponse == Kept},
			{"a secret has no digest", c.kind != SecretBody || !change.Write || change.ETag == Null && change.CRC64 == Null},
			{"a body that is let go is let go once", change.Released == (c.kind == NoBody && c.before != NoBody)},
		} {
			if !rule.ok {
				t.Errorf("%s: not so for %+v, of which comes %q", rule.name, c, inWords(change))
			}
		}
		if t.Failed() {
			return
		}
		after := c.applied(want, have, change)
		settled := want
		settled.HeadersUnknown, settled.Unknown, settled.Body.Changed = false, nil, false
		if c.kind == UnknownBody {
			settled.Body.Kind, settled.Body.Digest = KnownBody, "two"
		}
		if again := Compare(settled, &after); inWords(again) != "nothing" {
			t.Errorf("%+v: after %q a plan shows %q", c, inWords(change), inWords(again))
		}
	})
	t.Logf("%d combinations", n)
}

// applied is what is stored when a change has been carried out and its callback has answered. What was not known is as it was.
func (c combination) applied(want Spec, have State, change Change) State {
	have.BodyManaged = change.Managed
	if change.Released {
		have.Body = ""
	}
	if c.kind == NoBody && change.Uncovered {
		have.Secret, have.CRC64, have.ETag = nil, "one", "E1"
	}
	if change.Reset {
		have.Headers, have.Metadata = want.Headers, want.Metadata
		have.Seen = &Seen{Storage: want.Over(have.settings()).Storage, Type: "Normal"}
	}
	if change.Write {
		have.ETag, have.CallbackOwed = "E2", false
		switch c.kind {
		case SecretBody:
			have.Secret, have.ETag, have.CRC64, have.Body = &Seal{}, "", "", ""
		case KnownBody:
			have.Secret, have.CRC64, have.Body = nil, c.digest, c.digest
		case UnknownBody: // which turns out to be this one
			have.Secret, have.CRC64, have.Body = nil, "two", "two"
		}
	}
	return have
}

// BenchmarkCompare compares an object with all combinations.
func BenchmarkCompare(b *testing.B) {
	type pair struct {
		want Spec
		have State
	}
	var pairs []pair
	combinations(func(c combination) {
		want, have := c.build()
		pairs = append(pairs, pair{want, have})
	})
	for n := 0; b.Loop(); n++ {
		p := &pairs[n%len(pairs)]
		Compare(p.want, &p.have)
	}
}
