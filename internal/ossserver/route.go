package ossserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

type scope int

const (
	serviceScope scope = iota
	bucketScope
	objectScope
)

// access is what someone without credentials needs (OSS-009).
type access int

const (
	ownerOnly    access = iota // nobody without credentials
	readObject                 // an ACL that lets the public read
	writeObject                // an ACL that lets the public write
	listBucket                 // a bucket ACL that lets the public read
	noCredential               // never asked for any
	inForm                     // the body's form carries the credentials
)

// operation is one API of OSS.
type operation struct {
	name     string
	access   access
	params   []string // query parameters besides the sub-resource that selects it, also those without effect (OSS-290)
	headers  []string // x-oss-* headers besides those that all operations understand
	noBucket bool     // works without an existing bucket
	orCreate bool     // on a bucket that is missing it is PutBucket (OSS-268, OSS-291)
	handle   func(*request) error
}

type selector struct {
	method string
	scope  scope
	sub    string // the sub-resource; "" for none
}

var operations = map[selector]operation{
	{"GET", serviceScope, ""}: {name: "ListBuckets", noBucket: true, handle: (*request).listBuckets,
		params: []string{"prefix", "marker", "max-keys"}},

	{"PUT", bucketScope, ""}: {name: "PutBucket", noBucket: true, handle: (*request).putBucket,
		headers: []string{"x-oss-resource-group-id"}},
	{"DELETE", bucketScope, ""}:        {name: "DeleteBucket", handle: (*request).deleteBucket},
	{"HEAD", bucketScope, ""}:          {name: "HeadBucket", handle: (*request).headBucket},
	{"GET", bucketScope, "bucketInfo"}: {name: "GetBucketInfo", handle: (*request).getBucketInfo},
	{"GET", bucketScope, "stat"}:       {name: "GetBucketStat", handle: (*request).getBucketStat},
	{"GET", bucketScope, "location"}:   {name: "GetBucketLocation", handle: (*request).getBucketLocation},
	{"GET", bucketScope, "versioning"}: {name: "GetBucketVersioning", handle: (*request).getVersioning},
	{"PUT", bucketScope, "versioning"}: {name: "PutBucketVersioning", handle: (*request).putVersioning},
	{"GET", bucketScope, "versions"}: {name: "ListObjectVersions", access: listBucket, handle: (*request).listVersions,
		params: []string{"prefix", "key-marker", "version-id-marker", "max-keys", "delimiter", "encoding-type"}},
	{"GET", bucketScope, "acl"}:                {name: "GetBucketAcl", handle: (*request).getBucketACL},
	{"PUT", bucketScope, "acl"}:                {name: "PutBucketAcl", orCreate: true, handle: (*request).putBucketACL},
	{"PUT", bucketScope, "objectWorm"}:         {name: "PutBucketObjectWormConfiguration", orCreate: true, handle: (*request).putObjectLock},
	{"GET", bucketScope, "objectWorm"}:         {name: "GetBucketObjectWormConfiguration", handle: (*request).getObjectLock},
	{"PUT", bucketScope, "overwriteConfig"}:    {name: "PutBucketOverwriteConfig", orCreate: true, handle: (*request).putOverwrite},
	{"GET", bucketScope, "overwriteConfig"}:    {name: "GetBucketOverwriteConfig", handle: (*request).getOverwrite},
	{"DELETE", bucketScope, "overwriteConfig"}: {name: "DeleteBucketOverwriteConfig", handle: (*request).deleteOverwrite},
	{"PUT", bucketScope, "encryption"}:         {name: "PutBucketEncryption", handle: (*request).putEncryption},
	{"GET", bucketScope, "encryption"}:         {name: "GetBucketEncryption", handle: (*request).getEncryption},
	{"DELETE", bucketScope, "encryption"}:      {name: "DeleteBucketEncryption", handle: (*request).deleteEncryption},
	{"PUT", bucketScope, "cors"}:               {name: "PutBucketCors", handle: (*request).putCORS},
	{"GET", bucketScope, "cors"}:               {name: "GetBucketCors", handle: (*request).getCORS},
	{"DELETE", bucketScope, "cors"}:            {name: "DeleteBucketCors", handle: (*request).deleteCORS},
	{"OPTIONS", bucketScope, ""}:               {name: "OptionObject", access: noCredential, handle: (*request).preflight},
	{"POST", bucketScope, ""}:                  {name: postOperation, access: inForm, handle: (*request).postObject},
	{"POST", bucketScope, "delete"}: {name: "DeleteMultipleObjects", handle: (*request).deleteObjects,
		params: []string{"encoding-type"}, headers: []string{bypassHeader}},
	{"GET", bucketScope, ""}: {name: "ListObjects", access: listBucket, handle: (*request).listObjects,
		params: []string{"prefix", "marker", "max-keys", "delimiter", "encoding-type"}},
	{"GET", bucketScope, "list-type"}: {name: "ListObjectsV2", access: listBucket, handle: (*request).listObjectsV2,
		params: []string{"prefix", "start-after", "continuation-token", "max-keys", "delimiter", "encoding-type", "fetch-owner"}},

	{"PUT", objectScope, ""}: {name: "PutObject", access: writeObject, handle: (*request).putObject,
		params: append(append([]string{}, callbackParams...), responseOverrides...), headers: append(append([]string{}, callbackHeaders...), lockHeaders...)},
	{"GET", objectScope, ""}: {name: "GetObject", access: readObject, handle: (*request).getObject,
		params: append([]string{"versionId"}, responseOverrides...)},
	{"HEAD", objectScope, ""}:           {name: "HeadObject", access: readObject, handle: (*request).headObject, params: []string{"versionId"}},
	{"HEAD", objectScope, "objectMeta"}: {name: "GetObjectMeta", access: readObject, handle: (*request).headObject, params: []string{"versionId"}},
	{"DELETE", objectScope, ""}: {name: "DeleteObject", access: writeObject, handle: (*request).deleteObject,
		params: []string{"versionId"}, headers: []string{bypassHeader}},
	{"OPTIONS", objectScope, ""}:    {name: "OptionObject", access: noCredential, handle: (*request).preflight},
	{"POST", objectScope, "append"}: {name: "AppendObject", access: writeObject, handle: (*request).appendObject, params: []string{"position"}},
	{"PUT", objectScope, "symlink"}: {name: "PutSymlink", access: writeObject, handle: (*request).putSymlink,
		headers: []string{"x-oss-symlink-target"}},
	{"GET", objectScope, "symlink"}:              {name: "GetSymlink", access: readObject, handle: (*request).getSymlink, params: []string{"versionId"}},
	{"POST", objectScope, "restore"}:             {name: "RestoreObject", handle: (*request).restoreObject, params: []string{"versionId"}},
	{"POST", objectScope, "cleanRestoredObject"}: {name: "CleanRestoredObject", handle: (*request).cleanRestored, params: []string{"versionId"}},
	{"POST", objectScope, "uploads"}: {name: "InitiateMultipartUpload", access: writeObject, handle: (*request).initiateUpload,
		params: []string{"encoding-type", "sequential", "max-parts", "versionId"}, headers: append(append([]string{}, callbackHeaders...), lockHeaders...)},
	{"PUT", objectScope, "uploadId"}: {name: "UploadPart", access: writeObject, handle: (*request).uploadPart, params: []string{"partNumber"}},
	{"POST", objectScope, "uploadId"}: {name: "CompleteMultipartUpload", access: writeObject, handle: (*request).completeUpload,
		params: append([]string{"encoding-type"}, callbackParams...), headers: callbackHeaders},
	{"DELETE", objectScope, "uploadId"}: {name: "AbortMultipartUpload", access: writeObject, handle: (*request).abortUpload},
	{"GET", objectScope, "uploadId"}: {name: "ListParts", handle: (*request).listParts,
		params: []string{"max-parts", "part-number-marker", "encoding-type"}},
	{"GET", bucketScope, "uploads"}: {name: "ListMultipartUploads", handle: (*request).listUploads,
		params: []string{"prefix", "delimiter", "max-uploads", "key-marker", "upload-id-marker", "encoding-type",
			"max-parts", "versionId"}},
	{"PUT", objectScope, "retention"}: {name: "PutObjectRetention", handle: (*request).putRetention,
		params: []string{"versionId"}, headers: []string{bypassHeader}},
	{"GET", objectScope, "retention"}:  {name: "GetObjectRetention", handle: (*request).getRetention, params: []string{"versionId"}},
	{"PUT", objectScope, "legalHold"}:  {name: "PutObjectLegalHold", handle: (*request).putLegalHold, params: []string{"versionId"}},
	{"GET", objectScope, "legalHold"}:  {name: "GetObjectLegalHold", handle: (*request).getLegalHold, params: []string{"versionId"}},
	{"GET", objectScope, "acl"}:        {name: "GetObjectAcl", handle: (*request).getObjectACL, params: []string{"versionId"}},
	{"PUT", objectScope, "acl"}:        {name: "PutObjectACL", handle: (*request).putObjectACL, params: []string{"versionId"}},
	{"GET", objectScope, "tagging"}:    {name: "GetObjectTagging", handle: (*request).getTagging, params: []string{"versionId"}},
	{"PUT", objectScope, "tagging"}:    {name: "PutObjectTagging", handle: (*request).putTagging, params: []string{"versionId"}},
	{"DELETE", objectScope, "tagging"}: {name: "DeleteObjectTagging", handle: (*request).deleteTagging, params: []string{"versionId"}},
}

// copies are the operations that a PUT becomes by naming a source.
var copies = map[string]operation{
	"PutObject":  {name: "CopyObject", access: writeObject, handle: (*request).copyObject, headers: lockHeaders},
	"UploadPart": {name: "UploadPartCopy", access: writeObject, handle: (*request).uploadPartCopy, params: []string{"partNumber"}},
}

// subResources are the query parameters that select an operation.
var subResources = func() map[string]bool {
	all := map[string]bool{}
	for s := range operations {
		all[s.sub] = true
	}
	delete(all, "")
	return all
}()

// commonParams may stand in any request: signatures in the URL, and what is accepted without effect.
var commonParams = []string{
	"OSSAccessKeyId", "Signature", "Expires", "security-token",
	"x-oss-signature-version", "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature",
	"x-oss-additional-headers", "x-oss-security-token",
	"x-oss-traffic-limit", "x-oss-request-payer",
}

// knownHeaders are the x-oss-* request headers that are understood, or have no effect that shows (the last lines).
var knownHeaders = []string{
	"x-oss-date", "x-oss-security-token", "x-oss-content-sha256",
	"x-oss-acl", "x-oss-object-acl", "x-oss-storage-class", "x-oss-forbid-overwrite",
	"x-oss-server-side-encryption", "x-oss-server-side-encryption-key-id", "x-oss-server-side-data-encryption",
	"x-oss-tagging", "x-oss-tagging-directive", "x-oss-metadata-directive", "x-oss-range-behavior",
	"x-oss-copy-source", "x-oss-copy-source-if-match", "x-oss-copy-source-if-none-match",
	"x-oss-copy-source-if-modified-since", "x-oss-copy-source-if-unmodified-since", "x-oss-copy-source-range",
	"x-oss-complete-all",
	"x-oss-hash-crc64ecma", "x-oss-traffic-limit", "x-oss-request-payer", "x-oss-user-agent",
}

// route finds the operation. What makes no request of it at all is left in q.refused; what this server does not know, in
// q.unknown, for serve to report when signature and bucket are in order.
func (q *request) route() {
	var err error
	if q.query, err = url.ParseQuery(q.r.URL.RawQuery); err != nil {
		q.refused = fail(http.StatusBadRequest, "InvalidURI", "", "Couldn't parse the specified URI.", "URI", q.r.URL.RawQuery)
		q.query = url.Values{}
		return
	}
	if q.refused = q.address(); q.refused != nil {
		return
	}
	if q.asksPublicKey() {
		q.op = &publicKeyOperation
		return
	}
	if q.refused = q.checkNames(); q.refused != nil {
		return
	}
	if q.op, q.unknown = q.findOperation(); q.unknown == nil {
		q.unknown = q.checkParameters()
	}
}

func (q *request) findOperation() (*operation, error) {
	sel := selector{method: q.r.Method, scope: objectScope}
	switch {
	case q.bucketName == "":
		sel.scope = serviceScope
	case q.key == "":
		sel.scope = bucketScope
	}
	for name := range q.query {
		// A browser asks with the URL of the request it is about to send, whatever the parameters.
		if !subResources[name] || q.r.Method == http.MethodOptions {
			continue
		}
		if sel.sub != "" {
			return nil, notImplemented("Parameter", "the sub-resources "+sel.sub+" and "+name+" together")
		}
		sel.sub = name
	}
	op, ok := operations[sel]
	if !ok {
		return nil, q.noOperation(sel)
	}
	if by, ok := copies[op.name]; ok && q.r.Header.Get("x-oss-copy-source") != "" {
		op = by
	}
	return &op, nil
}

// noOperation says why nothing fits: an unknown parameter is named before the method is blamed.
func (q *request) noOperation(sel selector) error {
	for name := range q.query {
		if !subResources[name] && !slices.Contains(commonParams, name) && sel.sub == "" {
			return notImplemented("Parameter", "the query parameter "+name)
		}
	}
	for known := range operations {
		if known.scope == sel.scope && known.sub == sel.sub {
			return methodNotAllowed(sel.method, [...]string{"Service", "Bucket", "Object"}[sel.scope])
		}
	}
	return notImplemented("Parameter", "the sub-resource "+sel.sub+" here")
}

// checkParameters refuses what would otherwise be ignored without a word.
func (q *request) checkParameters() error {
	if q.op.access == noCredential {
		return nil
	}
	for name := range q.query {
		if !subResources[name] && !slices.Contains(commonParams, name) && !slices.Contains(q.op.params, name) {
			return notImplemented("Parameter", "the query parameter "+name+" of "+q.op.name)
		}
	}
	if err := q.checkVersionParam(); err != nil {
		return err
	}
	for name := range q.r.Header {
		name = strings.ToLower(name)
		if !strings.HasPrefix(name, "x-oss-") || strings.HasPrefix(name, metaPrefix) ||
			strings.HasPrefix(name, "x-oss-copy-source-") || // unknown ones are ignored (OSS-267)
			slices.Contains(knownHeaders, name) ||
			slices.Contains(q.op.headers, name) {
			continue
		}
		return notImplemented("Header", "the header "+name)
	}
	return nil
}

// serve authenticates, authorises and does the work. What is unknown comes after all that (OSS-290), so that a wrong
// signature is reported as such; and the CORS headers come first, so that a script can read why it was refused.
func (q *request) serve() error {
	if q.s.DropBadMetadata {
		dropBadMetadata(q.r.Header)
	}
	st, err := q.s.open()
	if err != nil {
		return err
	}
	missing := q.findBucket(st)
	if q.op == nil || q.op.access != noCredential {
		if q.b != nil {
			q.addCORSHeaders()
		}
		if err := q.authenticate(); err != nil {
			if missing != nil && hasCode(err, codeUnknownKey) { // OSS-268
				return missing
			}
			return err
		}
	}
	if missing != nil {
		return missing
	}
	if q.op != nil {
		if err := q.authorize(); err != nil {
			return err
		}
	}
	if q.unknown != nil {
		return q.unknown
	}
	return q.op.handle(q)
}

// findBucket sets q.b where the operation needs a bucket; the error is that there is none.
func (q *request) findBucket(st *store) error {
	if q.bucketName == "" || q.op != nil && q.op.noBucket {
		return nil
	}
	var missing error
	q.b, missing = st.bucket(q.bucketName)
	if missing != nil && q.op != nil && q.op.orCreate {
		create := operations[selector{"PUT", bucketScope, ""}]
		q.op = &create
		return nil
	}
	return missing
}

func (b *bucket) isGone() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.gone
}
