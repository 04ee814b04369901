package main

import (
	"context"
	"crypto/rand"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// session is one run against one bucket.
type session struct {
	config
	ctx       context.Context // a question is a function of the session alone
	bucket    *oss.Bucket
	stranger  *oss.Bucket // the same bucket, with a key that does not exist
	prefix    string      // of every key of this run
	versioned bool
	broken    error // why the last request of a question had no answer
	answers   int
	nameless  []string // answers without x-oss-request-id
	undo      []func() error

	changedRules bool // the bucket's CORS rules are this run's
}

// newSession reaches the bucket, or says why that cannot be.
func newSession(ctx context.Context, c config, credentials ossclient.Credentials) (*session, error) {
	key, err := credentials.Key()
	if err != nil {
		return nil, err
	}
	s := &session{config: c, ctx: ctx, prefix: "terraform-provider-oss-conformance/" + strings.ToLower(rand.Text()) + "/"}
	if s.bucket, err = s.client(key, c.bucket); err != nil {
		return nil, err
	}
	stranger := ossclient.Key{AccessKeyID: "no" + strings.ToLower(rand.Text()), AccessKeySecret: "none"}
	if s.stranger, err = s.client(stranger, c.bucket); err != nil {
		return nil, err
	}
	a := s.ask("GET", "", with("versioning"))
	switch {
	case s.broken != nil:
		return nil, s.broken
	case a.header.Get("X-Oss-Request-Id") == "":
		return nil, fmt.Errorf("%s answered %s without a request ID, so it is not OSS that answers there", c.endpoint, a)
	case a.status != http.StatusOK:
		return nil, fmt.Errorf("bucket %q: %s %s", c.bucket, a, a.child("Message"))
	}
	s.versioned = a.child("Status") != ""
	return s, nil
}

func (s *session) client(key ossclient.Key, bucket string) (*oss.Bucket, error) {
	// The SDK's own client passes over the environment's proxy, and follows redirections.
	web := &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	client, err := oss.New(s.endpoint, key.AccessKeyID, key.AccessKeySecret, oss.SecurityToken(key.SecurityToken),
		oss.AuthVersion(oss.AuthV4), oss.Region(s.region), oss.EnableCRC(false), oss.HTTPClient(web),
		oss.ForcePathStyle(strings.Contains(s.endpoint, "://localhost")))
	if err != nil {
		return nil, err
	}
	return client.Bucket(bucket)
}

// answer is what came back, its body read whole.
type answer struct {
	status   int
	header   http.Header
	body     string
	code, ec string // of an error document
}

// String is how an answer stands in the table.
func (a answer) String() string {
	switch {
	case a.status == 0:
		return "no answer"
	case a.code == "":
		return fmt.Sprint(a.status)
	case a.ec == "":
		return fmt.Sprintf("%d %s", a.status, a.code)
	}
	return fmt.Sprintf("%d %s, EC %s", a.status, a.code, a.ec)
}

// children are the names of the elements right below the document's root, in their order.
func (a answer) children() (names []string, texts map[string]string) {
	texts = map[string]string{}
	decoder := xml.NewDecoder(strings.NewReader(a.body))
	for depth := 0; ; {
		token, err := decoder.Token()
		if err != nil {
			return names, texts
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth == 2 {
				names = append(names, t.Name.Local)
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 2 {
				texts[names[len(names)-1]] += string(t)
			}
		}
	}
}

func (a answer) child(name string) string {
	_, texts := a.children()
	return texts[name]
}

// has reports whether the document has the element right below its root.
func (a answer) has(name string) bool {
	names, _ := a.children()
	return slices.Contains(names, name)
}

// detail is a part of a request.
type detail func(*request)

type request struct {
	params map[string]any
	header http.Header
	body   string
	bucket *oss.Bucket
}

// with adds a parameter without a value, or with one.
func with(name string, value ...string) detail {
	return func(r *request) {
		r.params[name] = nil
		if len(value) > 0 {
			r.params[name] = value[0]
		}
	}
}

func header(name, value string) detail { return func(r *request) { r.header.Set(name, value) } }

func body(text string) detail { return func(r *request) { r.body = text } }

func from(bucket *oss.Bucket) detail { return func(r *request) { r.bucket = bucket } }

// ask makes one signed request. A key is one below this run's prefix; "" is the bucket.
func (s *session) ask(method, key string, details ...detail) answer {
	r := request{params: map[string]any{}, header: http.Header{}, bucket: s.bucket}
	for _, d := range details {
		d(&r)
	}
	if key != "" {
		key = s.prefix + key
	}
	// Whole answers as they are: Go's transport would have bodies compressed, and hide it.
	options := []oss.Option{oss.WithContext(s.ctx), oss.AcceptEncoding("identity")}
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		options = append(options, oss.SetHeader(name, r.header.Get(name)))
	}
	var data io.Reader
	if r.body != "" {
		data = strings.NewReader(r.body)
	}
	resp, err := r.bucket.Do(method, key, r.params, options, data, nil)
	if resp == nil {
		s.broken = err
		return answer{}
	}
	defer resp.Body.Close()
	text, readErr := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if readErr != nil {
		s.broken = readErr
		return answer{}
	}
	a := answer{status: resp.StatusCode, header: resp.Headers, body: string(text)}
	var refused oss.ServiceError
	if errors.As(err, &refused) {
		a.code, a.ec = refused.Code, refused.Ec
	}
	s.answers++
	if a.header.Get("X-Oss-Request-Id") == "" {
		s.nameless = append(s.nameless, fmt.Sprintf("%s %s", method, a))
	}
	return a
}

// The operations that most questions are made of.

func (s *session) put(key, text string, details ...detail) answer {
	return s.ask("PUT", key, append(details, body(text))...)
}

func (s *session) head(key string, details ...detail) http.Header {
	return s.ask("HEAD", key, details...).header
}

// copyTo copies within the bucket. Keys of this run need no coding.
func (s *session) copyTo(source, target string, details ...detail) answer {
	return s.ask("PUT", target, append(details, header("x-oss-copy-source", "/"+s.config.bucket+"/"+s.prefix+source))...)
}

// cleanUp undoes what questions have changed of the bucket, and removes what lies below the prefix. It works also when
// the run was interrupted.
func (s *session) cleanUp() error {
	s.ctx = context.WithoutCancel(s.ctx)
	var failures []error
	note := func(err error) {
		if err != nil {
			failures = append(failures, err)
		}
	}
	for _, undo := range slices.Backward(s.undo) {
		note(undo())
	}
	list, err := s.bucket.ListObjectsV2(oss.Prefix(s.prefix), oss.MaxKeys(1000))
	note(err)
	for _, object := range list.Objects {
		note(s.bucket.DeleteObject(object.Key))
	}
	if s.versioned {
		versions, err := s.bucket.ListObjectVersions(oss.Prefix(s.prefix), oss.MaxKeys(1000))
		note(err)
		for _, v := range versions.ObjectVersions {
			note(s.bucket.DeleteObject(v.Key, oss.VersionId(v.VersionId)))
		}
		for _, m := range versions.ObjectDeleteMarkers {
			note(s.bucket.DeleteObject(m.Key, oss.VersionId(m.VersionId)))
		}
	}
	uploads, err := s.bucket.ListMultipartUploads(oss.Prefix(s.prefix))
	note(err)
	for _, u := range uploads.Uploads {
		note(s.bucket.AbortMultipartUpload(oss.InitiateMultipartUploadResult{Bucket: s.config.bucket, Key: u.Key, UploadID: u.UploadID}))
	}
	return errors.Join(failures...)
}
