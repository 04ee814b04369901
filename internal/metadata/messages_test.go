package metadata

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden file of messages anew instead of comparing it")

const messagesFile = "testdata/messages.txt"

// page collects messages as a user sees them: what was written, then title and detail.
type page struct {
	strings.Builder
	rules map[string]bool // that have spoken
}

func (p *page) chapter(title string) { fmt.Fprintf(p, "# %s\n\n", title) }

func (p *page) say(written string, found []Violation) {
	fmt.Fprintf(p, "%s\n", cut(written, 100))
	for _, v := range found {
		p.rules[v.Rule] = true
		fmt.Fprintf(p, "    %s: %s\n        %s\n", strings.ToUpper(v.Severity.String()[:1])+v.Severity.String()[1:], v.Summary, v.Detail)
	}
	if len(found) == 0 {
		fmt.Fprintf(p, "    (nothing)\n")
	}
	p.WriteString("\n")
}

func (p *page) names() {
	p.chapter("Buckets and keys")
	for _, bucket := range []string{"ab", "My_Bucket", "-logs"} {
		p.say(fmt.Sprintf("bucket = %q", bucket), CheckBucket(bucket))
	}
	for _, key := range []string{"", strings.Repeat("k", 1030), "a\xff", "/site/index.html", "//", "a\x01b", "site/../secret"} {
		p.say(fmt.Sprintf("key = %q", key), CheckKey(key))
	}
	for _, glob := range []string{"/a/*", "a[", "logs/", "**.html", ""} {
		p.say(fmt.Sprintf("glob = %q", glob), CheckKeyGlob(glob))
	}
}

func (p *page) headers() {
	p.chapter("Headers")
	for _, value := range []string{"", "a\xff", "a\r\nb", " no-cache", "  ", "no-cache,\tmax-age=1"} {
		p.say(fmt.Sprintf("Cache-Control = %q", value), CheckHeader("Cache-Control", value))
	}
	for _, tt := range grammarTests {
		if tt.rules != "" {
			p.say(fmt.Sprintf("%s = %q", tt.name, tt.value), CheckHeader(tt.name, tt.value))
		}
	}
}

func (p *page) dispositions() {
	p.chapter("Parts of a Content-Disposition")
	for _, kind := range []string{"", "Attachment", "atachment", "download"} {
		p.say(fmt.Sprintf("type = %q", kind), CheckDispositionType(kind))
	}
	for _, name := range []string{"", "a\xff", "reports/a.pdf", "a\nb.pdf"} {
		p.say(fmt.Sprintf("filename = %q", name), CheckFilename(name))
	}
}

func (p *page) signedHeaders() {
	p.chapter("Headers that a signed URL or form demands")
	for _, header := range [][2]string{
		{"", "x"}, {"cache_control", "x"}, {"Content-Type", "x"}, {"x-oss-callback", "x"}, {"Host", "x"}, {"TE", "x"}, {"x-oss-meta-owner", "x"}, {"x-oss-date", "x"},
		{"Cache-Control", "no-cash"}, {"Range", ""}, {"x-oss-object-acl", "publik"}, {"Content-Length", "5 bytes"}, {"x-oss-tagging", "a=%zz"}, {"x-oss-tagging", "a=1&a=2"},
		{"x-oss-tagging", "a=b%26c"}, {"x-oss-obect-acl", "private"},
	} {
		p.say(fmt.Sprintf("%s = %q", header[0], header[1]), CheckSignedHeaders(InURL, map[string]string{header[0]: header[1]}))
	}
	p.say("twice", CheckSignedHeaders(InURL, map[string]string{"Range": "bytes=0-9", "range": "bytes=0-9"}))
	for _, name := range []string{"Content-Length", "Range"} {
		p.say(name+" of a form", CheckSignedHeaderName(InForm, name))
	}
}

func (p *page) forms() {
	p.chapter("Forms")
	p.say(`key = "up/${filename}"`, CheckFormKey("up/${filename}"))
	p.say(`key_prefix = ""`, CheckFormPrefix(""))
	for _, types := range [][]string{{"*/*"}, {"image/p*"}, {"image/*", "text/plain"}, {"png"}} {
		p.say(fmt.Sprintf("content_types = %q", types), CheckFormTypes(types))
	}
}

func (p *page) offers(t *testing.T) {
	p.chapter("Forms against a team's rules")
	policy := mustPolicy(t, offerPolicy)
	for _, tt := range []struct {
		written string
		offer   Offer
	}{
		{"a key without its owner", Offer{Object: Object{Bucket: "b", Key: "up/a.txt"}}},
		{"a prefix without the owner", Offer{Object: Object{Bucket: "b", Headers: map[string]string{"Cache-Control": "no-cache"}}, Prefix: "up/"}},
		{"a prefix that has pages among others", Offer{Object: Object{Bucket: "b"}, Prefix: "down/"}},
		{"any key", Offer{Object: Object{Bucket: "b", Metadata: map[string]string{"owner": "alice"}}}},
		{"any type", Offer{Object: Object{Bucket: "img", Key: "a"}}},
		{"types one of which is wrong", Offer{Object: Object{Bucket: "img", Key: "a"}, ContentTypes: []string{"image/png", "text/html"}}},
		{"a type where none may be", Offer{Object: Object{Bucket: "typeless", Key: "a"}}},
	} {
		p.say(tt.written, policy.CheckOffer(tt.offer))
	}
}

func (p *page) userMetadata() {
	p.chapter("User metadata and tags")
	for _, entries := range []map[string]string{
		{"": "x"}, {"x-oss-meta-owner": "emma"}, {"Owner": "emma"}, {"made_by": "emma"}, {"Owner": "a", "owner": "b"},
		{"owner": ""}, {"owner": "a\xff"}, {"owner": "a\nb"}, {"owner": "emma "}, {"owner": " "}, {"owner": "emma", "note": strings.Repeat("x", 8200)},
	} {
		p.say(fmt.Sprintf("metadata = %q", entries), CheckUserMetadata(entries))
	}
	many := map[string]string{}
	for i := range 11 {
		many[fmt.Sprint("k", i)] = "v"
	}
	for _, tags := range []map[string]string{
		{"": "x"}, {strings.Repeat("k", 129): "x"}, {"a%b": "x"}, {"a": strings.Repeat("v", 257)}, {"a": "b&c"}, {"a\xff": "b"}, {"a": "b\xff"}, many,
	} {
		p.say(fmt.Sprintf("tags = %q", tags), CheckTags(tags))
	}
}

func (p *page) policy(t *testing.T) {
	p.chapter("A team's rules")
	policy := mustPolicy(t, teamPolicy)
	for _, tt := range []struct {
		written string
		object  Object
	}{
		{"an object without metadata", Object{Bucket: "b", Key: "k"}},
		{"a value that is not on the list, near one that is", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "alise"}}},
		{"a value that is near none", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "zoe"}}},
		{"a value against the pattern, and one that is too long", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "ticket": "none"}}},
		{"a value that is too long", Object{Bucket: "b", Key: "k", Metadata: map[string]string{"owner": "bob", "ticket": "AB-123456"}}},
		{"a page without a header, with one that is forbidden", Object{Bucket: "web-1", Key: "site/a", Headers: map[string]string{"Content-Encoding": "br"}, Metadata: map[string]string{"owner": "bob"}}},
		{"metadata that is not on the list", Object{Bucket: "closed", Key: "k", Metadata: map[string]string{"owner": "bob", "taem": "web", "zzz": "1"}}},
		{"an object whose key and bucket are not known yet", Object{Metadata: map[string]string{"owner": "zoe"}}},
	} {
		p.say(tt.written, policy.Check(tt.object))
	}
}

func (p *page) mistakes(t *testing.T) {
	p.chapter("Mistakes in a policy")
	rule := func(fields string) string { return `{"rules": [{"name": "r", ` + fields + `}]}` }
	entry := func(demand string) string { return rule(`"metadata": {"owner": {` + demand + `}}`) }
	two := func(a, b string) string { return `{"rules": [{"name": "a", ` + a + `}, {"name": "b", ` + b + `}]}` }
	for _, source := range []string{
		`[]`, `{}`, `{"ruels": []}`, `{"rules": {}}`, `{"rules": ["owner"]}`, `{"rules": [{"only_listed": true}]}`, `{"rules": [{"name": "r"}]}`,
		rule(`"zzz": 1, "only_listed": "yes"`), rule(`"name": 5, "only_listed": true`), rule(`"severity": "warn", "only_listed": true`),
		rule(`"keys": "a", "only_listed": true`), rule(`"keys": [], "only_listed": true`), rule(`"keys": ["a["], "only_listed": true`), rule(`"keys": ["/a"], "only_listed": true`),
		rule(`"keys": [""], "only_listed": true`), rule(`"keys": ["a/"], "only_listed": true`), rule(`"keys": ["**.html"], "only_listed": true`),
		rule(`"buckets": ["Web"], "only_listed": true`), rule(`"buckets": ["ab"], "only_listed": true`),
		rule(`"headers": {"Cash-Control": {"required": true}}`), rule(`"headers": {"X-Robots-Tag": {"required": true}}`), rule(`"headers": {"Expires": {"required": true}, "expires": {"required": true}}`),
		rule(`"metadata": {"Owner": {"required": true}}`), rule(`"metadata": ["owner"]`), rule(`"metadata": {"owner": true}`),
		entry(``), entry(`"requierd": true`), entry(`"required": 1`), entry(`"max_length": "5"`), entry(`"max_length": 0.5`), entry(`"values": []`), entry(`"values": ["a", "a"]`), entry(`"values": [" a"]`),
		entry(`"values": ["ab"], "max_length": 1`), entry(`"values": ["ab"], "pattern": "c"`), entry(`"pattern": ""`), entry(`"pattern": "("`), entry(`"pattern": "abc", "max_length": 2`),
		entry(`"forbidden": true, "required": true`),
		two(`"metadata": {"o": {"forbidden": true}}`, `"metadata": {"o": {"required": true}}`), two(`"metadata": {"o": {"required": true}}`, `"metadata": {"o": {"forbidden": true}}`),
		two(`"metadata": {"o": {"required": true, "values": ["a"]}}`, `"metadata": {"o": {"values": ["b"]}}`), two(`"only_listed": true`, `"metadata": {"o": {"required": true}}`),
		`{"rules": [{"name": "a", "only_listed": true}, {"name": "a", "only_listed": true}]}`,
	} {
		_, mistakes := DecodePolicy(generic(t, source))
		fmt.Fprintf(p, "%s\n", source)
		for _, m := range mistakes {
			fmt.Fprintf(p, "    %s\n", m)
		}
		if len(mistakes) == 0 {
			t.Errorf("%s is no mistake", source)
		}
		p.WriteString("\n")
	}
}

// Every message of this package is read by a person before it changes: go test -run Messages -update shows a change as
// a difference of the golden file.
func TestMessages(t *testing.T) {
	t.Parallel()
	p := &page{rules: map[string]bool{}}
	p.names()
	p.headers()
	p.dispositions()
	p.signedHeaders()
	p.forms()
	p.userMetadata()
	for _, table := range [][]limit{keyRules, bucketRules, nameRules, valueRules, headerRules, tagRules, dispositionRules, filenameRules, formRules} {
		for _, r := range table {
			if !p.rules[r.slug] {
				t.Errorf("no message of %s is in the file", r.slug)
			}
		}
	}
	for _, rule := range []string{"metadata-name-twins", "metadata-size", "key-glob", "cache-control-contradiction", "expires-weekday"} {
		if !p.rules[rule] {
			t.Errorf("no message of %s is in the file", rule)
		}
	}
	p.policy(t)
	p.offers(t)
	p.mistakes(t)
	got := p.String()
	if strings.Contains(got, "(nothing)") {
		t.Error("some of what is written is no mistake")
	}
	if *update {
		if err := os.MkdirAll("testdata", 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(messagesFile, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(messagesFile)
	if err != nil {
		t.Fatal(err)
	}
	lines, expected := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(lines), len(expected)) {
		if i >= len(lines) || i >= len(expected) || lines[i] != expected[i] {
			t.Fatalf("%s differs from line %d on; go test -run Messages -update writes it anew\ngot  %q\nwant %q", messagesFile, i+1, lineAt(lines, i), lineAt(expected, i))
		}
	}
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(the end)"
}
