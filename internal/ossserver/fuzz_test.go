package ossserver

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzzServer is a server without a network, with something in it.
func fuzzServer(f *testing.F) *Server {
	f.Helper()
	s := &Server{DiscardRecords: true, MaxPutSize: 1 << 20}
	f.Cleanup(func() { s.Close() })
	if err := s.CreateBucket(testBucket); err != nil {
		f.Fatal(err)
	}
	for _, key := range []string{"k", "dir/k"} {
		if w := serve(s, "PUT /"+testBucket+"/"+key+" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nhello"); w == nil || w.Code != 200 {
			f.Fatalf("%+v", w)
		}
	}
	return s
}

// serve signs a request given as text and hands it to s; nil if it is not HTTP.
func serve(s *Server, text string) *httptest.ResponseRecorder {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		return nil
	}
	signAsServer(s, r)
	return record(s, r)
}

func signAsServer(s *Server, r *http.Request) {
	q := &request{s: s, r: r, now: time.Now()}
	q.route() // for the names alone
	c := call{bucket: q.bucketName, key: q.key, id: "local-id", secret: "local-secret"}
	if c.bucket == "" && c.key == "" && r.URL.Path != "/" {
		return // no names to sign; the server has to say so
	}
	c.sign(r)
}

func record(s *Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	defer func() {
		// A broken connection is an answer too; any other panic is a defect.
		p := recover()
		if err, ok := p.(error); p != nil && !(ok && errors.Is(err, http.ErrAbortHandler)) {
			panic(p)
		}
	}()
	s.ServeHTTP(w, r)
	return w
}

// checkAnswer holds what is true of every answer.
func checkAnswer(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if w.Code == 500 || w.Code == 0 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if len(w.Header().Get("x-oss-request-id")) != 24 {
		t.Fatalf("request ID %q", w.Header().Get("x-oss-request-id"))
	}
	if w.Code < 400 || w.Body.Len() == 0 {
		return
	}
	var doc struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		RequestID string `xml:"RequestId"`
	}
	if err := xml.Unmarshal(w.Body.Bytes(), &doc); err != nil || doc.Code == "" || doc.RequestID != w.Header().Get("x-oss-request-id") {
		t.Fatalf("error document %s: %v", w.Body, err)
	}
}

// FuzzRequest sends any request with a true signature.
func FuzzRequest(f *testing.F) {
	for _, line := range []string{
		"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"GET /bucket-one/k?versionId=null HTTP/1.1\r\nHost: 127.0.0.1\r\nRange: bytes=1-2\r\nIf-Match: x\r\n\r\n",
		"PUT /bucket-one/%2e%2e%2f%00 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nx-oss-meta-a: b\r\nx-oss-tagging: a=b&c\r\n\r\nx",
		"PUT /dir/k HTTP/1.1\r\nHost: bucket-one.localhost:9000\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
		"PUT /bucket-one/copy HTTP/1.1\r\nHost: 127.0.0.1\r\nx-oss-copy-source: /bucket-one/dir%2Fk?versionId=null\r\nx-oss-metadata-directive: REPLACE\r\n\r\n",
		"GET /bucket-one/?list-type=2&prefix=a&delimiter=%2F&max-keys=3&continuation-token=aw%3D%3D&encoding-type=url HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"GET /bucket-one/?versions&key-marker=k&version-id-marker=null HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"GET /bucket-one/?uploads&key-marker=k&upload-id-marker=x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"POST /bucket-one/a?append&position=0 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\nx",
		"POST /bucket-one/k?uploads HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
		"PUT /bucket-one/k?partNumber=1&uploadId=X HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nx-oss-copy-source-range: bytes=0-1\r\n\r\nx",
		"PUT /bucket-one/l?symlink HTTP/1.1\r\nHost: 127.0.0.1\r\nx-oss-symlink-target: k\r\n\r\n",
		"OPTIONS /bucket-one/k HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://a\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: a,b\r\n\r\n",
		"PUT /bucket-one/?versioning HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 71\r\n\r\n<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		"DELETE /bucket-one/k?versionId=null HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"HEAD /bucket-one/k?objectMeta HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
	} {
		f.Add([]byte(line))
	}
	s := fuzzServer(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		if w := serve(s, string(text)); w != nil {
			checkAnswer(t, w)
		}
	})
}

// xmlCalls are the requests that take a document.
var xmlCalls = []string{
	"PUT /bucket-one/?cors", "PUT /bucket-one/k?tagging", "PUT /bucket-one/?versioning", "POST /bucket-one/?delete",
	"POST /bucket-one/k?uploadId=UPLOAD", "POST /bucket-one/k?restore", "PUT /bucket-two/", "PUT /bucket-one/?encryption",
	"PUT /bucket-one/?overwriteConfig", "PUT /bucket-one/?objectWorm", "PUT /bucket-one/k?retention", "PUT /bucket-one/k?legalHold",
}

// FuzzXML sends any document to everything that takes one, and holds that a stored CORS configuration comes back as it is.
// Each round is several requests: let the fuzzer spend its time on them with -fuzzminimizetime 10x.
func FuzzXML(f *testing.F) {
	for _, doc := range []string{
		corsXML(minimalRule, "<ResponseVary>true</ResponseVary>"),
		corsXML(rule("<AllowedOrigin>https://*.a</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>1</MaxAgeSeconds>")),
		"<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>",
		"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
		"<Delete><Quiet>false</Quiet><Object><Key>a</Key><VersionId>null</VersionId></Object></Delete>",
		"<Delete><Object><Key>a&#x1C;&#0;&#xFFFE;&#xF0000;</Key></Object></Delete>",
		"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"x\"</ETag></Part></CompleteMultipartUpload>",
		"<RestoreRequest><Days>1</Days><JobParameters><Tier>Bulk</Tier></JobParameters></RestoreRequest>",
		"<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>",
		`<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, "<a", "",
	} {
		f.Add([]byte(doc))
	}
	s := fuzzServer(f)
	b, err := s.store.bucket(testBucket)
	if err != nil {
		f.Fatal(err)
	}
	send := func(line string, doc []byte) *httptest.ResponseRecorder {
		if strings.Contains(line, "UPLOAD") {
			u, err := b.newUpload(uploadRecord{Key: "k"})
			if err != nil {
				f.Fatal(err)
			}
			defer func() { _ = b.abort("", "k", u.UploadID) }() // the fuzzed request may have ended it
			line = strings.ReplaceAll(line, "UPLOAD", u.UploadID)
		}
		r := httptest.NewRequest("PUT", "http://127.0.0.1/", bytes.NewReader(doc))
		method, target, _ := strings.Cut(line, " ")
		r.Method = method
		if r.URL, err = r.URL.Parse(target); err != nil {
			f.Fatal(err)
		}
		r.Header.Set("Content-MD5", md5Base64(string(doc)))
		signAsServer(s, r)
		return record(s, r)
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		for _, line := range xmlCalls {
			checkAnswer(t, send(line, doc))
		}
		if w := send(xmlCalls[0], doc); w.Code != 200 {
			return
		}
		first, err := s.CORS(testBucket)
		if err != nil {
			t.Fatal(err)
		}
		again := send("GET /bucket-one/?cors", nil).Body.Bytes()
		if w := send(xmlCalls[0], again); w.Code != 200 {
			t.Fatalf("the server refuses its own document: %s\n%s", w.Body, again)
		}
		if second, err := s.CORS(testBucket); err != nil || !reflect.DeepEqual(first, second) {
			t.Fatalf("%+v became %+v, %v", first, second, err)
		}
	})
}

// FuzzSignature tries any Authorization, date and query without knowing the secret.
func FuzzSignature(f *testing.F) {
	day := time.Now().UTC().Format("20060102")
	for _, auth := range []string{
		"", "OSS local-id:x", "OSS :", "OSS2 AccessKeyId:local-id,Signature:x", "Bearer x",
		"OSS4-HMAC-SHA256 Credential=local-id/" + day + "/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=host;;a,Signature=00",
		"OSS4-HMAC-SHA256 Credential=local-id/20200101//oss/aliyun_v4_request, Signature=", "OSS4-HMAC-SHA256", "OSS4-HMAC-SHA256 ,=,",
	} {
		f.Add(auth, time.Now().UTC().Format(http.TimeFormat), "OSSAccessKeyId=local-id&Expires=99999999999&Signature=x")
		f.Add(auth, "20260101T000000Z", "x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=local-id%2F"+day+
			"%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date="+day+"T000000Z&x-oss-expires=604800&x-oss-signature=00")
	}
	s := fuzzServer(f)
	f.Fuzz(func(t *testing.T, auth, date, query string) {
		r := httptest.NewRequest("GET", "http://127.0.0.1/bucket-one/k", nil)
		r.URL.RawQuery = query
		if auth != "" {
			r.Header.Set("Authorization", auth)
		}
		r.Header.Set("Date", date)
		w := record(s, r)
		checkAnswer(t, w)
		if w.Code < 400 || strings.Contains(w.Body.String(), "local-secret") {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
	})
}

// FuzzNames holds that no key leaves its folder and no two keys share one.
func FuzzNames(f *testing.F) {
	for _, key := range nastyKeys {
		f.Add(key, key+"/")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		folder := keyFolder(a)
		if folder == "." || folder == ".." || folder == "" || len(folder) > 255 || strings.ContainsAny(folder, "/\\\x00:") {
			t.Fatalf("%q lies in %q", a, folder)
		}
		if utf8.ValidString(a) && !utf8.ValidString(folder) {
			t.Fatalf("%q lies in %q", a, folder)
		}
		if a != b && strings.EqualFold(folder, keyFolder(b)) {
			t.Fatalf("%q and %q both lie in %q", a, b, folder)
		}
		src, err := parseCopySource(a)
		var api *apiError
		if err == nil && (src.bucket == "" || checkKey(src.key) != nil) || err != nil && !errors.As(err, &api) {
			t.Fatalf("%q: %+v, %v", a, src, err)
		}
		if first, last, ok := parseRange(a, 10); ok && (first < 0 || last < first) {
			t.Fatalf("%q: %d to %d", a, first, last)
		}
	})
}
