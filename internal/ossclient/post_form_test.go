package ossclient

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/textproto"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// post sends a form as a browser does.
func post(t *testing.T, url string, fields map[string]string, filename, kind, file string) answered {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := w.WriteField(name, fields[name]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="` + filename + `"`}, "Content-Type": {kind}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return browse(t, "POST", url, map[string]string{"Content-Type": w.FormDataContentType()}, body.String())
}

func signForm(t *testing.T, c *Client, r FormRequest) SignedForm {
	t.Helper()
	if r.ExpiresIn == 0 {
		r.ExpiresIn = time.Hour
	}
	r.Bucket, r.Now = "bucket", signedAt
	form, err := c.SignForm(r)
	if err != nil {
		t.Fatal(err)
	}
	return form
}

// edited is a copy of fields with another value; "" takes the field away.
func edited(fields map[string]string, name, value string) map[string]string {
	other := maps.Clone(fields)
	if other[name] = value; value == "" {
		delete(other, name)
	}
	return other
}

// policyOf decodes a form's policy.
func policyOf(t *testing.T, form SignedForm) (policy struct {
	Expiration string
	Conditions []any
}) {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(form.Fields["policy"])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	return policy
}

func TestSignForm(t *testing.T) {
	t.Parallel()
	c, _, _ := newSigner(t)
	form := signForm(t, c, FormRequest{KeyPrefix: "up/", ContentTypes: []string{"image/png", "image/jpeg"}, MaxSize: 10, Fields: map[string]string{"x-oss-meta-price": "$5"}})
	policy := policyOf(t, form)
	if policy.Expiration != "2026-11-20T13:00:00.000Z" || !form.Expires.Equal(signedAt.Add(time.Hour)) {
		t.Errorf("good until %s, %s", policy.Expiration, form.Expires)
	}
	want := []any{
		map[string]any{"bucket": "bucket"},
		map[string]any{"x-oss-credential": "id/20261120/cn-hangzhou/oss/aliyun_v4_request"},
		map[string]any{"x-oss-date": "20261120T120000Z"},
		map[string]any{"x-oss-meta-price": "$5"},
		map[string]any{"x-oss-security-token": "token"},
		map[string]any{"x-oss-signature-version": "OSS4-HMAC-SHA256"},
		[]any{"starts-with", "$key", "up/"},
		[]any{"in", "$content-type", []any{"image/png", "image/jpeg"}},
		[]any{"content-length-range", 0.0, 10.0},
	}
	if !reflect.DeepEqual(policy.Conditions, want) {
		t.Errorf("conditions\n%v, want\n%v", policy.Conditions, want)
	}
	if text, _ := base64.StdEncoding.DecodeString(form.Fields["policy"]); strings.Contains(string(text), `"$5"`) {
		t.Errorf("OSS-333: a dollar sign that is not a name of a field: %s", text)
	}
	names := slices.Sorted(maps.Keys(form.Fields))
	if got := strings.Join(names, " "); got != "key policy x-oss-credential x-oss-date x-oss-meta-price x-oss-security-token x-oss-signature x-oss-signature-version" {
		t.Errorf("fields %s", got)
	}
	if form.Fields["key"] != "up/${filename}" {
		t.Errorf("key %q", form.Fields["key"])
	}
	// The key of the day signs the policy's base64 (OSS-102).
	if got := (scopeV4{"20261120", "cn-hangzhou"}).sign("secret", form.Fields["policy"]); got != form.Fields["x-oss-signature"] {
		t.Errorf("signature %s, want %s", form.Fields["x-oss-signature"], got)
	}
}

func TestSignedForms(t *testing.T) {
	t.Parallel()
	c, server, _ := newSigner(t)
	receiver, bodies := receive(t, 200, `{"ok":true}`)
	callback := base64.StdEncoding.EncodeToString([]byte(`{"callbackUrl":"` + receiver + `","callbackBody":"${object} ${x:by}"}`))
	form := signForm(t, c, FormRequest{Key: "报告/a.txt", ContentTypes: []string{"text/plain"}, MinSize: 5, MaxSize: 5, Fields: map[string]string{
		"x-oss-meta-owner": "alice", "x-oss-meta-price": `$5 "\é`, "Cache-Control": "no-cache", "x-oss-object-acl": "private", "success_action_status": "201",
		"callback": callback, "x:by": "emma"}})
	if got := post(t, form.URL, form.Fields, "b.txt", "text/other", "hello"); got.status != 200 || got.body != `{"ok":true}` {
		t.Fatalf("exact form: %+v", got)
	}
	o, err := server.Object("bucket", "报告/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if o.Metadata["owner"] != "alice" || o.Metadata["price"] != `$5 "\é` || o.ContentType != "text/plain" || o.CacheControl != "no-cache" || o.ACL != "private" {
		t.Errorf("stored %+v", o)
	}
	if got := bodies(); len(got) != 1 || got[0] != "%E6%8A%A5%E5%91%8A%2Fa.txt emma" {
		t.Errorf("the callback got %q", got)
	}

	form = signForm(t, c, FormRequest{KeyPrefix: "up/", ContentTypes: []string{"image/png", "image/jpeg"}, Fields: map[string]string{"success_action_status": "201"}})
	jpeg := edited(form.Fields, "Content-Type", "image/jpeg")
	if got := post(t, form.URL, jpeg, "照片.jpg", "image/jpeg", "x"); got.status != 201 || !strings.Contains(got.body, "<Key>up/照片.jpg</Key>") {
		t.Errorf("a prefix and the file's name: %+v", got)
	}
	if got := post(t, form.URL, edited(jpeg, "key", "up/own/name"), "f", "image/jpeg", "x"); got.status != 201 || !strings.Contains(got.body, "<Key>up/own/name</Key>") {
		t.Errorf("a prefix and a name of the uploader's own: %+v", got)
	}
	form = signForm(t, c, FormRequest{ContentTypes: []string{"image/*"}})
	if got := post(t, form.URL, edited(form.Fields, "Content-Type", "image/webp"), "any.webp", "", ""); got.status != 204 {
		t.Errorf("any key, any image, any size: %+v", got)
	}
}

// One byte of any field that is demanded is enough, and so is a field that is missing (OSS-331, OSS-332).
func TestChangedFormIsRefused(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("changes every byte")
	}
	c, server, at := newSigner(t)
	receiver, bodies := receive(t, 200, `{}`)
	form := signForm(t, c, FormRequest{Key: "a/b.txt", ContentTypes: []string{"text/plain"}, MinSize: 3, MaxSize: 5, Fields: map[string]string{
		"x-oss-meta-owner": "alice", "Cache-Control": "no-cache", "x-oss-forbid-overwrite": "true", "success_action_status": "200", "x:by": "emma",
		"callback": base64.StdEncoding.EncodeToString([]byte(`{"callbackUrl":"` + receiver + `","callbackBody":"a=${x:by}"}`))}})
	refused := func(what string, got answered) {
		t.Helper()
		if got.status < 400 || got.code == "" {
			t.Errorf("%s: %d %s", what, got.status, got.body)
		}
	}
	for name, value := range form.Fields {
		refused("without "+name, post(t, form.URL, edited(form.Fields, name, ""), "f", "text/plain", "hello"))
		for i := range value {
			refused(name+" "+value[:i]+"["+value[i:i+1]+"]", post(t, form.URL, edited(form.Fields, name, changed(value, i)), "f", "text/plain", "hello"))
		}
	}
	refused("a longer file", post(t, form.URL, form.Fields, "f", "text/plain", "hello!"))
	refused("a shorter file", post(t, form.URL, form.Fields, "f", "text/plain", "he"))
	refused("another bucket", post(t, strings.Replace(form.URL, "/bucket/", "/other/", 1), form.Fields, "f", "text/plain", "hello"))
	at.set(signedAt.Add(time.Hour + time.Second))
	refused("too late", post(t, form.URL, form.Fields, "f", "text/plain", "hello"))
	if _, err := server.Object("bucket", "a/b.txt"); err == nil || len(bodies()) > 0 {
		t.Error("something was stored")
	}
	at.set(signedAt.Add(time.Hour))
	if got := post(t, form.URL, form.Fields, "f", "text/plain", "hello"); got.status != 200 {
		t.Errorf("as it was signed, in its last second: %+v", got)
	}
}

// What a form leaves open ends where it says.
func TestOpenFormsHaveBounds(t *testing.T) {
	t.Parallel()
	c, _, _ := newSigner(t)
	types := signForm(t, c, FormRequest{KeyPrefix: "up/", ContentTypes: []string{"image/png", "image/jpeg"}, MinSize: 2})
	images := signForm(t, c, FormRequest{KeyPrefix: "up/", ContentTypes: []string{"image/*"}})
	for name, tt := range map[string]struct {
		form   SignedForm
		fields map[string]string
		file   string
		want   int
	}{
		"one of the types":       {types, map[string]string{"Content-Type": "image/png"}, "hello", 204},
		"another type":           {types, map[string]string{"Content-Type": "image/gif"}, "hello", 403},
		"a part of a type":       {types, map[string]string{"Content-Type": "image/pn"}, "hello", 403},
		"no field for the type":  {types, nil, "hello", 403},
		"too small":              {types, map[string]string{"Content-Type": "image/png"}, "h", 400},
		"an image":               {images, map[string]string{"Content-Type": "image/gif"}, "", 204},
		"no image":               {images, map[string]string{"Content-Type": "text/html"}, "", 403},
		"another prefix":         {images, map[string]string{"Content-Type": "image/gif", "key": "uq/x"}, "", 403},
		"the prefix in upper":    {images, map[string]string{"Content-Type": "image/gif", "key": "Up/x"}, "", 403},
		"the prefix and nothing": {images, map[string]string{"Content-Type": "image/gif", "key": "up/"}, "", 204},
	} {
		fields := maps.Clone(tt.form.Fields)
		maps.Copy(fields, tt.fields)
		if got := post(t, tt.form.URL, fields, "f", "image/png", tt.file); got.status != tt.want {
			t.Errorf("%s: %d %s, want %d", name, got.status, got.body, tt.want)
		}
	}
}
