package ossclient

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// MaxPostSize is the largest file that a form can upload, in bytes (page "PostObject").
const MaxPostSize = 5 << 30

// FormRequest is what a signed form lets somebody else upload.
type FormRequest struct {
	Bucket string
	// Key is the key of the object. Where it is "", the uploader chooses one that begins with KeyPrefix.
	Key, KeyPrefix string
	// Fields have to be sent as they are here: headers, metadata, callback, status.
	Fields map[string]string
	// ContentTypes are those one of which the field Content-Type has to hold; "image/*" stands for all that begin with
	// "image/", and then is the only one. None means any, also none at all.
	ContentTypes []string
	// MinSize and MaxSize bound the file, in bytes. A MaxSize of 0 stands for MaxPostSize.
	MinSize, MaxSize int64
	ExpiresIn        time.Duration // whole seconds, from one to MaxSigned
	Now              time.Time     // when the form begins to be good; the zero time is the present
}

// SignedForm is a form without its file.
type SignedForm struct {
	URL     string            // where to post it
	Fields  map[string]string // to be sent before the file; a secret: whoever has them can upload
	Expires time.Time
}

const (
	contentTypeField = "Content-Type"
	filenameVariable = "${filename}" // OSS puts the name of the file in its place (OSS-100)
)

// SignForm writes the policy of a PostObject and signs it with signature V4 without making a request (OSS-102, OSS-103). The
// error is a *CredentialsError.
func (c *Client) SignForm(r FormRequest) (SignedForm, error) {
	key, err := c.key()
	if err != nil {
		return SignedForm{}, err
	}
	now := present(r.Now)
	scope := newScopeV4(now, c.sdk.Config.Region)
	form := SignedForm{URL: c.bucketURL(r.Bucket), Fields: map[string]string{}, Expires: now.Add(r.ExpiresIn)}
	maps.Copy(form.Fields, r.Fields)
	maps.Copy(form.Fields, map[string]string{
		"x-oss-signature-version": algorithmV4,
		"x-oss-credential":        key.AccessKeyID + "/" + scope.String(),
		"x-oss-date":              now.Format(isoBasic),
	})
	setIf(form.Fields, "x-oss-security-token", key.SecurityToken) // OSS-331
	if len(r.ContentTypes) == 1 && !strings.HasSuffix(r.ContentTypes[0], "*") {
		form.Fields[contentTypeField] = r.ContentTypes[0]
	}
	if r.Key != "" {
		form.Fields["key"] = r.Key
	}
	policy := r.policy(form)
	form.Fields["policy"] = policy
	form.Fields["x-oss-signature"] = scope.sign(key.AccessKeySecret, policy)
	if r.Key == "" {
		form.Fields["key"] = r.KeyPrefix + filenameVariable
	}
	return form, nil
}

// policy demands every field that the form has so far (OSS-332), and what has no field.
func (r FormRequest) policy(form SignedForm) string {
	conditions := []any{map[string]literal{"bucket": literal(r.Bucket)}}
	for _, name := range slices.Sorted(maps.Keys(form.Fields)) {
		conditions = append(conditions, map[string]literal{name: literal(form.Fields[name])})
	}
	if r.Key == "" {
		conditions = append(conditions, []any{"starts-with", "$key", literal(r.KeyPrefix)})
	}
	switch {
	case len(r.ContentTypes) == 1 && form.Fields[contentTypeField] == "":
		conditions = append(conditions, []any{"starts-with", "$content-type", literal(strings.TrimSuffix(r.ContentTypes[0], "*"))})
	case len(r.ContentTypes) > 1:
		conditions = append(conditions, []any{"in", "$content-type", r.ContentTypes})
	}
	if r.MinSize > 0 || r.MaxSize > 0 {
		most := r.MaxSize
		if most == 0 {
			most = MaxPostSize
		}
		conditions = append(conditions, []any{"content-length-range", r.MinSize, most})
	}
	text, err := json.Marshal(map[string]any{"expiration": form.Expires.Format("2006-01-02T15:04:05.000Z"), "conditions": conditions})
	if err != nil {
		panic("ossclient: marshalling plain strings: " + err.Error()) // cannot happen: strings and numbers alone
	}
	return base64.StdEncoding.EncodeToString(text)
}

// literal is a text in a policy. A dollar sign in it is written as its number (OSS-333): "\$" is not JSON.
type literal string

// MarshalJSON writes the text without a dollar sign.
func (l literal) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(string(l))
	return bytes.ReplaceAll(text, []byte("$"), []byte(`\u0024`)), err
}
