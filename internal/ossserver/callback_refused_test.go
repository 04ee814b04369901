package ossserver

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestCallbackRefused covers what OSS checks before it stores anything.
func TestCallbackRefused(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer("{}"))
	good := fields{"callbackUrl": r.url, "callbackBody": "a"}
	with := func(name string, value any) string {
		f := maps.Clone(good)
		f[name] = value
		return coded(t, f)
	}
	long := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(" "), 3838)) // 5,120 characters with what follows
	if n := len(long); n != 5120 {
		t.Fatal(n)
	}
	type bad struct{ callback, vars, ec, message string }
	for name, tt := range map[string]bad{
		"no base64":        {"{}", "", "0007-00000002", "The callback configuration is not base64 encoded."},
		"no JSON":          {"Y2I=", "", "0007-00000003", "The callback configuration is not json format."},
		"longest":          {long, "", "0007-00000003", "The callback configuration is not json format."},
		"too long":         {long + "ICAg", "", "0007-00000001", "The length of callback exceed max value."},
		"a list":           {coded(t, []string{}), "", "0007-00000003", "The callback configuration is not json format."},
		"a number":         {with("callbackUrl", 1), "", "0007-00000003", "The callback configuration is not json format."},
		"SNI as text":      {with("callbackSNI", "true"), "", "0007-00000003", "The callback configuration is not json format."},
		"port":             {with("callbackUrl", "http://127.0.0.1:65536/"), "", "0007-00000004", "The callback url configuration is invalid."},
		"no port":          {with("callbackUrl", "http://127.0.0.1:/"), "", "0007-00000004", "The callback url configuration is invalid."},
		"port zero":        {with("callbackUrl", "http://127.0.0.1:0/"), "", "0007-00000004", "The callback url configuration is invalid."},
		"scheme":           {with("callbackUrl", "ftp://127.0.0.1/"), "", "0007-00000004", "The callback url configuration is invalid."},
		"IPv6":             {with("callbackUrl", "http://[::1]/"), "", "0007-00000004", "The callback url configuration is invalid."},
		"not ASCII":        {with("callbackUrl", "http://127.0.0.1/ü"), "", "0007-00000004", "The callback url configuration is invalid."},
		"space":            {with("callbackUrl", "http://127.0.0.1/a b"), "", "0007-00000004", "The callback url configuration is invalid."},
		"user":             {with("callbackUrl", "http://u:p@127.0.0.1/"), "", "0007-00000004", "The callback url configuration is invalid."},
		"empty in list":    {with("callbackUrl", r.url+";"), "", "0007-00000004", "The callback url configuration is invalid."},
		"six":              {with("callbackUrl", strings.Repeat(r.url+";", 5)+r.url), "", "0007-00000005", "The number of callback url exceed max value."},
		"host":             {with("callbackHost", "a b"), "", "", "The callback host configuration is invalid."},
		"host ends a line": {with("callbackHost", "a\r\nb: c"), "", "", "The callback host configuration is invalid."},
		"no body":          {coded(t, fields{"callbackUrl": r.url}), "", "0007-00000011", "The callback body is empty."},
		"empty body":       {with("callbackBody", ""), "", "0007-00000011", "The callback body is empty."},
		"unknown variable": {with("callbackBody", "a=${Size}"), "", "", "The callback body is invalid."},
		"unfinished":       {with("callbackBody", "a=${size"), "", "", "The callback body is invalid."},
		"no name":          {with("callbackBody", "a=${x:}"), "", "", "The callback body is invalid."},
		"parentheses":      {with("callbackBody", "a=$(size)&b=${size}"), "", "", "The callback body is invalid."},
		"body type":        {with("callbackBodyType", "text/plain"), "", "", "The body type of callback is not supported."},
		"header of OSS":    {with("additionalHeaders", fields{"X-Oss-a": "b"}), "", "0007-00000026", "The additionalHeaders of the callback configuration is invalid."},
		"own header":       {with("additionalHeaders", fields{"Host": "b"}), "", "0007-00000026", "The additionalHeaders of the callback configuration is invalid."},
		"header name":      {with("additionalHeaders", fields{"a b": "b"}), "", "0007-00000026", "The additionalHeaders of the callback configuration is invalid."},
		"header value":     {with("additionalHeaders", fields{"a": "b\r\nc: d"}), "", "0007-00000026", "The additionalHeaders of the callback configuration is invalid."},
		"no header name":   {with("additionalHeaders", fields{"": "b"}), "", "0007-00000026", "The additionalHeaders of the callback configuration is invalid."},
		"vars no base64":   {coded(t, good), "{}", "", "The callback var is not base64 encoded."},
		"vars no JSON":     {coded(t, good), "Y2I=", "0007-00000103", "The callback var is not expecten json."},
		"vars no text":     {coded(t, good), coded(t, fields{"x:a": 1}), "0007-00000103", "The callback var is not expecten json."},
		"vars too long":    {coded(t, good), long + "ICAg", "0007-00000101", "The length of callback var exceed max value."},
		"var without x":    {coded(t, good), coded(t, fields{"a": "1"}), "", "The name of the callback var is invalid."},
		"var in capitals":  {coded(t, good), coded(t, fields{"x:A": "1"}), "", "The name of the callback var is invalid."},
		"var without name": {coded(t, good), coded(t, fields{"x:": "1"}), "", "The name of the callback var is invalid."},
	} {
		t.Run(name, func(t *testing.T) {
			header := map[string]string{"x-oss-callback": tt.callback}
			if tt.vars != "" {
				header["x-oss-callback-var"] = tt.vars
			}
			a := e.refused(400, "InvalidArgument", call{method: "PUT", path: at("k"), body: "x", header: header})
			if !strings.Contains(a.body, "<Message>"+tt.message+"</Message>") || !strings.Contains(a.body, "<ArgumentName>") ||
				!strings.Contains(a.body, "<ArgumentValue>") {
				t.Error(a.body)
			}
			e.wantHeader(a, "x-oss-ec", tt.ec)
		})
	}
	for _, text := range []string{with("callbackPolicy", "p"), with("callbackURL", "p"), base64.StdEncoding.EncodeToString([]byte("\xff"))} {
		e.refused(501, "NotImplemented", call{method: "PUT", path: at("k"), header: map[string]string{"x-oss-callback": text}})
	}
	both := call{method: "PUT", path: at("k") + "?callback=" + url.QueryEscape(coded(t, good)), header: map[string]string{"x-oss-callback-var": "e30="}}
	e.wantHeader(e.refused(400, "InvalidArgument", both), "x-oss-ec", "0007-00000027")
	cb := map[string]string{"x-oss-callback": coded(t, good), "x-oss-copy-source": "/" + testBucket + "/k"}
	e.refused(501, "NotImplemented", call{method: "PUT", path: at("k"), header: cb})
	delete(cb, "x-oss-copy-source")
	e.refused(501, "NotImplemented", call{method: "POST", path: at("k") + "?append&position=0", header: cb})
	e.refused(404, "NoSuchKey", call{method: "HEAD", path: at("k")})
	if len(r.requests()) != 0 {
		t.Errorf("callbacks %+v", r.requests())
	}
	// What has no URL is not a callback.
	for _, text := range []string{coded(t, fields{"callbackBody": "a"}), coded(t, fields{"callbackUrl": ""}), ""} {
		if a := e.put("k", "x", map[string]string{"x-oss-callback": text}); a.body != "" {
			t.Errorf("answer %s", a.body)
		}
	}
	e.put("k", "x", map[string]string{"x-oss-callback": with("callbackBody", "$a $ $x {size} }")})
	if got := r.only().body; got != "$a $ $x {size} }" {
		t.Errorf("sent %q", got)
	}
}

var callbackID = regexp.MustCompile(`^[0-9A-F]{24}$`)

// TestCallbackImages holds that sizes are read from bytes, whatever the key and the Content-Type say.
func TestCallbackImages(t *testing.T) {
	t.Parallel()
	e := callbacks(t)
	r := receive(t, okAnswer("{}"))
	cb := map[string]string{"x-oss-callback": coded(t, fields{"callbackUrl": r.url, "callbackBodyType": "application/json",
		"callbackBody": `[${imageInfo.width},${imageInfo.height},${imageInfo.format},${reqId}]`})}
	for name, body := range testImages(t) {
		e.put("k.bin", body, cb)
		got := r.requests()
		var values []any
		if err := json.Unmarshal([]byte(got[len(got)-1].body), &values); err != nil {
			t.Fatal(err)
		}
		format, _, _ := strings.Cut(name, " ")
		want := []any{37.0, 21.0, format}
		if format == "none" {
			want = []any{0.0, 0.0, ""} // OSS-287
		}
		if values[0] != want[0] || values[1] != want[1] || values[2] != want[2] || !callbackID.MatchString(values[3].(string)) {
			t.Errorf("%s: %v", name, values)
		}
	}
	// The parts of an upload are one image.
	id := e.initiate("k", nil)
	png := testImages(t)["png"]
	etag := e.must(200, call{method: "PUT", path: at("k") + "?partNumber=1&uploadId=" + id, body: png}).header.Get("ETag")
	e.must(200, call{method: "POST", path: at("k") + "?uploadId=" + id, header: cb,
		body: "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + etag + "</ETag></Part></CompleteMultipartUpload>"})
	got := r.requests()
	if last := got[len(got)-1].body; !strings.HasPrefix(last, `[37,21,"png",`) {
		t.Errorf("sent %s", last)
	}
}
