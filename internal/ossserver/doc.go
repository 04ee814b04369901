// Package ossserver is an Alibaba Cloud OSS endpoint over a local folder: for tests, for trying the provider without an
// account, and as a second, independent reading of how OSS behaves. It shares no code with the provider.
//
// [Server] is an http.Handler whose zero value works and whose exported fields are its knobs. It checks every
// signature, keeps bodies as files, streams them in and out, and what it has acknowledged survives a crash.
// Records, faults and [Server.Object] let a test see what was asked, break it, and look at what is really stored.
//
// # Not modelled
//
// A query parameter, sub-resource or x-oss-* header that is not understood answers 501 NotImplemented, never
// silence, once the signature and the bucket are in order. Not understood are: RAM and bucket policies (an account may do
// everything), the block of public access, hierarchical namespace, lifecycle, website, referer, logging, replication,
// inventory, WORM of whole buckets, image and data processing (x-oss-process), SelectObject, live channels, SSE-C,
// x-oss-persistent-headers, requester-pays and signature V2. Encryption is remembered and echoed, not done. Transfer
// limits are accepted and not applied. A configuration shows at once, where OSS may take seconds. What is not HTTP is
// refused in words that are not OSS's, with a request ID where the server listens by [Server.Attach]. Only one server at a
// time may use a data folder.
//
// # Facts about OSS
//
// Code refers to these by number. Sources: "page" is a page of the OSS documentation, with its year; "SDK test" is a test of
// an official SDK that runs against the service; "SDK" is an official SDK's code. A doubt says which reading is taken.
//
// Addressing and signatures:
//
//	OSS-001 A request to an IP address names the bucket first in the path. SDK (Go v1, conn.go). Ours: to localhost, too.
//	OSS-002 A request to a name has the bucket as first label; naming it in the path is 403 SecondLevelDomainForbidden.
//	        Page "HTTP 403 status code", 2021.
//	OSS-003 A custom domain stands for one bucket; signatures still cover /bucket/key. SDK (Go v1, conn.go).
//	OSS-004 "%2F" in a path belongs to the key. SDKs send it for every slash of a key. SDK (Go v1).
//	OSS-005 A request's time may be 15 minutes off: RequestTimeTooSkewed. Page "Add signatures to headers", 2021.
//	OSS-006 Signature V1: HMAC-SHA1 over verb, Content-MD5, Content-Type, date, x-oss-* headers, /bucket/key and the
//	        parameters of a fixed list. A date line may be x-oss-date (browser SDK). Pages "Add a signature to the
//	        header" and "Add signatures to a URL", 2021; SDK (Go v1, conn.go).
//	OSS-007 Signature V4: OSS4-HMAC-SHA256 with all parameters and UNSIGNED-PAYLOAD; the parts of Authorization are
//	        separated by "," or ", ". The time is x-oss-date or Date. A URL lives 1 to 604800 seconds. Page "Include a V4
//	        signature in the Authorization header", 2026; SDKs.
//	OSS-008 A temporary key needs its security token: none is InvalidAccessKeyId, a wrong one InvalidSecurityToken, another
//	        key's AccessKeyIdAndSecurityTokenNotMatch; a token beside a long-term key is InvalidAccessKeyId. Pages
//	        EC 0002-00000002, -04, -06 (2023) and "HTTP 403 status code".
//	OSS-009 Without a signature the ACL decides: the object's, or the bucket's if that is "default"; else 403
//	        AccessDenied. Page "ACL", 2021.
//
// Names, buckets, bodies:
//
//	OSS-010 Keys are UTF-8 of 1 to 1,023 bytes and begin with neither "/" nor "\". Page "Object naming conventions", 2024
//	        (other pages count characters; bytes is the stricter).
//	OSS-011 Bucket names are 3 to 63 of a-z, 0-9 and "-", at the ends no "-". Page "HTTP 400 status code", 2021.
//	OSS-012 A bucket with objects, versions or uploads is not deleted: 409 BucketNotEmpty. Page "DeleteBucket", 2021.
//	OSS-013 Deleting what is not there is 204. Page "DeleteObject", 2021.
//	OSS-014 Creating one's own bucket again succeeds and may change its ACL. Page "PutBucket", 2021. Doubt: another
//	        storage class; here 409 BucketAlreadyExists.
//	OSS-015 GetBucketStat tells sizes by class; a small object of a colder class counts as 64 KB there, and as it is in the
//	        "real" figures. Page "GetBucketStat", 2026.
//	OSS-017 One request stores at most 5 GB. Page "PutObject", 2021. Doubt: code; here EntityTooLarge.
//
// Object attributes:
//
//	OSS-020 User metadata names are a-z, 0-9 and "-" behind "x-oss-meta-"; upper case becomes lower. Pages "PutObject", 2021,
//	        EC 0011-00000004. Doubt: status and code; here 400 InvalidArgument.
//	OSS-021 User metadata of 8 KB or more, names and values together, is refused: EC 0011-00000002. Doubt: whether the prefix
//	        counts and whether exactly 8,192 passes; here it counts and does not, which is the stricter.
//	OSS-022 A bad name was also seen to vanish before the signature was checked (issues of the Python and Java SDKs):
//	        Server.DropBadMetadata.
//	OSS-023 Values come back as the bytes they were, UTF-8 too. SDK tests (C++, Python). Doubt: which bytes are illegal
//	        (EC 0011-00000005); here control characters and broken UTF-8.
//	OSS-024 Content-Language is stored according to "Manage object metadata"; "PutObject" does not list it. Here stored.
//	OSS-025 Expires is taken as any text: samples show three formats. Page "PutObject", 2021.
//	OSS-026 Storage classes: Standard, IA, Archive, ColdArchive, DeepColdArchive; unset is the bucket's. Page "PutObject".
//	OSS-027 x-oss-server-side-encryption is AES256, KMS or SM4; data encryption only SM4 and only with KMS; a key ID only with
//	        KMS. Pages "PutObject" and "HTTP 400 status code", 2021.
//	OSS-028 At most 10 tags; keys to 128 bytes, values to 256; letters, digits, space and + - = . _ : /; no duplicate.
//	        Page "Object tagging", 2021.
//	OSS-029 Without a Content-Type the key's extension decides, else application/octet-stream. Page "Manage object metadata".
//	        The table itself is not published.
//	OSS-032 The ETag of PutObject is the upper-case MD5, in quotes; the CRC-64 (ECMA) is an unsigned decimal. Page
//	        "PutObject", 2021; SDK tests.
//	OSS-033 x-oss-forbid-overwrite: true makes an existing key 409 FileAlreadyExists, and has no effect where versioning is
//	        enabled or suspended. Page "PutObject", 2021.
//	OSS-034 A condition header on a write is 400 NotImplemented with the header's name. Page "HTTP 400 status code", 2021.
//	OSS-035 HEAD shows type, class, CRC-64, count of tags, encryption, version; neither ACL nor tags. Page "HeadObject", 2021.
//	OSS-036 The default domain forces a download of some types in newer buckets. Pages EC 0048-00000101, 2026, and "Configure
//	        object preview behavior", 2026. Doubt: whether signed requests are treated alike; the switch does.
//	OSS-037 response-* parameters replace headers of a GET's answer, not for anonymous users. Page "GetObject", 2021.
//	OSS-038 HEAD ?objectMeta shows ETag, length and time alone. Page "GetObjectMeta", 2021.
//	OSS-039 Conditions: If-Match and If-Unmodified-Since fail with 412, If-None-Match and If-Modified-Since with 304; a time
//	        that does not conform is ignored. Page "GetObject", 2021.
//	OSS-045 A range that does not fit the object gives the whole with 200, unless x-oss-range-behavior is "standard": then the
//	        end is cut off, and a start behind the end is 416. Page "GetObject"; page "Range download".
//
// Errors:
//
//	OSS-030 Errors are XML with Code, Message, RequestId, HostId, details, EC and RecommendDoc. Page "Error responses".
//	OSS-031 HEAD carries the same document base64-coded in x-oss-err, the EC in x-oss-ec. SDKs (Go v1 and v2).
//	OSS-040 A document that does not validate is 400 MalformedXML. Page "HTTP 400 status code", 2021.
//
// CORS:
//
//	OSS-041 A configuration has at most 16 KB and 20 rules (page "PutBucketCors", 2026) or 10 (2021): CORSRuleBeyondLimit.
//	OSS-042 The Content-Type of an XML body does not matter: the Go SDK sends text/plain.
//	OSS-043 The first rule that matches a request answers it. Page "PutBucketCors", 2026.
//	OSS-044 An element of AllowedOrigin or AllowedHeader has one "*", of ExposeHeader none. Doubt: the codes; here
//	        InvalidArgument, and MalformedXML for a wrong structure. An origin without scheme passes (seen in tests of the
//	        incumbent provider).
//	OSS-046 GET ?cors shows ResponseVary also where it was not set. SDK tests (Python, Java).
//	OSS-047 A preflight matches origin, method and every header, unsigned; else 403 AccessForbidden. Page "OptionObject",
//	        2026. Doubt: "*" or the origin is answered, one method or all; here "*" and the asked method.
//	OSS-048 A real request that no rule matches is served without CORS headers. Page "PutBucketCors", 2026.
//	OSS-049 With ResponseVary every answer has Vary: Origin. Page "PutBucketCors", 2026.
//
// Versions:
//
//	OSS-050 Answers name the version where versioning is enabled or suspended. Page "PutObject", 2021.
//	OSS-051 Deleting without an ID adds a delete marker, or replaces version "null" by one while suspended; with an ID it
//	        removes that version for good. Page "DeleteObject", 2021.
//	OSS-052 A key whose newest version is a marker is 404 with x-oss-delete-marker. Page "GetObject", 2021.
//	OSS-053 Naming a marker is 405 with Allow: DELETE. Page "GetObject", 2021.
//	OSS-054 Tags and ACL change in place: no new version, no new Last-Modified. Page "PutObjectTagging", 2021.
//	OSS-055 A copy whose source is a marker is 404. Page "CopyObject", 2021.
//	OSS-056 GET ?versioning of a bucket that never had it is an empty VersioningConfiguration; once enabled, versioning can
//	        only be suspended. Pages "GetBucketVersioning" and "PutBucketVersioning", 2021.
//	OSS-057 ?versions lists all versions and markers by key, newest first. Page "ListObjectVersions", 2021. Doubt: the ID
//	        shown in a bucket without versioning, empty in a sample; here "null", which a client can send back.
//
// Copies:
//
//	OSS-060 x-oss-copy-source is /bucket/key, the key URL-coded: the Go SDK v1 sends "%2F" and "+", v2 "/" and "%20".
//	OSS-061 A self-copy moves no content in an unversioned bucket. Page "CopyObject", 2021.
//	OSS-062 There it ignores the metadata directive: the request's metadata wins, so none wipes all. Page "CopyObject", 2021;
//	        SDK test (C++, ObjectCopyTest).
//	OSS-063 A copy resets the ACL to default and the encryption to none unless sent; tags follow their own directive and
//	        are kept by default. Page "CopyObject", 2021. Doubt: the storage class and a Content-Type that is not sent again;
//	        here the bucket's class and the extension's type, so that a client which forgets them is found out.
//	OSS-064 A copy keeps its source's ETag. SDK test (Java, CopyObjectTest).
//	OSS-065 Appendable objects in versioned buckets cannot be copied. Page "CopyObject", 2021. Doubt: code; here
//	        OperationNotSupported. Doubt: the type of a copy elsewhere; here Normal, except onto itself.
//	OSS-066 The size limit of copies was 1 GB in 2021 and is 5 GB or none in newer pages; here Server.MaxCopySize, self-copies
//	        free.
//
// Multipart uploads:
//
//	OSS-080 Parts have numbers from 1 to 10,000; a completion lists them in ascending order with their ETags (InvalidPartOrder,
//	        InvalidPart), and all but the last have at least 100 KB (EntityTooSmall). Page "CompleteMultipartUpload", 2021. An
//	        empty list: not documented, here MalformedXML.
//	OSS-081 The ETag is opaque: SDK tests (C++) and samples show 32 hex digits, "-" and the number of parts. The CRC-64 is that
//	        of the whole object.
//	OSS-082 Headers and metadata come with InitiateMultipartUpload, the ACL with the completion. Pages of both, 2021. Doubt: an
//	        ACL sent with the first; here it has no effect.
//	OSS-083 A range to copy must lie within the source. Page EC 0042-00000306 (of the S3 form, taken for both).
//	OSS-084 A completion goes on when its client leaves. Page "CompleteMultipartUpload", 2021.
//	OSS-085 A key marker skips a key's uploads, together with an upload ID marker only those up to it. Page
//	        "ListMultipartUploads", 2021.
//
// Frozen objects:
//
//	OSS-070 Archive, ColdArchive and DeepColdArchive objects cannot be read or copied until restored: 403 InvalidObjectState.
//	        Page "HTTP 403 status code". Doubt: a metadata-only self-copy; here refused as well.
//	OSS-076 POST ?restore answers 202, 200 for an object that is restored already and now longer, 409
//	        RestoreAlreadyInProgress; x-oss-restore tells the state. Page "RestoreObject", 2021; page "HeadObject", 2021.
//
// Other objects:
//
//	OSS-071 AppendObject wants the length so far as position, else 409 PositionNotEqualToLength with
//	        x-oss-next-append-position; what is not appendable is 409 ObjectNotAppendable; headers count on the first
//	        request alone. Page "AppendObject", 2021.
//	OSS-072 It makes no versions: the object is always version "null". Page "AppendObject", 2021.
//	OSS-073 The ETag of an appendable object is opaque, its CRC-64 that of the whole. Page "AppendObject", 2021.
//	OSS-074 PutSymlink does not look at its target, whose name is URL-coded. Page "PutSymlink", 2021.
//	OSS-075 Reading a link gives the target's length, ETag and MD5, the later of both times, and else the link's metadata; no
//	        target is 404 SymlinkTargetNotExist, a link to a link 400 InvalidTargetType. Pages "GetObject" and "HeadObject", 2021.
//	OSS-077 DeleteMultipleObjects takes at most 1,000 names in 2 MB and a Content-MD5; quiet, it answers with nothing. Page
//	        "DeleteMultipleObjects", 2026. Doubt: code without the MD5; here MissingArgument.
//	OSS-078 Text, script and XML of 1 KB and more goes compressed to a client that takes gzip, without ETag, length, CRC-64 and
//	        ranges. Pages "GetObject", 2021, and "How do I compress objects", 2024. Doubt: an object with a Content-Encoding of
//	        its own; here left alone.
//
// Upload callbacks:
//
//	OSS-090 PutObject, PostObject and CompleteMultipartUpload take a callback: in headers, in a URL (not both: EC
//	        0007-00000027) or in form fields. Page "Callback", 2026. Doubt: elsewhere; here 501, and InitiateMultipartUpload
//	        takes the headers without effect, as SDKs send them there too.
//	OSS-091 callback and callback-var are base64 of JSON, each at most 5 KB of base64. Pages EC 0007-00000001 and -101.
//	OSS-092 callbackUrl has up to five URLs separated by ";", http by default, no IPv6; no URL is no callback. callbackHost is
//	        a name or an IP address. additionalHeaders must not begin with x-oss-. callbackSNI is false by default. Pages
//	        "Callback", 2024 and 2026, and EC 0007-00000026. Doubts: certificates are checked here; a port in callbackHost
//	        and a header that OSS sends itself are refused; a JSON member that no page names is 501, as is callbackPolicy.
//	OSS-093 What is wrong with a callback is 400 InvalidArgument, and nothing is stored; addresses that are not public
//	        are "Private address is forbidden to callback." SDK test (C++, ObjectCallbackTest). Doubts: that nothing is stored, which
//	        no test asserts; that every URL of the list is checked; which range is private beyond the usual ones.
//	OSS-094 Variables are ${name}: fourteen of the system, custom ones as ${x:name}; "$(name)" is refused, a custom variable that
//	        was not given is empty. Page "Callback"; SDK test (Java, CallbackTest). Doubts: an unknown name, here refused; capital
//	        letters in custom names, here refused; other characters, here taken.
//	OSS-095 In a form values are URL-coded and constant text stays; in JSON values bring their own quotes. Page "Callback".
//	        Doubts: a space, here "%20"; numbers, here size and image sizes without quotes, and "" where there is no image.
//	OSS-096 The request is HTTP/1.0 with Connection: close, signed with RSA and MD5 over path, query, line end and body. Page
//	        "Callback"; its example verifies with OSS's published key. Doubt: "+" in a path, here left as it is.
//	OSS-097 A receiver has 5 seconds, and answers exactly 200 with a positive Content-Length and JSON without a byte order mark.
//	        Pages "Callback", 2026, and "Upload callback". Doubts: 1 MB or 3 MB at most, here 1 MB; the 5 seconds, here for each URL.
//	OSS-098 The receiver's JSON is the answer, with Content-Type application/json, also instead of a completion's XML. Else
//	        203 CallbackFailed, and the object is stored. Page "HTTP 203 status code"; SDK tests (C++, Java).
//
// Forms:
//
//	OSS-100 PostObject takes multipart/form-data sent to the bucket; names of fields without regard to case, the file last,
//	        ${filename} in the key. Page "PostObject", 2021; samples have a submit button behind the file, so that what
//	        follows is not looked at. Doubts: a field given twice, here refused; a key that begins with "/", as a sample has
//	        it, here refused by OSS-010; x-oss-* fields that no page names, here 501.
//	OSS-101 Names of fields have at most 8 KB, what stands before the file at most 8 MB. Pages EC 0006-00000110 and -112.
//	OSS-102 V1 signs the policy's base64 text with HMAC-SHA1, V4 with its derived key; V4 forms live seven days, may come from 15
//	        minutes ahead, and their policy names version, credential and date. Signatures in header or URL are not
//	        looked at. No field of a signature is the anonymous user, a part of them InvalidArgument. Pages "PostObject",
//	        2021, "POST V4 signature", 2025, and EC 0002-00000702 to -710. Doubt: that a V4 policy must name the three; here it must.
//	OSS-103 A policy has expiration and conditions and nothing else; conditions are {"field": "value"}, eq, starts-with, in, not-in and
//	        content-length-range, checked before the key is expanded; fields it does not name are free. Pages "PostObject" and
//	        EC 0006-00000206 to -227. Doubts: not-in for a field the form lacks, here failed; names without "$", here taken,
//	        as pages show both; codes and words beside AccessDenied for a failed condition, here InvalidPolicyDocument.
//	OSS-104 The type is x-oss-content-type, else the field Content-Type, else the file's own. Page "PostObject", 2021.
//	OSS-105 Content-MD5 is that of the whole body; the ETag is no MD5 of the file. Page "PostObject", 2021. Doubt: the ETag's form;
//	        here 32 hex digits, as in the page's sample.
//	OSS-106 success_action_status is 200, 201 with a document, or else 204; success_action_redirect goes before it. Page
//	        "PostObject", 2021. Doubts: the status of a redirection and what is added to its query, here 303 with bucket,
//	        key and etag; what a callback's answer goes before, here before both.
package ossserver
