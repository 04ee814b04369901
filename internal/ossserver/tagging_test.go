package ossserver

import (
	"fmt"
	"maps"
	"net/url"
	"strings"
	"testing"
)

func taggingCall(key string, pairs ...string) call {
	text := "<Tagging><TagSet>"
	for i := 0; i < len(pairs); i += 2 {
		text += "<Tag><Key>" + pairs[i] + "</Key><Value>" + pairs[i+1] + "</Value></Tag>"
	}
	return call{method: "PUT", path: at(key) + "?tagging", body: text + "</TagSet></Tagging>"}
}

// TestTagErrors is OSS-282: the same fault in a header of each operation that takes one, and in a document.
func TestTagErrors(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("k", "x", nil)
	var eleven []string
	for i := range 11 {
		eleven = append(eleven, fmt.Sprint("key", i), "v")
	}
	const twice = "URL query parameters without tag name duplicates."
	for name, tt := range map[string]struct {
		pairs                              []string
		inHeader, headerWords, inDoc, word string
	}{
		"eleven":    {eleven, "BadRequest", "Object tags cannot be greater than 10", "BadRequest", "Object tags cannot be greater than 10"},
		"twice":     {[]string{"a", "1", "a", "2"}, "InvalidArgument", twice, "InvalidTag", "Cannot provide multiple Tags with the same key"},
		"bad key":   {[]string{"key1!", "1"}, "InvalidTag", "The TagKey you have provided is invalid", "InvalidTag", "The TagKey you have provided is invalid"},
		"bad value": {[]string{"key1", "*"}, "InvalidTag", "The TagValue you have provided is invalid", "InvalidTag", "The TagValue you have provided is invalid"},
	} {
		var items []string
		for i := 0; i < len(tt.pairs); i += 2 {
			items = append(items, url.QueryEscape(tt.pairs[i])+"="+url.QueryEscape(tt.pairs[i+1]))
		}
		header := map[string]string{"x-oss-tagging": strings.Join(items, "&")}
		add := appendCall("new", 0, "x")
		add.header = header
		copied := maps.Clone(header)
		copied["x-oss-tagging-directive"] = "Replace"
		for _, c := range []call{
			{method: "PUT", path: at("new"), body: "x", header: header}, {method: "POST", path: at("new") + "?uploads", header: header},
			add, copyCall("new", "/"+testBucket+"/k", copied),
		} {
			if a := e.refused(400, tt.inHeader, c); !strings.Contains(a.body, tt.headerWords) {
				t.Errorf("%s, %s %s: %s", name, c.method, c.path, a.body)
			}
		}
		if a := e.refused(400, tt.inDoc, taggingCall("k", tt.pairs...)); !strings.Contains(a.body, tt.word) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	e.must(404, call{method: "HEAD", path: at("new")})
	if o := e.stored("k"); len(o.Tags) != 0 {
		t.Errorf("stored %v", o.Tags)
	}
}

// TestTagsBeyondASCII is OSS-268: letters of any script are stored; what is not a letter is refused there as well.
func TestTagsBeyondASCII(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("header", "x", map[string]string{"x-oss-tagging": "%E4%B8%AD%E6%96%87=%E6%A0%87%E7%AD%BE+1&gr%C3%B6%C3%9Fe=%D9%A3"})
	if got := e.stored("header").Tags; !maps.Equal(got, map[string]string{"中文": "标签 1", "größe": "٣"}) {
		t.Errorf("stored %v", got)
	}
	e.must(200, taggingCall("header", "中文", "标签"))
	a := e.must(200, call{method: "GET", path: at("header") + "?tagging"})
	if flat := strings.Join(strings.Fields(a.body), ""); !strings.Contains(flat, "<Tag><Key>中文</Key><Value>标签</Value></Tag>") {
		t.Errorf("answer %s", a.body)
	}
	for _, value := range []string{"%F0%9F%98%80", "%E3%80%81", "%FF"} { // an emoji, a comma, a broken byte
		e.refused(400, "InvalidTag", call{method: "PUT", path: at("new"), body: "x", header: map[string]string{"x-oss-tagging": "k=" + value}})
	}
	// The limits count bytes.
	e.put("long", "x", map[string]string{"x-oss-tagging": url.QueryEscape(strings.Repeat("中", 42)) + "=" + url.QueryEscape(strings.Repeat("中", 85))})
	e.refused(400, "InvalidTag", call{method: "PUT", path: at("new"), body: "x", header: map[string]string{"x-oss-tagging": url.QueryEscape(strings.Repeat("中", 43))}})
}
