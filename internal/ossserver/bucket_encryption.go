package ossserver

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// defaultEncryption is how a bucket encrypts what comes without a word about it (OSS-294).
type defaultEncryption struct {
	Algorithm      string `json:"algorithm"` // AES256, KMS, SM4
	KeyID          string `json:"keyID,omitempty"`
	DataEncryption string `json:"dataEncryption,omitempty"`
}

const (
	sseKMS = "KMS"
	// serviceKey is the key that KMS keeps for the service itself, which encrypts where no other is named (OSS-295). Its ID
	// is this server's own.
	serviceKey = "00000000-0000-4000-8000-000000000001"
)

// check finds out whether OSS would take e for an object; it must not be without an algorithm.
func (e *defaultEncryption) check() error {
	a := attributes{SSE: e.Algorithm, SSEKeyID: e.KeyID, SSEDataEncryption: e.DataEncryption}
	return a.checkEncryption()
}

// encrypt completes what a write says of encryption: the bucket's default where it says nothing, a key where it names none,
// and of a key named by ARN the ID alone, which is what every answer shows (OSS-213).
func (a *attributes) encrypt(byDefault *defaultEncryption) {
	if a.SSE == "" && byDefault != nil {
		a.SSE, a.SSEKeyID, a.SSEDataEncryption = byDefault.Algorithm, byDefault.KeyID, byDefault.DataEncryption
	}
	if a.SSE != sseKMS {
		return
	}
	if a.SSEKeyID == "" {
		a.SSEKeyID = serviceKey
	}
	if arn, ok := strings.CutPrefix(a.SSEKeyID, "acs:kms:"); ok {
		if _, id, ok := strings.Cut(arn, ":key/"); ok && id != "" {
			a.SSEKeyID = id
		}
	}
}

type encryptionRule struct {
	XMLName xml.Name            `xml:"ServerSideEncryptionRule"`
	Default []encryptionDefault `xml:"ApplyServerSideEncryptionByDefault"`
	Unknown []unknownChild      `xml:",any"`
}

type encryptionDefault struct {
	SSEAlgorithm      string
	KMSMasterKeyID    string         `xml:",omitempty"`
	KMSDataEncryption string         `xml:",omitempty"`
	Unknown           []unknownChild `xml:",any"`
}

func (q *request) putEncryption() error {
	var in encryptionRule
	if err := q.readXML(&in, maxSettingBody); err != nil {
		return err
	}
	if len(in.Unknown) > 0 || len(in.Default) != 1 || len(in.Default[0].Unknown) > 0 || in.Default[0].SSEAlgorithm == "" {
		return malformedXML()
	}
	d := in.Default[0]
	e := &defaultEncryption{Algorithm: d.SSEAlgorithm, KeyID: d.KMSMasterKeyID, DataEncryption: d.KMSDataEncryption}
	if err := e.check(); err != nil {
		return err
	}
	return q.b.change(func(set *bucketSettings) { set.Encryption = e })
}

func (q *request) getEncryption() error {
	e := q.b.settings().Encryption
	if e == nil {
		return fail(http.StatusNotFound, "NoSuchServerSideEncryptionRule", "0005-00000004",
			"The server side encryption configuration does not exist.", "BucketName", q.bucketName)
	}
	return q.writeXML(encryptionRule{Default: []encryptionDefault{
		{SSEAlgorithm: e.Algorithm, KMSMasterKeyID: e.KeyID, KMSDataEncryption: e.DataEncryption},
	}})
}

func (q *request) deleteEncryption() error {
	if err := q.b.change(func(set *bucketSettings) { set.Encryption = nil }); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// requestEncryption is what a PutBucket says of encryption (OSS-294); nil if nothing.
func (q *request) requestEncryption() (*defaultEncryption, error) {
	e := &defaultEncryption{
		Algorithm:      q.header("x-oss-server-side-encryption"),
		KeyID:          q.header("x-oss-server-side-encryption-key-id"),
		DataEncryption: q.header("x-oss-server-side-data-encryption"),
	}
	if err := e.check(); err != nil || e.Algorithm == "" {
		return nil, err
	}
	return e, nil
}
