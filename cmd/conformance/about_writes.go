package main

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

var aboutCopies = []question{
	{fact: "OSS-202", text: "a copy with REPLACE and without headers: Content-Type, Cache-Control, metadata", expect: "text/x-own, none, none", ask: func(s *session) string {
		s.put("clear", "x", header("Content-Type", "text/x-own"), header("Cache-Control", "no-cache"), header(metaPrefix+"a", "1"))
		s.copyTo("clear", "clear-copy", header("x-oss-metadata-directive", "REPLACE"))
		return joined(s.shown("clear-copy", "Content-Type"), s.shown("clear-copy", "Cache-Control"), s.shown("clear-copy", metaPrefix+"a"))
	}},
	{fact: "OSS-268", text: "Content-Type after a copy onto itself with neither header nor directive", expect: "text/x-own", needs: plainBucket, ask: func(s *session) string {
		s.put("bare", "x", header("Content-Type", "text/x-own"))
		if a := s.copyTo("bare", "bare"); a.status != http.StatusOK {
			return a.String()
		}
		return s.shown("bare", "Content-Type")
	}},
	{fact: "OSS-063", text: "the ACL after a copy onto itself that sends none", expect: "default", ask: func(s *session) string {
		s.put("acl", "x", header("x-oss-object-acl", "private"))
		s.copyTo("acl", "acl", header("x-oss-metadata-directive", "REPLACE"), header("Content-Type", "a/b"))
		return or(between(s.ask("GET", "acl", with("acl")).body, "<Grant>", "</Grant>"))
	}},
	{fact: "OSS-225", text: "class IA after a copy onto itself that sends none (open)", expect: "Standard", ask: func(s *session) string {
		s.put("class", "x", header("x-oss-storage-class", "IA"))
		if a := s.copyTo("class", "class", header("x-oss-metadata-directive", "REPLACE"), header("Content-Type", "a/b")); a.status != http.StatusOK {
			return a.String()
		}
		return s.shown("class", "x-oss-storage-class")
	}},
	{fact: "OSS-220", text: "headers of the answer to a copy", expect: "x-oss-copied-size, x-oss-ia-retrieve-flow-type, x-oss-hash-crc64ecma by HEAD", ask: func(s *session) string {
		s.put("counted", "x")
		h := s.copyTo("counted", "counted-copy").header
		var seen []string
		for _, name := range []string{"x-oss-copied-size", "x-oss-ia-retrieve-flow-type"} {
			if h.Get(name) != "" {
				seen = append(seen, name)
			}
		}
		if s.shown("counted-copy", "x-oss-hash-crc64ecma") != "none" {
			seen = append(seen, "x-oss-hash-crc64ecma by HEAD")
		}
		return joined(seen...)
	}},
	{fact: "OSS-064", text: "the ETag of a copy", expect: "the source's", ask: func(s *session) string {
		etag := s.put("etag", "x").header.Get("ETag")
		s.copyTo("etag", "etag-copy")
		if got := s.shown("etag-copy", "ETag"); got != etag {
			return got
		}
		return "the source's"
	}},
	{fact: "OSS-223", text: "upper case in the name of the source's bucket", expect: "400 InvalidBucketName, EC 0015-00000001", ask: func(s *session) string {
		return s.ask("PUT", "from-nowhere", header("x-oss-copy-source", "/No-Bucket/"+s.prefix+"k")).String()
	}},
	{fact: "OSS-267", text: "a copy with If-Match, and one with an unknown x-oss-copy-source-header", expect: "200, 200", ask: func(s *session) string {
		s.put("lenient", "x")
		return joined(s.copyTo("lenient", "lenient-copy", header("If-Match", `"0"`)).String(), s.copyTo("lenient", "lenient-copy", header("x-oss-copy-source-unheard-of", "1")).String())
	}},
	{fact: "OSS-225", text: "a metadata copy of a frozen object onto itself (open)", expect: "403 InvalidObjectState", needs: needsFrozen, ask: func(s *session) string {
		s.put("frozen", "x", header("x-oss-storage-class", "Archive"))
		a := s.copyTo("frozen", "frozen", header("x-oss-metadata-directive", "REPLACE"), header("x-oss-storage-class", "Archive"), header("Content-Type", "a/b"))
		return a.withoutEC() // which is open as well
	}},
}

var aboutUploads = []question{
	{fact: "OSS-212", text: "the ETag of an upload in one part", expect: "MD5 of the part's ETag in upper case, -1", ask: func(s *session) string {
		id := between(s.ask("POST", "parts", with("uploads")).body, "<UploadId>", "</UploadId>")
		etag := strings.Trim(s.put("parts", "x", with("uploadId", id), with("partNumber", "1")).header.Get("ETag"), `"`)
		s.complete("parts", id, "<Part><PartNumber>1</PartNumber><ETag>"+etag+"</ETag></Part>")
		sum := md5.Sum([]byte(etag))
		got := s.shown("parts", "ETag")
		if got == `"`+strings.ToUpper(hex.EncodeToString(sum[:]))+`-1"` {
			return "MD5 of the part's ETag in upper case, -1"
		}
		return got
	}},
	{fact: "OSS-267", text: "completing an upload with an empty list", expect: "200, 0 bytes", ask: func(s *session) string {
		id := between(s.ask("POST", "no-parts", with("uploads")).body, "<UploadId>", "</UploadId>")
		a := s.complete("no-parts", id, "")
		return fmt.Sprintf("%s, %s bytes", a, s.shown("no-parts", "Content-Length"))
	}},
	{fact: "OSS-261", text: "completing with a part that was not uploaded", expect: "400 InvalidPart, EC 0042-00000212, ETag PartNumber UploadId", ask: func(s *session) string {
		id := between(s.ask("POST", "bad-part", with("uploads")).body, "<UploadId>", "</UploadId>")
		a := s.complete("bad-part", id, "<Part><PartNumber>7</PartNumber><ETag>0123456789ABCDEF0123456789ABCDEF</ETag></Part>")
		names, _ := a.children()
		var own []string
		for _, name := range names {
			if name == "ETag" || name == "PartNumber" || name == "UploadId" {
				own = append(own, name)
			}
		}
		return a.String() + ", " + strings.Join(own, " ")
	}},
	{fact: "OSS-261", text: "aborting and completing an upload that is not there", expect: "404 NoSuchUpload, EC 0042-00000002, 404 NoSuchUpload, EC 0042-00000203", ask: func(s *session) string {
		const id = "0123456789ABCDEF0123456789ABCDEF"
		return joined(s.ask("DELETE", "no-upload", with("uploadId", id)).String(),
			s.complete("no-upload", id, "<Part><PartNumber>1</PartNumber><ETag>0123456789ABCDEF0123456789ABCDEF</ETag></Part>").String())
	}},
	{fact: "OSS-267", text: "markers in a list of uploads", expect: "NextKeyMarker, NextUploadIdMarker", ask: func(s *session) string {
		a := s.ask("GET", "", with("uploads"), with("prefix", s.prefix+"none/"))
		var seen []string
		for _, name := range []string{"NextKeyMarker", "NextUploadIdMarker"} {
			if a.has(name) {
				seen = append(seen, name)
			}
		}
		return joined(seen...)
	}},
}

func (s *session) complete(key, id, parts string) answer {
	return s.ask("POST", key, with("uploadId", id), body("<CompleteMultipartUpload>"+parts+"</CompleteMultipartUpload>"))
}

// md5Text is the value of Content-MD5 for a body.
func md5Text(data []byte) string {
	sum := md5.Sum(data)
	return base64.StdEncoding.EncodeToString(sum[:])
}
