package ossserver

import (
	"strings"
	"testing"
)

const overwritePath = "/" + testBucket + "/?overwriteConfig"

func overwriteXMLOf(rules ...string) string {
	return "<OverwriteConfiguration><Rule>" + strings.Join(rules, "</Rule><Rule>") + "</Rule></OverwriteConfiguration>"
}

// TestOverwriteConfig is OSS-222: put, get, delete of the rules.
func TestOverwriteConfig(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	put := func(body string) call { return call{method: "PUT", path: overwritePath, body: body} }
	get := call{method: "GET", path: overwritePath}
	e.refused(404, "NoSuchBucketOverwriteConfig", get)
	e.must(200, put(overwriteXMLOf("<ID>1</ID><Action>forbid</Action>",
		"<ID>2</ID><Action>forbid</Action><Prefix>pre</Prefix><Suffix>.txt</Suffix><Principals><Principal>1234567890</Principal></Principals>")))
	if a := e.must(200, get); !strings.HasSuffix(strings.Join(strings.Fields(a.body), ""),
		overwriteXMLOf("<ID>1</ID><Action>forbid</Action>",
			"<ID>2</ID><Action>forbid</Action><Prefix>pre</Prefix><Suffix>.txt</Suffix><Principals><Principal>1234567890</Principal></Principals>")) {
		t.Errorf("answer %s", a.body)
	}
	e.must(200, put(overwriteXMLOf("<Action>forbid</Action>")))                                         // in place of both
	if a := e.must(200, get); strings.Count(a.body, "<Rule>") != 1 || strings.Count(a.body, "-") != 5 { // four of them in the ID
		t.Errorf("answer %s", a.body)
	}
	long := strings.Repeat("x", 1024)
	for name, body := range map[string]string{
		"action":        overwriteXMLOf("<Action>allow</Action>"),
		"no action":     overwriteXMLOf("<ID>1</ID>"),
		"same ID":       overwriteXMLOf("<ID>1</ID><Action>forbid</Action>", "<ID>1</ID><Action>forbid</Action>"),
		"long prefix":   overwriteXMLOf("<Action>forbid</Action><Prefix>" + long + "</Prefix>"),
		"long suffix":   overwriteXMLOf("<Action>forbid</Action><Suffix>" + long + "</Suffix>"),
		"unknown child": overwriteXMLOf("<Action>forbid</Action><Other/>"),
		"no rule":       "<OverwriteConfiguration></OverwriteConfiguration>",
		"101 rules":     overwriteXMLOf(strings.Split(strings.Repeat("<Action>forbid</Action> ", 100)+"<Action>forbid</Action>", " ")...),
	} {
		t.Run(name, func(t *testing.T) {
			f := *e
			f.t = t
			f.refused(400, "MalformedXML", put(body))
		})
	}
	e.must(200, put(overwriteXMLOf(strings.Split(strings.Repeat("<Action>forbid</Action> ", 99)+"<Action>forbid</Action>", " ")...)))
	e.must(204, call{method: "DELETE", path: overwritePath})
	e.must(204, call{method: "DELETE", path: overwritePath})
	e.refused(404, "NoSuchBucketOverwriteConfig", get)
}

// TestConfigurationOfMissingBucket is OSS-291: some configurations are taken for the creation of the bucket.
func TestConfigurationOfMissingBucket(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for sub, body := range map[string]string{"overwriteConfig": overwriteXMLOf("<Action>forbid</Action>"), "objectWorm": lockOf("")} {
		path := "/no-such-bucket/?" + sub
		if a := e.refused(400, "MalformedXML", call{method: "PUT", path: path, body: body}); a.ec() != "0015-00000231" {
			t.Errorf("%s: EC %q", sub, a.ec())
		}
		e.refused(404, "NoSuchBucket", call{method: "GET", path: path})
	}
	e.refused(404, "NoSuchBucket", call{method: "DELETE", path: "/no-such-bucket/?overwriteConfig"})
}

// TestOverwriteForbidden is OSS-222: what a rule does to each kind of write.
func TestOverwriteForbidden(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	for _, key := range []string{"a/k.txt", "a/k.bin", "b/k.txt", "other"} {
		e.put(key, "old", nil)
	}
	e.must(200, call{method: "PUT", path: overwritePath, body: overwriteXMLOf("<Action>forbid</Action><Prefix>a/</Prefix><Suffix>.txt</Suffix>")})
	for _, key := range []string{"a/k.bin", "b/k.txt", "a/new.txt"} {
		e.put(key, "new", nil)
	}
	source := "/" + testBucket + "/"
	refused := func(c call) {
		t.Helper()
		e.refused(409, "FileAlreadyExists", c)
	}
	refused(call{method: "PUT", path: at("a/k.txt"), body: "new"})
	refused(copyCall("a/k.txt", source+"other", nil))
	// A change of metadata is a copy of the object onto itself, and so an overwrite.
	refused(copyCall("a/k.txt", source+"a%2Fk.txt", map[string]string{"x-oss-metadata-directive": "REPLACE", "x-oss-meta-a": "b"}))
	refused(copyCall("a/k.txt", source+"a%2Fk.txt", map[string]string{"x-oss-storage-class": "IA"}))
	refused(call{method: "PUT", path: at("a/k.txt") + "?symlink", header: map[string]string{"x-oss-symlink-target": "other"}})
	refused(formOf(t, pairs(signedFormV1(map[string]string{"key": "a/k.txt"}, policyText(""))), "f", "", "new"))
	refused(call{method: "POST", path: at("a/k.txt") + "?uploads"})
	if e.get("a/k.txt") != "old" {
		t.Error("the object was overwritten")
	}
	// What is not an overwrite goes on.
	e.must(200, call{method: "PUT", path: at("a/k.txt") + "?acl", header: map[string]string{"x-oss-object-acl": "public-read"}})
	e.must(204, call{method: "DELETE", path: at("a/k.txt")})
	e.put("a/k.txt", "again", nil)
	refused(call{method: "PUT", path: at("a/k.txt"), body: "new"})

	t.Run("an upload that began before", func(t *testing.T) {
		f := *e
		f.t = t
		a := f.must(200, call{method: "POST", path: at("a/parts.txt") + "?uploads"})
		_, rest, _ := strings.Cut(a.body, "<UploadId>")
		id, _, _ := strings.Cut(rest, "</UploadId>")
		f.must(200, call{method: "PUT", path: at("a/parts.txt") + "?partNumber=1&uploadId=" + id, body: "x"})
		f.put("a/parts.txt", "first", nil)
		f.refused(409, "FileAlreadyExists", call{method: "POST", path: at("a/parts.txt") + "?uploadId=" + id,
			header: map[string]string{"x-oss-complete-all": "yes"}})
	})
	t.Run("somebody else", func(t *testing.T) {
		f := *e
		f.t = t
		for principal, status := range map[string]int{"1234567890": 200, "*": 409, localOwner.ID: 409} {
			f.must(200, call{method: "PUT", path: overwritePath,
				body: overwriteXMLOf("<Action>forbid</Action><Principals><Principal>" + principal + "</Principal></Principals>")})
			f.must(status, call{method: "PUT", path: at("other"), body: "new"})
		}
	})
	t.Run("versions", func(t *testing.T) {
		f := *e
		f.t = t
		f.must(200, call{method: "PUT", path: overwritePath, body: overwriteXMLOf("<Action>forbid</Action>")})
		f.refused(409, "FileAlreadyExists", call{method: "PUT", path: at("other"), body: "x"})
		if err := f.s.SetVersioning(testBucket, "Enabled"); err != nil {
			t.Fatal(err)
		}
		f.put("other", "a new version", nil)
	})
}
