package ossserver

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxSkew = 15 * time.Minute // OSS-005

// claim is a signature as it came, and what it signs.
type claim struct {
	accessKeyID string
	token       string
	signature   string
	v4          bool
	// strings gives what has to be signed: the last one is the string to sign, the others lead to it.
	strings []xmlField
	sign    func(secret, stringToSign string) string
}

// authenticate finds out who asks. No signature at all is the anonymous user, whom authorize deals with.
func (q *request) authenticate() error {
	if q.op != nil && q.op.access == inForm {
		return nil
	}
	c, err := q.claim()
	if err != nil || c == nil {
		return err
	}
	q.account, err = q.verify(c)
	return err
}

// verify finds the account that made a signature.
func (q *request) verify(c *claim) (*Account, error) {
	account, err := q.findAccount(c)
	if err != nil {
		return nil, err
	}
	toSign := c.strings[len(c.strings)-1].value
	want := c.sign(account.AccessKeySecret, toSign)
	if subtle.ConstantTimeCompare([]byte(want), []byte(c.signature)) != 1 {
		return nil, signatureMismatch(c, toSign)
	}
	return account, nil
}

func (q *request) claim() (*claim, error) {
	// A header wins over the URL, as the header is what a client adds on purpose to a URL it was given.
	if auth := q.r.Header.Get("Authorization"); auth != "" {
		switch scheme, _, _ := strings.Cut(auth, " "); scheme {
		case "OSS":
			return q.headerClaimV1(auth)
		case algorithmV4:
			return q.headerClaimV4(auth)
		case "OSS2":
			return nil, notImplemented("Authorization", "signature V2")
		}
		return nil, fail(http.StatusBadRequest, "InvalidArgument", "0002-00000061", "Authorization header is invalid.",
			"ArgumentName", "Authorization", "ArgumentValue", auth)
	}
	switch {
	case q.query.Has("x-oss-signature-version") || q.query.Has("x-oss-signature") || q.query.Has("x-oss-credential"):
		q.presigned = true
		return q.urlClaimV4()
	case q.query.Has("Signature") || q.query.Has("OSSAccessKeyId"):
		q.presigned = true
		return q.urlClaimV1()
	}
	return nil, nil
}

// findAccount matches key ID and security token (OSS-008).
func (q *request) findAccount(c *claim) (*Account, error) {
	accounts := q.s.accounts()
	known, tokenKnown, temporary := false, false, false
	for i := range accounts {
		a := &accounts[i]
		same := subtle.ConstantTimeCompare([]byte(a.SecurityToken), []byte(c.token)) == 1
		tokenKnown = tokenKnown || same && c.token != ""
		if a.AccessKeyID != c.accessKeyID {
			continue
		}
		if same {
			return a, nil
		}
		known = true
		temporary = temporary || a.SecurityToken != ""
	}
	switch {
	case known && temporary && c.token != "" && tokenKnown:
		return nil, fail(http.StatusForbidden, "AccessKeyIdAndSecurityTokenNotMatch", "0002-00000004",
			"The OSS access key id and security token you provided does not match.", "OSSAccessKeyId", c.accessKeyID)
	case known && temporary && c.token != "":
		return nil, fail(http.StatusForbidden, "InvalidSecurityToken", "0002-00000006",
			"The security token you provided is invalid.", "OSSAccessKeyId", c.accessKeyID)
	case c.token != "" && (known || c.v4): // OSS-260; a long-term key does not go with a token either (OSS-008)
		return nil, unknownKey(c.accessKeyID, "0002-00000002")
	}
	return nil, unknownKey(c.accessKeyID, "0002-00000902")
}

const codeUnknownKey = "InvalidAccessKeyId"

func unknownKey(id, ec string) *apiError {
	return fail(http.StatusForbidden, codeUnknownKey, ec,
		"The OSS Access Key Id you provided does not exist in our records.", "OSSAccessKeyId", id)
}

func signatureMismatch(c *claim, toSign string) *apiError {
	e := fail(http.StatusForbidden, "SignatureDoesNotMatch", "0002-00000040",
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		"OSSAccessKeyId", c.accessKeyID, "SignatureProvided", c.signature)
	last := len(c.strings) - 1
	e.extra = append(e.extra, c.strings[last], xmlField{"StringToSignBytes", strings.TrimSpace(fmt.Sprintf("% X", toSign))})
	e.extra = append(e.extra, c.strings[:last]...)
	return e
}

// checkSkew is OSS-005.
func (q *request) checkSkew(t time.Time) error {
	if d := q.now.Sub(t); d > maxSkew || d < -maxSkew {
		return fail(http.StatusForbidden, "RequestTimeTooSkewed", "0002-00000504",
			"The difference between the request time and the current time is too large.",
			"MaxAllowedSkewMilliseconds", strconv.FormatInt(maxSkew.Milliseconds(), 10),
			"RequestTime", isoTime(t), "ServerTime", isoTime(q.now))
	}
	return nil
}

// requestDate is the time a header signature goes by: x-oss-date or else Date, as text and parsed.
func (q *request) requestDate() (string, time.Time, error) {
	text := q.r.Header.Get("x-oss-date")
	if text == "" {
		text = q.r.Header.Get("Date")
	}
	if text == "" {
		return "", time.Time{}, fail(http.StatusForbidden, "AccessDenied", "0002-00000503", "OSS authentication requires a valid Date.")
	}
	t, err := time.Parse(isoBasic, text)
	if err != nil {
		t, err = http.ParseTime(text)
	}
	if err != nil {
		return "", time.Time{}, fail(http.StatusForbidden, "AccessDenied", "0002-00000502", "OSS authentication requires a valid Date.")
	}
	return text, t, nil
}

func (q *request) expired(at time.Time) error {
	if q.now.After(at) {
		return fail(http.StatusForbidden, "AccessDenied", "", "Request has expired.",
			"Expires", isoTime(at), "ServerTime", isoTime(q.now))
	}
	return nil
}

// authorize lets every account do everything and the anonymous user what the ACLs grant (OSS-009).
func (q *request) authorize() error {
	if q.account != nil || q.op.access == noCredential || q.op.access == inForm {
		return nil
	}
	if q.b == nil {
		return accessDenied("Anonymous access is forbidden for this operation.")
	}
	switch q.op.access {
	case ownerOnly:
		return accessDenied("Anonymous access is forbidden for this operation.")
	case listBucket:
		if !publicRead(q.b.settings().ACL) {
			return accessDenied("Anonymous user has no right to access this bucket.")
		}
		return nil
	}
	return q.authorizeObject(q.b, q.key, q.query.Get("versionId"), q.op.access == writeObject)
}

// authorizeObject asks for the anonymous user what the object's ACL, or else the bucket's, grants.
func (q *request) authorizeObject(b *bucket, key, versionID string, write bool) error {
	if q.account != nil {
		return nil
	}
	acl := b.settings().ACL
	because := "You have no right to access this object because of bucket acl."
	if v, err := b.lookup(key, versionID, q.r.Method); err == nil && v.ACL != aclDefault {
		acl = v.ACL
		because = "You do not have read permission on this object."
		if write {
			because = "You do not have write permission on this object."
		}
	}
	if write && acl != aclPublicReadWrite || !publicRead(acl) {
		return accessDenied(because)
	}
	return nil
}

const (
	aclDefault         = "default"
	aclPrivate         = "private"
	aclPublicRead      = "public-read"
	aclPublicReadWrite = "public-read-write"
)

func publicRead(acl string) bool { return acl == aclPublicRead || acl == aclPublicReadWrite }

const isoBasic = "20060102T150405Z"

// isoTime is how times stand in XML: in whole seconds, with three noughts behind the point (OSS-267).
func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") + ".000Z" }
