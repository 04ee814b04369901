package ossserver

import (
	"bytes"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// postForm is a form up to its file (OSS-100).
type postForm struct {
	fields   map[string]string // by lower-case name
	file     *multipart.Part   // nil where the form has none
	filename string
}

const (
	maxFieldName = 8 << 10 // OSS-101
	maxFields    = 8 << 20 // OSS-101: names and values up to the file
	fileField    = "file"
)

// postObject is the upload of a browser's form (OSS-100). The bytes of the file go to disk as they come; everything is
// checked before, as far as the fields in front of the file say.
func (q *request) postObject() error {
	whole, err := q.checkWholeBody()
	if err != nil {
		return err
	}
	form, err := q.readForm()
	if err != nil {
		return err
	}
	if form.file == nil {
		return fail(http.StatusBadRequest, "IncorrectNumberOfFilesInPOSTRequest", "0006-00000104",
			"POST requires exactly one file upload per request.")
	}
	key, found := form.fields["key"]
	if !found {
		return invalidArgument("key", "", "Bucket POST must contain a field named 'key'. It stands before the file.")
	}
	// The policy sees the key as it was sent (OSS-103).
	q.key = strings.ReplaceAll(key, "${filename}", form.filename)
	size, err := q.authorizeForm(form)
	if err != nil {
		return err
	}
	if err := checkKey(q.key); err != nil {
		return err
	}
	redirect, err := form.redirect()
	if err != nil {
		return err
	}
	attr, err := q.formAttributes(form)
	if err != nil {
		return err
	}
	if err := q.formCallback(form); err != nil {
		return err
	}
	v, err := q.storeObject(attr, &fileReader{r: form.file, size: size, end: whole})
	if err != nil {
		return err
	}
	return q.answerPost(v, form, redirect)
}

// readForm reads the fields up to the file, which is left to be read.
func (q *request) readForm() (*postForm, error) {
	kind, params, err := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, malformedPost()
	}
	form := &postForm{fields: map[string]string{}}
	parts := multipart.NewReader(markReader{&q.body}, params["boundary"])
	for left := int64(maxFields); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it is the end of a form that was cut
			return form, nil
		}
		if err != nil {
			return nil, postError(err)
		}
		name := strings.ToLower(part.FormName()) // OSS-100: names without regard to case
		switch {
		case name == "":
			return nil, malformedPost()
		case len(name) > maxFieldName:
			return nil, fail(http.StatusBadRequest, "InvalidArgument", "0006-00000110", "The name of a form field is too long.")
		case name == fileField:
			form.file, form.filename = part, part.FileName()
			return form, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, postError(err)
		}
		if left -= int64(len(name) + len(value)); left < 0 {
			return nil, fail(http.StatusBadRequest, "InvalidArgument", "0006-00000112", "The form fields before the file are too large.")
		}
		if _, twice := form.fields[name]; twice {
			return nil, invalidArgument(name, string(value), "The form field is given more than once.")
		}
		form.fields[name] = string(value)
	}
}

// postError tells a malformed form from a connection that ended.
func postError(err error) error {
	var read *readError
	if errors.As(err, &read) {
		return err
	}
	return malformedPost()
}

func malformedPost() *apiError {
	return fail(http.StatusBadRequest, "MalformedPOSTRequest", "0006-00000104",
		"The body of your POST request is not well-formed multipart/form-data.")
}

// sizeRange is what content-length-range allows, in bytes.
type sizeRange struct{ low, high int64 }

// fileReader reads the file of a form, holds its size against the policy, and has the last word at its end. Fields behind
// the file are not looked at (OSS-100).
type fileReader struct {
	r    io.Reader
	size sizeRange
	n    int64
	end  func() error
}

func (f *fileReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if f.n += int64(n); f.n > f.size.high {
		return 0, entityTooLarge(f.size.high)
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, malformedPost()
	case !errors.Is(err, io.EOF):
		return n, err
	case f.n < f.size.low:
		return n, fail(http.StatusBadRequest, "EntityTooSmall", "", "Your proposed upload is smaller than the minimum allowed size.",
			"MinSizeAllowed", strconv.FormatInt(f.size.low, 10), "ProposedSize", strconv.FormatInt(f.n, 10))
	}
	if err := f.end(); err != nil {
		return n, err
	}
	return n, io.EOF
}

// checkWholeBody starts an MD5 over the body as it comes, if a header gives one to compare (OSS-105). What it returns reads
// the rest and compares.
func (q *request) checkWholeBody() (func() error, error) {
	text := q.header("Content-MD5")
	want, err := q.contentMD5()
	if err != nil || want == nil {
		return func() error { return nil }, err
	}
	sum := md5.New()
	q.body.r = io.TeeReader(q.body.r, sum)
	return func() error {
		if _, err := io.Copy(io.Discard, markReader{&q.body}); err != nil {
			return err
		}
		if !bytes.Equal(sum.Sum(nil), want) {
			return invalidDigest(text)
		}
		return nil
	}, nil
}

// formHeaders are the form fields that stand for headers of a PutObject.
var formHeaders = []string{
	"cache-control", "content-type", "content-disposition", "content-encoding", "content-language", "expires",
	"x-oss-object-acl", "x-oss-storage-class", "x-oss-forbid-overwrite", "x-oss-tagging",
	"x-oss-server-side-encryption", "x-oss-server-side-encryption-key-id", "x-oss-server-side-data-encryption",
}

// formFields are the x-oss-* fields with a meaning of their own.
var formFields = []string{
	"x-oss-content-type", "x-oss-security-token", "x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-signature",
}

// formAttributes makes headers of the fields, in place of those the request came with, and reads them like any other.
func (q *request) formAttributes(form *postForm) (attributes, error) {
	h := http.Header{}
	for name, value := range form.fields {
		switch {
		case slices.Contains(formHeaders, name) || strings.HasPrefix(name, metaPrefix):
			if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return attributes{}, invalidArgument(name, value, "The form field cannot be a header.")
			}
			h.Set(name, strings.TrimSpace(value))
		case strings.HasPrefix(name, "x-oss-") && !slices.Contains(formFields, name):
			return attributes{}, notImplemented("Field", "the form field "+name)
		}
	}
	// OSS-104: the field of OSS, the plain field, the file's own header. Without any the type of other writes is taken (OSS-203).
	for _, kind := range []string{form.fields["x-oss-content-type"], h.Get("Content-Type"), form.file.Header.Get("Content-Type")} {
		if kind != "" {
			h.Set("Content-Type", kind)
			break
		}
	}
	r := *q.r
	r.Header = h
	r.ContentLength = -1 // of the file, which no header gives
	q.r = &r
	return q.requestAttributes()
}

// formCallback reads the callback's field and, each in a field of its own, its variables.
func (q *request) formCallback(form *postForm) error {
	text := form.fields["callback"]
	if text == "" {
		return nil
	}
	vars := map[string]string{}
	for name, value := range form.fields {
		if strings.HasPrefix(name, "x:") {
			vars[name] = value
		}
	}
	return q.setCallback("callback", text, vars)
}

// redirect is where a browser is to be sent; nil is nowhere.
func (f *postForm) redirect() (*url.URL, error) {
	text := f.fields["success_action_redirect"]
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, invalidArgument("success_action_redirect", text, "The success_action_redirect field is not a URL.")
	}
	return u, nil
}

type postResponse struct {
	XMLName  xml.Name `xml:"PostResponse"`
	Bucket   string
	Location string
	Key      string
	ETag     string
}

// answerPost is OSS-106: a callback's answer, a redirection, or a status of the form's choice.
func (q *request) answerPost(v *version, form *postForm, redirect *url.URL) error {
	q.writeStored(v)
	if q.callback != nil {
		return q.callBack(v)
	}
	h := q.w.Header()
	if redirect != nil {
		query := redirect.Query()
		query.Set("bucket", q.bucketName)
		query.Set("key", q.key)
		query.Set("etag", `"`+v.ETag+`"`)
		redirect.RawQuery = query.Encode()
		h.Set("Location", redirect.String())
		h.Set("Content-Length", "0")
		q.w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	switch form.fields["success_action_status"] {
	case "201":
		return q.writeXMLStatus(http.StatusCreated, postResponse{
			Bucket: q.bucketName, Location: q.objectURL(), Key: q.key, ETag: `"` + v.ETag + `"`})
	case "200":
		h.Set("Content-Length", "0")
		q.w.WriteHeader(http.StatusOK)
	default:
		q.w.WriteHeader(http.StatusNoContent)
	}
	return nil
}

// objectURL is the object's address on the host that was asked.
func (q *request) objectURL() string {
	scheme := "http://"
	if q.r.TLS != nil {
		scheme = "https://"
	}
	return scheme + q.r.Host + strings.TrimSuffix(q.r.URL.EscapedPath(), "/") + "/" + encodeV4(q.key, true)
}

// storedETag is the MD5 of the body for PutObject (OSS-032), and for a form a value that says nothing about it (OSS-105).
func (q *request) storedETag(st *staged) string {
	sum := st.md5
	if q.op.name == postOperation {
		sum = make([]byte, 16)
		_, _ = rand.Read(sum) // documented never to fail
	}
	return strings.ToUpper(hex.EncodeToString(sum))
}

const postOperation = "PostObject"
