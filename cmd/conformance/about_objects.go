package main

import (
	"fmt"
	"net/http"
	"strings"
)

const metaPrefix = "x-oss-meta-"

var aboutMetadata = []question{
	{fact: "OSS-201", text: "Content-Language after a PUT, after a copy, after REPLACE without it", expect: "de, de, none", ask: func(s *session) string {
		s.put("language", "x", header("Content-Language", "de"))
		s.copyTo("language", "language-copy")
		s.copyTo("language", "language-replaced", header("x-oss-metadata-directive", "REPLACE"))
		return joined(s.shown("language", "Content-Language"), s.shown("language-copy", "Content-Language"), s.shown("language-replaced", "Content-Language"))
	}},
	{fact: "OSS-203", text: "Content-Type of a PUT of page.html that sends none", expect: "application/octet-stream", ask: func(s *session) string {
		s.put("page.html", "x")
		return s.shown("page.html", "Content-Type")
	}},
	{fact: "OSS-204", text: "Expires that are not dates", expect: "123, 2022-10-12T00:00:00.000Z, Mon, 21 Oct 2026 07:28:00 GMT", ask: func(s *session) string {
		var seen []string
		for _, text := range []string{"123", "2022-10-12T00:00:00.000Z", "Mon, 21 Oct 2026 07:28:00 GMT"} {
			s.put("expires", "x", header("Expires", text))
			seen = append(seen, s.shown("expires", "Expires"))
		}
		return joined(seen...)
	}},
	{fact: "OSS-205", text: "Cache-Control that was sent empty", expect: "none", ask: func(s *session) string {
		s.put("empty-header", "x", header("Cache-Control", ""))
		return s.shown("empty-header", "Cache-Control")
	}},
	{fact: "OSS-206", text: "an object ACL that does not exist", expect: "400 InvalidArgument, EC 0017-00000104", ask: func(s *session) string {
		return s.put("bad-acl", "x", header("x-oss-object-acl", "nobody")).String()
	}},
	{fact: "OSS-020", text: "an underscore in a metadata name (open)", expect: "400 InvalidArgument, EC 0011-00000004", ask: func(s *session) string {
		return s.put("bad-name", "x", header(metaPrefix+"a_b", "x")).String()
	}},
	{fact: "OSS-023", text: "a metadata value that is not UTF-8 (open)", expect: "400 InvalidArgument, EC 0011-00000005", ask: func(s *session) string {
		return s.put("bad-value", "x", header(metaPrefix+"a", "\xff\xfe")).String()
	}},
	{fact: "OSS-021", text: "8,191 bytes of metadata with their names (open)", expect: "200", ask: func(s *session) string { return s.metadataOf(8191) }},
	{fact: "OSS-021", text: "8,192 bytes of metadata with their names (open)", expect: "400 InvalidArgument, EC 0011-00000002", ask: func(s *session) string { return s.metadataOf(8192) }},
	{fact: "OSS-023", text: "metadata in UTF-8", expect: "北京 é", ask: func(s *session) string {
		s.put("utf8", "x", header(metaPrefix+"place", "北京 é"))
		return s.shown("utf8", metaPrefix+"place")
	}},
	{fact: "OSS-023", text: "metadata with two spaces and a tab inside (open)", expect: `a  b\tc`, ask: func(s *session) string {
		s.put("spaces", "x", header(metaPrefix+"a", "a  b\tc"))
		return strings.ReplaceAll(s.shown("spaces", metaPrefix+"a"), "\t", `\t`)
	}},
	{fact: "OSS-023", text: "metadata that begins with an ideographic space, U+3000 (open)", expect: "403 SignatureDoesNotMatch", ask: func(s *session) string {
		a := s.put("padded", "x", header(metaPrefix+"a", "\u3000b"))
		if a.status != http.StatusOK {
			return a.withoutEC()
		}
		return fmt.Sprintf("200, comes back as %+q", s.shown("padded", metaPrefix+"a"))
	}},
	{fact: "OSS-023", text: "an empty metadata value (open)", expect: "stored, empty", ask: func(s *session) string {
		if a := s.put("empty-value", "x", header(metaPrefix+"a", "")); a.status != http.StatusOK {
			return a.String()
		}
		if _, ok := s.head("empty-value")[http.CanonicalHeaderKey(metaPrefix+"a")]; ok {
			return "stored, empty"
		}
		return "not stored"
	}},
	{fact: "OSS-268", text: "tags beyond ASCII", expect: "中文=值", ask: func(s *session) string {
		if a := s.put("tagged", "x", header("x-oss-tagging", "%E4%B8%AD%E6%96%87=%E5%80%BC")); a.status != http.StatusOK {
			return a.String()
		}
		text := s.ask("GET", "tagged", with("tagging")).body
		return between(text, "<Key>", "</Key>") + "=" + between(text, "<Value>", "</Value>")
	}},
	{fact: "OSS-036", text: "HEAD and GET of an HTML page with Content-Disposition: inline (open)", expect: "alike", ask: func(s *session) string {
		s.put("forced.html", "<p>", header("Content-Type", "text/html"), header("Content-Disposition", "inline"))
		var seen [2]string
		for i, method := range []string{"HEAD", "GET"} {
			h := s.ask(method, "forced.html").header
			seen[i] = fmt.Sprintf("%s, force-download %s", or(h.Get("Content-Disposition")), or(h.Get("x-oss-force-download")))
		}
		if seen[0] == seen[1] {
			return "alike: " + seen[0]
		}
		return "HEAD " + seen[0] + "; GET " + seen[1]
	}},
	{fact: "OSS-213", text: "a KMS key named by its ARN, in HEAD", expect: "the id alone", needs: needsKey, ask: func(s *session) string {
		a := s.put("encrypted", "x", header("x-oss-server-side-encryption", "KMS"), header("x-oss-server-side-encryption-key-id", s.kmsKey))
		_, id, _ := strings.Cut(s.kmsKey, ":key/")
		shown := s.shown("encrypted", "x-oss-server-side-encryption-key-id")
		switch {
		case a.status != http.StatusOK:
			return a.String()
		case shown == id:
			return "the id alone"
		case shown == s.kmsKey:
			return "the ARN"
		}
		return shown
	}},
}

var aboutReading = []question{
	{fact: "OSS-209", text: "what HEAD ?objectMeta shows beside length, ETag and time", expect: "x-oss-hash-crc64ecma, x-oss-object-type", ask: func(s *session) string {
		s.put("meta", "x", header("Content-Type", "text/plain"))
		h := s.head("meta", with("objectMeta"))
		var shown []string
		for _, name := range []string{"Content-MD5", "Content-Type", "x-oss-hash-crc64ecma", "x-oss-object-type", "x-oss-storage-class"} {
			if h.Get(name) != "" {
				shown = append(shown, name)
			}
		}
		return joined(shown...)
	}},
	{fact: "OSS-210", text: "digests in a 206", expect: "206, the whole's ETag and CRC-64, no Content-MD5", ask: func(s *session) string {
		whole := s.put("part", "0123456789").header
		a := s.ask("GET", "part", header("Range", "bytes=2-4"))
		if a.status == http.StatusPartialContent && a.body == "234" && a.header.Get("Content-MD5") == "" &&
			a.header.Get("ETag") == whole.Get("ETag") && a.header.Get("x-oss-hash-crc64ecma") == whole.Get("x-oss-hash-crc64ecma") {
			return "206, the whole's ETag and CRC-64, no Content-MD5"
		}
		return fmt.Sprintf("%s: %q, ETag %s, CRC-64 %s, Content-MD5 %s", a, a.body, a.header.Get("ETag"), a.header.Get("x-oss-hash-crc64ecma"), or(a.header.Get("Content-MD5")))
	}},
	{fact: "OSS-211", text: "ranges 0-57, -57 and 57- of 47 bytes", expect: "200 whole, 200 whole, 200 whole", ask: func(s *session) string {
		text := strings.Repeat("x", 47)
		s.put("short", text)
		var seen []string
		for _, r := range []string{"0-57", "-57", "57-"} {
			a := s.ask("GET", "short", header("Range", "bytes="+r))
			if a.body == text && a.header.Get("Content-Range") == "" {
				seen = append(seen, a.String()+" whole")
			} else {
				seen = append(seen, fmt.Sprintf("%s %d bytes", a, len(a.body)))
			}
		}
		return joined(seen...)
	}},
	{fact: "OSS-231", text: "elements of ListObjectsV2 of one key", expect: "Name Prefix MaxKeys Delimiter IsTruncated Contents KeyCount, MaxKeys 100", ask: func(s *session) string {
		s.put("list/one", "x")
		a := s.ask("GET", "", with("list-type", "2"), with("prefix", s.prefix+"list/"))
		names, texts := a.children()
		return strings.Join(names, " ") + ", MaxKeys " + texts["MaxKeys"]
	}},
	{fact: "OSS-267", text: "times in a list", expect: "whole seconds, then .000Z", ask: func(s *session) string {
		s.put("list/one", "x")
		time := between(s.ask("GET", "", with("list-type", "2"), with("prefix", s.prefix+"list/")).body, "<LastModified>", "</LastModified>")
		if strings.HasSuffix(time, ".000Z") {
			return "whole seconds, then .000Z"
		}
		return time
	}},
	{fact: "OSS-265", text: "x-oss-server-time of a GET of one byte, and of none", expect: "present, none", ask: func(s *session) string {
		s.put("byte", "x")
		s.put("nothing", "")
		seen := [2]string{}
		for i, key := range []string{"byte", "nothing"} {
			seen[i] = "none"
			if s.ask("GET", key).header.Get("x-oss-server-time") != "" {
				seen[i] = "present"
			}
		}
		return joined(seen[:]...)
	}},
	{fact: "OSS-263", text: "DeleteMultipleObjects, quiet", expect: "200, 0 bytes, Content-Type none", ask: func(s *session) string {
		s.put("many", "x")
		a := s.deleteMany("<Object><Key>" + s.prefix + "many</Key></Object>")
		return fmt.Sprintf("%s, %d bytes, Content-Type %s", a, len(a.body), or(a.header.Get("Content-Type")))
	}},
	{fact: "OSS-267", text: "DeleteMultipleObjects of a key with a control character, as a reference", expect: "200", ask: func(s *session) string {
		return s.deleteMany("<Object><Key>" + s.prefix + "a&#1;b</Key></Object>").String()
	}},
}

// metadataOf stores user metadata of so many bytes, full names included.
func (s *session) metadataOf(size int) string {
	return s.put("metadata-size", "x", header(metaPrefix+"a", strings.Repeat("x", size-len(metaPrefix)-1))).String()
}

// shown is a header of HEAD, or "none".
func (s *session) shown(key, name string) string { return or(s.head(key).Get(name)) }

func or(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func joined(texts ...string) string { return strings.Join(texts, ", ") }

// between is the text between two marks, "" if they are not there.
func between(text, start, end string) string {
	_, rest, _ := strings.Cut(text, start)
	inside, _, found := strings.Cut(rest, end)
	if !found {
		return ""
	}
	return inside
}

func (s *session) deleteMany(objects string) answer {
	document := "<Delete><Quiet>true</Quiet>" + objects + "</Delete>"
	return s.ask("POST", "", with("delete"), header("Content-MD5", md5Text([]byte(document))), body(document))
}
