package rules

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding/findingtest"
)

func namesPage(p *findingtest.Page) {
	p.Chapter("Buckets and keys")
	for _, bucket := range []string{"ab", "My_Bucket", "-logs"} {
		p.Say(fmt.Sprintf("bucket = %q", bucket), CheckBucket(bucket))
	}
	for _, key := range []string{"", strings.Repeat("k", 1030), "a\xff", "/site/index.html", "//", `\site\index.html`, "a\x01b", "site/../secret", "oss://bucket/a/k", "https://b.oss-cn-hangzhou.aliyuncs.com/k"} {
		p.Say(fmt.Sprintf("key = %q", key), CheckKey(key))
	}
	for _, id := range []string{"1d2baaf3-d357-46c2 "} {
		p.Say(fmt.Sprintf("server_side_encryption_key_id = %q", id), CheckEncryptionKeyID(id))
	}
	for _, glob := range []string{"/a/*", "a[", "logs/", "**.html", ""} {
		p.Say(fmt.Sprintf("glob = %q", glob), CheckKeyGlob(glob))
	}
}

func headersPage(p *findingtest.Page) {
	p.Chapter("Headers")
	for _, value := range []string{"", "a\xff", "a\r\nb", " no-cache", "  ", "no-cache\u3000", "no-cache,\tmax-age=1"} {
		p.Say(fmt.Sprintf("Cache-Control = %q", value), CheckHeader("Cache-Control", value))
	}
	for _, tt := range grammarTests {
		if tt.rules != "" {
			p.Say(fmt.Sprintf("%s = %q", tt.name, tt.value), CheckHeader(tt.name, tt.value))
		}
	}
}

func dispositionsPage(p *findingtest.Page) {
	p.Chapter("Parts of a Content-Disposition")
	for _, kind := range []string{"", "Attachment", "atachment", "download"} {
		p.Say(fmt.Sprintf("type = %q", kind), CheckDispositionType(kind))
	}
	for _, name := range []string{"", "a\xff", "reports/a.pdf", "a\nb.pdf"} {
		p.Say(fmt.Sprintf("filename = %q", name), CheckFilename(name))
	}
}

func signedHeadersPage(p *findingtest.Page) {
	p.Chapter("Headers that a signed URL or form demands")
	for _, header := range [][2]string{
		{"", "x"}, {"cache_control", "x"}, {"Content-Type", "x"}, {"x-oss-callback", "x"}, {"Host", "x"}, {"TE", "x"}, {"x-oss-meta-owner", "x"}, {"x-oss-date", "x"},
		{"Cache-Control", "no-cash"}, {"Range", ""}, {"x-oss-object-acl", "publik"}, {"Content-Length", "5 bytes"}, {"x-oss-tagging", "a=%zz"}, {"x-oss-tagging", "a=1&a=2"},
		{"x-oss-tagging", "a=b%26c"}, {"x-oss-obect-acl", "private"},
	} {
		p.Say(fmt.Sprintf("%s = %q", header[0], header[1]), CheckSignedHeaders(InURL, map[string]string{header[0]: header[1]}))
	}
	p.Say("twice", CheckSignedHeaders(InURL, map[string]string{"Range": "bytes=0-9", "range": "bytes=0-9"}))
	for _, name := range []string{"Content-Length", "Range"} {
		p.Say(name+" of a form", CheckSignedHeaderName(InForm, name))
	}
}

func formsPage(p *findingtest.Page) {
	p.Chapter("Forms")
	p.Say(`key = "up/${filename}"`, CheckFormKey("up/${filename}"))
	p.Say(`key_prefix = ""`, CheckFormPrefix(""))
	for _, types := range [][]string{{"*/*"}, {"image/p*"}, {"image/*", "text/plain"}, {"png"}} {
		p.Say(fmt.Sprintf("content_types = %q", types), CheckFormTypes(types))
	}
}

func userMetadataPage(p *findingtest.Page) {
	p.Chapter("User metadata and tags")
	for _, entries := range []map[string]string{
		{"": "x"}, {"x-oss-meta-owner": "emma"}, {"Owner": "emma"}, {"made_by": "emma"}, {"Owner": "a", "owner": "b"},
		{"owner": ""}, {"owner": "a\xff"}, {"owner": "a\nb"}, {"owner": "emma "}, {"owner": " "}, {"owner": "emma", "note": strings.Repeat("x", 8200)},
	} {
		p.Say(fmt.Sprintf("metadata = %q", entries), CheckUserMetadata(entries))
	}
	many := map[string]string{}
	for i := range 11 {
		many[fmt.Sprint("k", i)] = "v"
	}
	for _, tags := range []map[string]string{
		{"": "x"}, {strings.Repeat("k", 129): "x"}, {"a%b": "x"}, {"a": strings.Repeat("v", 257)}, {"a": "b&c"}, {"a\xff": "b"}, {"a": "b\xff"}, many,
	} {
		p.Say(fmt.Sprintf("tags = %q", tags), CheckTags(tags))
	}
}

// Every message of this package is read by a person before it changes: go test -run Messages -update shows a change as
// a difference of the golden file.
func TestMessages(t *testing.T) {
	t.Parallel()
	p := &findingtest.Page{}
	namesPage(p)
	headersPage(p)
	dispositionsPage(p)
	signedHeadersPage(p)
	formsPage(p)
	userMetadataPage(p)
	for _, table := range [][]limit{keyRules, bucketRules, nameRules, valueRules, headerRules, tagRules(finding.Quote), encryptionRules, dispositionRules, filenameRules, formRules} {
		for _, r := range table {
			if !p.Spoken[r.slug] {
				t.Errorf("no message of %s is in the file", r.slug)
			}
		}
	}
	for _, rule := range []string{"metadata-name-twins", "metadata-size", "key-glob", "cache-control-contradiction", "expires-weekday"} {
		if !p.Spoken[rule] {
			t.Errorf("no message of %s is in the file", rule)
		}
	}
	p.Compare(t)
}
