package policy

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

// tallied adds objects of one bucket, whose metadata stands behind their keys.
func tallied(p *Policy, names int, objects map[string]map[string]string) *Tally {
	tally := p.Tally(names)
	keys := []string{}
	for key := range objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		o := Object{Bucket: "b", Key: key, Metadata: objects[key]}
		if _, concerned := p.Concerns(o.Bucket, o.Key); concerned {
			tally.Add(o.Bucket, o.Key, p.Check(o))
		} else {
			tally.Excepted(o.Bucket, o.Key)
		}
	}
	return tally
}

const talliedPolicy = `{"rules": [
	{"name": "soft", "severity": "warning", "metadata": {"team": {"required": true}}, "keys": ["site/**"]},
	{"name": "ownership", "description": "See the wiki.", "metadata": {"owner": {"required": true, "values": ["alice", "bob"]}},
		"except": [{"keys": ["old/**"], "reason": "Moves in March."}, {"keys": ["old/x", "tmp"], "reason": "Nobody's."}]}
]}`

func TestTally(t *testing.T) {
	t.Parallel()
	objects := map[string]map[string]string{"site/right": {"owner": "bob", "team": "web"}, "other": {"owner": "alice"}, "old/x": nil, "old/y": {"owner": "alice"}, "tmp": nil}
	for i := range 9 {
		objects[fmt.Sprintf("k%d", i)] = map[string]string{"owner": fmt.Sprintf("secret%d", i)}
	}
	objects["site/a"] = nil
	tally := tallied(mustPolicy(t, talliedPolicy), 9, objects)
	want := []RuleTally{
		{Rule: "soft", Severity: finding.Warning, Checked: 2, Broken: 1},
		{Rule: "ownership", Checked: 12, Broken: 10, Excepted: 3, Exceptions: []ExceptionTally{{"Moves in March.", 2}, {"Nobody's.", 1}}},
	}
	if got := tally.Rules(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if tally.Objects != 12 || tally.Errors != 10 || tally.Warnings != 1 {
		t.Errorf("got %+v", tally)
	}
	said := []finding.Finding{}
	for _, g := range tally.Groups() {
		said = append(said, g.Summed())
	}
	findingtest.WellFormed(t, said)
	wanted := []string{
		`Rule "ownership": each of 9 objects in bucket "b" has the metadata "owner" with a value that is not allowed. Write one of "alice" and "bob". See the wiki. ` +
			`They are "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7" and "k8".`,
		`Rule "ownership": object "site/a" in bucket "b" lacks the metadata "owner". Add it with one of the values "alice" and "bob". See the wiki.`,
		`Rule "soft": object "site/a" in bucket "b" lacks the metadata "team". Add it.`,
	}
	for i, want := range wanted {
		if len(said) != len(wanted) || said[i].Detail != want {
			t.Fatalf("got %+v, want %q at %d", said, want, i)
		}
	}
	tally = tallied(mustPolicy(t, talliedPolicy), 2, objects)
	if got := tally.Groups()[0].Summed().Detail; !strings.HasSuffix(got, `They are "k0", "k1" and 7 more.`) {
		t.Errorf("got %s", got)
	}
	tally = tallied(mustPolicy(t, talliedPolicy), 0, objects)
	if got := tally.Groups()[0].Summed().Detail; !strings.HasSuffix(got, "See the wiki.") {
		t.Errorf("got %s", got)
	}
}

// Names that somebody makes up by the thousand do not fill the memory.
func TestTallyIsBounded(t *testing.T) {
	t.Parallel()
	p := mustPolicy(t, `{"rules": [{"name": "closed", "only_listed": true}]}`)
	tally := p.Tally(1)
	for i := range mostGroups + 5 {
		tally.Add("b", "k", p.Check(Object{Bucket: "b", Key: "k", Metadata: map[string]string{fmt.Sprintf("name-%d", i): ""}}))
	}
	if got := len(tally.Groups()); got != mostGroups || tally.Ungrouped != 5 || tally.Errors != mostGroups+5 || tally.Rules()[0].Broken != mostGroups+5 {
		t.Errorf("%d groups, %+v", got, tally)
	}
}

func TestTallyWithoutPolicy(t *testing.T) {
	t.Parallel()
	var none *Policy
	tally := none.Tally(3)
	tally.Add("b", "k", none.Check(Object{Bucket: "b", Key: "k"}))
	if tally.Objects != 1 || len(tally.Rules()) != 0 || len(tally.Groups()) != 0 {
		t.Errorf("got %+v", tally)
	}
}

// What objects add up to is the same as what is found in each.
func TestTallyAddsUp(t *testing.T) {
	t.Parallel()
	p := mustPolicy(t, teamPolicy)
	r := rand.New(rand.NewPCG(5, 6))
	tally := p.Tally(1000)
	violations, named := 0, 0
	for i := range 500 {
		o := Object{Bucket: []string{"web-1", "closed"}[r.IntN(2)], Key: fmt.Sprintf("site/%d", i), Metadata: map[string]string{}}
		for _, name := range []string{"owner", "team", "ticket", "other"} {
			if r.IntN(2) == 0 {
				o.Metadata[name] = []string{"alice", "web", "AB-1"}[r.IntN(3)]
			}
		}
		found := p.Check(o)
		violations += len(found)
		tally.Add(o.Bucket, o.Key, found)
	}
	for _, g := range tally.Groups() {
		named += len(g.Keys)
		if g.Objects != len(g.Keys) {
			t.Errorf("%d objects and %d keys", g.Objects, len(g.Keys))
		}
	}
	if violations < 500 || violations != named || violations != tally.Errors+tally.Warnings {
		t.Errorf("%d violations, %d errors, %d warnings, %d keys in groups", violations, tally.Errors, tally.Warnings, named)
	}
}
