package ossserver

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

// controls are all characters below the space that a key of the SDKs' tests has.
const controls = "\x01\x02\x03\x04\x05\x06\a\b\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"

// oddKeys are keys that are hard to write in XML or in a URL, in the order of their bytes.
func oddKeys() []string {
	keys := []string{
		"all" + controls, "&#x1C;", "&amp;#x1C;", "a\x1c\x1a.1", "a\x1c\x1a.2", "a\x1c/b", "a&#x1C;/b", "%1C", "%251C", "+", " ", "plus+and space ",
		`<"quoted'&>`, "ü", "中", "\u0085", "\u2028", "\ufffd", "\ufffe", "\uffff", "\U000f0000", "\U0010fffd", "\x7f", "tail\x01",
	}
	for i := range len(controls) {
		keys = append(keys, "c"+controls[i:i+1])
	}
	slices.Sort(keys)
	return keys
}

// between are the texts of the elements called name, with their references read, whether XML allows them or not.
func between(body, name string) []string {
	var texts []string
	for _, match := range regexp.MustCompile(`(?s)<`+name+`>([^<]*)</`+name+`>`).FindAllStringSubmatch(body, -1) {
		texts = append(texts, html.UnescapeString(match[1]))
	}
	return texts
}

func one(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}

// TestOddKeysInLists is OSS-270, and holds that whoever pages finds every key, whatever its characters.
func TestOddKeysInLists(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.versioning("Enabled")
	want := oddKeys()
	for _, key := range want {
		e.put(key, "x", nil)
		e.must(200, call{method: "POST", path: at(key) + "?uploads"})
	}
	for kind, markers := range map[string][]string{
		"":            {"marker", "NextMarker"},
		"list-type=2": {"continuation-token", "NextContinuationToken"},
		"versions":    {"key-marker", "NextKeyMarker", "version-id-marker", "NextVersionIdMarker"},
		"uploads":     {"key-marker", "NextKeyMarker", "upload-id-marker", "NextUploadIdMarker"},
	} {
		for _, encoding := range []string{"", "url"} {
			for _, size := range []int{1, 7, 1000} {
				t.Run(fmt.Sprintf("%s %s %d", kind, encoding, size), func(t *testing.T) {
					t.Parallel()
					f := *e
					f.t = t
					decode := func(s string) string { return s }
					if encoding != "" {
						decode = func(s string) string { s, _ = url.PathUnescape(s); return s }
					}
					limit := "max-keys"
					if kind == "uploads" {
						limit = "max-uploads"
					}
					var got []string
					next := ""
					for range 2 * len(want) {
						a := f.must(200, call{method: "GET",
							path: fmt.Sprintf("/%s/?%s&%s=%d&encoding-type=%s%s", testBucket, kind, limit, size, encoding, next)})
						for _, key := range between(a.body, "Key") {
							got = append(got, decode(key))
						}
						if one(between(a.body, "IsTruncated")) != "true" {
							break
						}
						next = ""
						for i := 0; i < len(markers); i += 2 {
							next += "&" + markers[i] + "=" + url.QueryEscape(decode(one(between(a.body, markers[i+1]))))
						}
					}
					if !slices.Equal(got, want) {
						t.Errorf("got  %q\nwant %q", got, want)
					}
				})
			}
		}
	}
}

// TestOddPrefixes holds that prefix, delimiter, markers and common prefixes are shown like the keys.
func TestOddPrefixes(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, key := range []string{"a\x01b\x02c", "a\x01b\x02d", "a\x01e"} {
		e.put(key, "x", nil)
	}
	query := "/" + testBucket + "/?prefix=a%01&delimiter=%02&marker=a%01a&max-keys=1&encoding-type="
	for encoding, decode := range map[string]func(string) string{
		"": func(s string) string { return s }, "url": func(s string) string { s, _ = url.PathUnescape(s); return s },
	} {
		a := e.must(200, call{method: "GET", path: query + encoding})
		for name, want := range map[string][]string{
			"Prefix": {"a\x01", "a\x01b\x02"}, "Delimiter": {"\x02"}, "Marker": {"a\x01a"}, "NextMarker": {"a\x01b\x02"},
		} {
			var got []string
			for _, text := range between(a.body, name) {
				got = append(got, decode(text))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q: %s %q, want %q", encoding, name, got, want)
			}
		}
	}
	if a := e.must(200, call{method: "GET", path: "/" + testBucket + "/?prefix=a%01e"}); !strings.Contains(a.body, "<Key>a&#x1;e</Key>") {
		t.Errorf("answer %s", a.body)
	}
}

// TestDeleteOddKeys is a part of OSS-267: references to characters that XML 1.0 forbids are taken.
func TestDeleteOddKeys(t *testing.T) {
	t.Parallel()
	forms := map[string]func(r rune) string{
		"hex": func(r rune) string { return fmt.Sprintf("&#x%02X;", r) }, "decimal": func(r rune) string { return fmt.Sprintf("&#%d;", r) },
		"small": func(r rune) string { return fmt.Sprintf("&#x%x;", r) },
	}
	for name, write := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t, nil)
			keys := oddKeys()
			body := ""
			for _, key := range keys {
				e.put(key, "x", nil)
				coded := ""
				for _, r := range key {
					if r < ' ' || strings.ContainsRune("&<>'\"\ufffe\uffff", r) {
						coded += write(r)
					} else {
						coded += string(r)
					}
				}
				body += "<Object><Key>" + coded + "</Key></Object>"
			}
			e.put("stays", "x", nil)
			for _, query := range []string{"", "&encoding-type=url"} {
				c := deleteCall("<Delete>" + body + "</Delete>")
				c.path += query
				deleted := between(e.must(200, c).body, "Key")
				for i := range deleted {
					if query != "" {
						deleted[i], _ = url.PathUnescape(deleted[i])
					}
				}
				if !slices.Equal(deleted, keys) {
					t.Errorf("%q\ndeleted %q\nwant    %q", query, deleted, keys)
				}
			}
			if names := e.list("").names(); !slices.Equal(names, []string{"stays"}) {
				t.Errorf("left %q", names)
			}
		})
	}
}

// TestReferencesElsewhere holds that what only looks like a reference is not one, and that a bad one is refused.
func TestReferencesElsewhere(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	keys := []string{"&#x1C;", "\x1c", "\U000f001c", "\U000f005c"}
	for _, key := range keys {
		e.put(key, "x", nil)
	}
	deleted := func(body string) []string {
		t.Helper()
		return between(e.must(200, deleteCall("<Delete><!-- &#x1C; -->"+body+"</Delete>")).body, "Key")
	}
	if got := deleted("<Object><Key><![CDATA[&#x1C;]]></Key></Object><Object><Key>&amp;#x1C;</Key></Object>"); !slices.Equal(got, []string{"&#x1C;", "&#x1C;"}) {
		t.Errorf("deleted %q", got)
	}
	if names := between(e.must(200, call{method: "GET", path: "/" + testBucket + "/"}).body, "Key"); !slices.Equal(names, keys[1:]) {
		t.Errorf("left %q", names)
	}
	// Whatever stands in for the forbidden character must not be taken for a character of the document, nor the other way round.
	body := "<Object><Key>&#x1C;</Key></Object><Object><Key>\U000f001c</Key></Object><Object><Key>&#xF005C;</Key></Object>"
	if got := deleted(body); !slices.Equal(got, keys[1:]) {
		t.Errorf("deleted %q", got)
	}
	for _, bad := range []string{"&#x110000;", "&#99999999999999999999;", "&#x;", "&#;", "&#x1C", "&nothing;", "\x1c"} {
		e.refused(400, "MalformedXML", deleteCall("<Delete><Object><Key>k"+bad+"</Key></Object></Delete>"))
	}
	e.refused(400, "InvalidObjectName", deleteCall("<Delete><Object><Key>&#x2F;k&#x1C;</Key></Object></Delete>"))
}

// TestQuietDeletion is a part of OSS-263.
func TestQuietDeletion(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	a := e.must(200, deleteCall("<Delete><Quiet>true</Quiet><Object><Key>k</Key></Object></Delete>"))
	e.wantHeader(a, "Content-Type", "")
	e.wantHeader(a, "Content-Length", "0")
	if _, err := e.s.Object(testBucket, "k"); a.body != "" || err == nil {
		t.Errorf("body %q, %v", a.body, err)
	}
	a = e.must(200, deleteCall("<Delete><Quiet>false</Quiet><Object><Key>k</Key></Object></Delete>"))
	e.wantHeader(a, "Content-Type", "application/xml")
	if got := children(t, a.body, "DeleteResult"); got != "Deleted" {
		t.Errorf("answer %s", a.body)
	}
}

// FuzzNameText holds that what is written of a key is read as that key.
func FuzzNameText(f *testing.F) {
	for _, key := range append(oddKeys(), "\x00", "\U000f001c\x1c", "]]>", "<!--") {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if !utf8.ValidString(key) {
			return
		}
		document, err := xml.Marshal(struct {
			XMLName xml.Name `xml:"Object"`
			Key     nameText
		}{Key: nameText(key)})
		if err != nil {
			t.Fatal(err)
		}
		rewritten, restore := standIns(document)
		var read struct{ Key string }
		if err := xml.Unmarshal(rewritten, &read); err != nil || restore(read.Key) != key {
			t.Fatalf("%q became %q by %s, %v", key, restore(read.Key), document, err)
		}
	})
}

// TestSDKOddKeys does with the Go SDK what its own tests do against the service.
func TestSDKOddKeys(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	_, bucket := sdkBucket(t, e)
	keys := slices.DeleteFunc(oddKeys(), func(key string) bool { return strings.ContainsAny(key, "\ufffe\uffff") }) // which the SDK cannot write
	for _, key := range keys {
		e.put(key, "x", nil)
	}
	var listed []string
	for marker, more := "", true; more; {
		page, err := bucket.ListObjects(oss.MaxKeys(5), oss.Marker(marker))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Objects {
			listed = append(listed, o.Key)
		}
		marker, more = page.NextMarker, page.IsTruncated
	}
	if !slices.Equal(listed, keys) {
		t.Errorf("listed %q\nwant   %q", listed, keys)
	}
	result, err := bucket.DeleteObjects(keys)
	if err != nil || !slices.Equal(result.DeletedObjects, keys) {
		t.Errorf("deleted %q, %v", result.DeletedObjects, err)
	}
	if names := e.list("").names(); len(names) != 0 {
		t.Errorf("left %q", names)
	}
}

// TestUnicodeFormsOfKeys is OSS-288.
func TestUnicodeFormsOfKeys(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	const nfc, nfd = "caf\u00e9", "cafe\u0301"
	e.put(nfd, "decomposed", nil)
	e.must(404, call{method: "GET", path: at(nfc)})
	e.put(nfc, "composed", nil)
	if a := e.must(200, call{method: "GET", path: at(nfd)}); a.body != "decomposed" {
		t.Errorf("body %q", a.body)
	}
	a := e.must(200, call{method: "GET", path: "/" + testBucket + "/"})
	if got := between(a.body, "Key"); !slices.Equal(got, []string{nfd, nfc}) {
		t.Errorf("listed %q, in the order of their bytes", got)
	}
}
