package ossserver

import (
	"strings"
	"testing"
)

const encryptionPath = "/" + testBucket + "/?encryption"

func encryptionXML(children string) string {
	return "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>" + children +
		"</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
}

// TestBucketEncryption is OSS-294: put, get, delete.
func TestBucketEncryption(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	none := func() {
		t.Helper()
		a := e.refused(404, "NoSuchServerSideEncryptionRule", call{method: "GET", path: encryptionPath})
		if a.ec() != "0005-00000004" {
			t.Errorf("EC %q", a.ec())
		}
	}
	none()
	for _, children := range []string{
		"<SSEAlgorithm>AES256</SSEAlgorithm>",
		"<SSEAlgorithm>SM4</SSEAlgorithm>",
		"<SSEAlgorithm>KMS</SSEAlgorithm>",
		"<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>9468da86</KMSMasterKeyID>",
		"<SSEAlgorithm>KMS</SSEAlgorithm><KMSDataEncryption>SM4</KMSDataEncryption>",
		"<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>9468da86</KMSMasterKeyID><KMSDataEncryption>SM4</KMSDataEncryption>",
	} {
		e.must(200, call{method: "PUT", path: encryptionPath, body: encryptionXML(children)})
		a := e.must(200, call{method: "GET", path: encryptionPath})
		flat := strings.Join(strings.Fields(a.body), "")
		if !strings.HasSuffix(flat, strings.Join(strings.Fields(encryptionXML(children)), "")) {
			t.Errorf("put %s, got %s", children, a.body)
		}
	}
	e.must(200, call{method: "PUT", path: encryptionPath, body: encryptionXML("<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID></KMSMasterKeyID>")})
	e.must(204, call{method: "DELETE", path: encryptionPath})
	none()
	e.must(204, call{method: "DELETE", path: encryptionPath})
	for body, code := range map[string]string{
		encryptionXML("<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>123</KMSMasterKeyID>"):       "InvalidArgument",
		encryptionXML("<SSEAlgorithm>random</SSEAlgorithm>"):                                           "InvalidEncryptionAlgorithmError",
		encryptionXML("<SSEAlgorithm>AES256</SSEAlgorithm><KMSDataEncryption>SM4</KMSDataEncryption>"): "InvalidDataEncryptionAlgorithmError",
		encryptionXML(""): "MalformedXML",
		encryptionXML("<SSEAlgorithm>KMS</SSEAlgorithm><Other>a</Other>"): "MalformedXML",
		"<ServerSideEncryptionRule></ServerSideEncryptionRule>":           "MalformedXML",
		"": "MalformedXML",
	} {
		e.refused(400, code, call{method: "PUT", path: encryptionPath, body: body})
	}
	none()
	for _, method := range []string{"PUT", "GET", "DELETE"} {
		e.refused(404, "NoSuchBucket", call{method: method, path: "/no-such-bucket/?encryption",
			body: encryptionXML("<SSEAlgorithm>AES256</SSEAlgorithm>")})
	}
}

// sse is what an answer says of encryption.
func (a answer) sse() string {
	const prefix = "x-oss-server-side-"
	return strings.Trim(strings.Join([]string{
		a.header.Get(prefix + "encryption"), a.header.Get(prefix + "encryption-key-id"), a.header.Get(prefix + "data-encryption"),
	}, " "), " ")
}

// TestDefaultEncryption is OSS-294: what a bucket's default does to each kind of write, and to what was there before.
func TestDefaultEncryption(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	e.put("before", "x", nil)
	e.must(200, call{method: "PUT", path: encryptionPath,
		body: encryptionXML("<SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>bucket-key</KMSMasterKeyID><KMSDataEncryption>SM4</KMSDataEncryption>")})
	const byDefault = "KMS bucket-key SM4"
	source := "/" + testBucket + "/before"
	want := func(what, want string, answers ...answer) {
		t.Helper()
		for _, a := range answers {
			if got := a.sse(); got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
	}
	want("what was there", "", e.head("before"))
	want("PUT", byDefault, e.put("put", "x", nil), e.head("put"), e.must(200, call{method: "GET", path: at("put")}))
	own := map[string]string{"x-oss-server-side-encryption": "AES256"}
	want("PUT with its own", "AES256", e.put("own", "x", own), e.head("own"))
	want("copy", byDefault, e.put("copy", "", map[string]string{"x-oss-copy-source": source}), e.head("copy"))
	want("copy with its own", "AES256", e.put("copy2", "", map[string]string{"x-oss-copy-source": source,
		"x-oss-server-side-encryption": "AES256"}), e.head("copy2"))
	want("append", byDefault, e.must(200, call{method: "POST", path: at("append") + "?append&position=0", body: "x"}), e.head("append"))
	e.must(204, formOf(t, pairs(signedFormV1(map[string]string{"key": "form"}, policyText(""))), "f", "", "x"))
	want("form", byDefault, e.head("form"))
	a := e.must(200, call{method: "POST", path: at("parts") + "?uploads"})
	_, rest, _ := strings.Cut(a.body, "<UploadId>")
	id, _, _ := strings.Cut(rest, "</UploadId>")
	part := e.must(200, call{method: "PUT", path: at("parts") + "?partNumber=1&uploadId=" + id, body: "x"})
	done := e.must(200, call{method: "POST", path: at("parts") + "?uploadId=" + id, header: map[string]string{"x-oss-complete-all": "yes"}})
	want("multipart upload", byDefault, a, part, done, e.head("parts"))
	e.must(204, call{method: "DELETE", path: encryptionPath})
	want("after it is gone", byDefault, e.head("put"))
	want("PUT without it", "", e.put("put", "x", nil), e.head("put"))
}

// TestKMSKeyByARN is OSS-213: a key named by ARN is answered with its ID alone, everywhere.
func TestKMSKeyByARN(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	const id = "9468da86-3509-4f8d-a61e-6eab1eac0000"
	kms := map[string]string{"x-oss-server-side-encryption": "KMS", "x-oss-server-side-encryption-key-id": "acs:kms:cn-hangzhou:1234567890:key/" + id}
	answers := map[string]answer{
		"PUT":  e.put("k", "x", kms),
		"HEAD": e.head("k"),
		"GET":  e.must(200, call{method: "GET", path: at("k")}),
	}
	a := e.must(200, call{method: "POST", path: at("parts") + "?uploads", header: kms})
	answers["Initiate"] = a
	_, rest, _ := strings.Cut(a.body, "<UploadId>")
	uploadID, _, _ := strings.Cut(rest, "</UploadId>")
	answers["UploadPart"] = e.must(200, call{method: "PUT", path: at("parts") + "?partNumber=1&uploadId=" + uploadID, body: "x"})
	answers["Complete"] = e.must(200, call{method: "POST", path: at("parts") + "?uploadId=" + uploadID, header: map[string]string{"x-oss-complete-all": "yes"}})
	answers["HEAD of parts"] = e.head("parts")
	for name, a := range answers {
		if got := a.sse(); got != "KMS "+id {
			t.Errorf("%s: %q", name, got)
		}
	}
	for given, want := range map[string]string{
		id: id, "alias/a": "alias/a", "acs:kms:cn-hangzhou:1:alias/a": "acs:kms:cn-hangzhou:1:alias/a", "acs:kms:a:1:key/": "acs:kms:a:1:key/",
	} {
		kms["x-oss-server-side-encryption-key-id"] = given
		if got := e.put("k", "x", kms).sse(); got != "KMS "+want {
			t.Errorf("%s: %q", given, got)
		}
	}
}

// TestKMSWithoutKey is OSS-295.
func TestKMSWithoutKey(t *testing.T) {
	t.Parallel()
	e := start(t, nil)
	a := e.put("k", "x", map[string]string{"x-oss-server-side-encryption": "KMS"})
	name := "x-oss-server-side-encryption-key-id"
	if id := a.header.Get(name); id == "" || e.head("k").header.Get(name) != id {
		t.Errorf("PUT %q, HEAD %q", a.sse(), e.head("k").sse())
	}
	if got := e.put("k", "x", map[string]string{"x-oss-server-side-encryption": "AES256"}).sse(); got != "AES256" {
		t.Errorf("AES256: %q", got)
	}
}
