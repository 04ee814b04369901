package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

var aboutErrors = []question{
	{fact: "OSS-214", text: "PUT with If-Match", expect: "400 NotImplemented, EC 0017-00000245, Header If-Match", ask: func(s *session) string {
		a := s.put("condition", "x", header("If-Match", `"0"`))
		return a.String() + ", Header " + or(a.child("Header"))
	}},
	{fact: "OSS-261", text: "a Content-MD5 of another body", expect: "400 InvalidDigest, EC 0017-00000503", ask: func(s *session) string {
		return s.put("digest", "x", header("Content-MD5", md5Text([]byte("y")))).String()
	}},
	{fact: "OSS-261", text: "a version id that is not one", expect: "400 InvalidArgument, EC 0012-00000202, VersionId", ask: func(s *session) string {
		s.put("version", "x")
		a := s.ask("GET", "version", with("versionId", "not-a-version"))
		return a.String() + ", " + or(a.child("ArgumentName"))
	}},
	{fact: "OSS-264", text: "retention and legal hold where there is none", expect: "404 NoSuchObjectRetentionConfiguration, 404 NoSuchObjectLegalHoldConfiguration", ask: func(s *session) string {
		s.put("unlocked", "x")
		return joined(s.ask("GET", "unlocked", with("retention")).String(), s.ask("GET", "unlocked", with("legalHold")).String())
	}},
	{fact: "OSS-260", text: "an unknown access key, by signature V4", expect: "403 InvalidAccessKeyId", ask: func(s *session) string {
		a := s.ask("HEAD", "nobody", from(s.stranger))
		return a.withoutEC() + ": EC " + or(a.ec) // which was seen with a security token only
	}},
	{fact: "OSS-268", text: "an unknown access key on a bucket that is not there", expect: "404 NoSuchBucket", ask: func(s *session) string {
		a := s.ask("GET", "k", from(s.absent(s.stranger)))
		return a.withoutEC() + ": EC " + or(a.ec)
	}},
	{fact: "OSS-242", text: "OPTIONS on a bucket that is not there", expect: "404 NoSuchBucket, EC 0015-00000101", ask: func(s *session) string {
		return s.ask("OPTIONS", "k", from(s.absent(s.bucket)), header("Origin", "https://a.example"), header("Access-Control-Request-Method", "GET")).String()
	}},
	{fact: "OSS-265", text: "x-oss-server-time of a bucket that is not there", expect: "none", ask: func(s *session) string {
		return or(s.ask("GET", "k", from(s.absent(s.bucket))).header.Get("x-oss-server-time"))
	}},
}

var aboutVersions = []question{
	{fact: "OSS-262", text: "deleting a version, and deleting it again", expect: "204 its id, 204 its id", needs: versions, ask: func(s *session) string {
		id := s.put("old", "x").header.Get("x-oss-version-id")
		var seen []string
		for range 2 {
			a := s.ask("DELETE", "old", with("versionId", id))
			which := "its id"
			if got := a.header.Get("x-oss-version-id"); got != id {
				which = or(got)
			}
			seen = append(seen, a.String()+" "+which)
		}
		return joined(seen...)
	}},
	{fact: "OSS-263", text: "x-oss-version-id of the tagging calls", expect: "the object's three times", needs: versions, ask: func(s *session) string {
		id := s.put("tags", "x").header.Get("x-oss-version-id")
		tags := body("<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>")
		var seen []string
		for _, a := range []answer{s.ask("PUT", "tags", with("tagging"), tags), s.ask("GET", "tags", with("tagging")), s.ask("DELETE", "tags", with("tagging"))} {
			if got := a.header.Get("x-oss-version-id"); got != id {
				seen = append(seen, a.String()+" "+or(got))
			}
		}
		if len(seen) == 0 {
			return "the object's three times"
		}
		return joined(seen...)
	}},
	{fact: "OSS-268", text: "appending, deleting, appending at 0 behind the marker", expect: "200 a real version id, 204, 200 another", needs: versions, ask: func(s *session) string {
		first := s.ask("POST", "log", with("append"), with("position", "0"), body("x"))
		gone := s.ask("DELETE", "log")
		second := s.ask("POST", "log", with("append"), with("position", "0"), body("y"))
		one, two := first.header.Get("x-oss-version-id"), second.header.Get("x-oss-version-id")
		if one != "" && one != "null" && two != "" && two != one {
			return fmt.Sprintf("%s a real version id, %s, %s another", first, gone, second)
		}
		return fmt.Sprintf("%s %s, %s, %s %s", first, or(one), gone, second, or(two))
	}},
}

// absent is a bucket that nobody has, asked with the key of the given one.
func (s *session) absent(like *oss.Bucket) *oss.Bucket {
	other := *like
	_, random, _ := strings.Cut(strings.TrimSuffix(s.prefix, "/"), "/")
	other.BucketName = "absent-" + random
	return &other
}

var aboutCallbacks = []question{
	{fact: "OSS-093", text: "a callback that is not base64, and the object after it (open)", expect: "400 InvalidArgument, 404", ask: func(s *session) string {
		a := s.put("called", "x", header("x-oss-callback", "{"))
		return fmt.Sprintf("%s, %d", a.withoutEC(), s.ask("HEAD", "called").status)
	}},
	{fact: "OSS-250", text: "the size in a callback's JSON", expect: "a number", needs: needsCall, ask: func(s *session) string {
		a := s.call(`{"size":${size}}`)
		switch text := strings.Join(strings.Fields(a.body), ""); text {
		case `{"size":1}`:
			return "a number"
		case `{"size":"1"}`:
			return "a text"
		}
		return a.String() + " " + a.body
	}},
	{fact: "OSS-252", text: "an undefined ${x:...} in a callback's JSON (open)", expect: `{"a":""}`, needs: needsCall, ask: func(s *session) string {
		a := s.call(`{"a":${x:undefined}}`)
		if a.status != http.StatusOK {
			return a.String()
		}
		return strings.Join(strings.Fields(a.body), "")
	}},
}

// call uploads a byte with a callback whose body is JSON. The receiver answers with what it got.
func (s *session) call(template string) answer {
	callback, err := json.Marshal(map[string]string{"callbackUrl": s.callback, "callbackBody": template, "callbackBodyType": "application/json"})
	if err != nil {
		s.broken = err
		return answer{}
	}
	return s.put("called", "x", header("x-oss-callback", base64.StdEncoding.EncodeToString(callback)))
}
