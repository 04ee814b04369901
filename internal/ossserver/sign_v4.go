package ossserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithmV4     = "OSS4-HMAC-SHA256"
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// credentialV4 is the scope of a V4 signature: AccessKeyID/yyyymmdd/region/oss/aliyun_v4_request.
type credentialV4 struct{ accessKeyID, day, region string }

func (q *request) headerClaimV4(auth string) (*claim, error) {
	fields, err := authorizationFieldsV4(auth)
	if err != nil {
		return nil, err
	}
	bad := func(ec, message string) error {
		return fail(http.StatusBadRequest, "InvalidArgument", ec, message, "ArgumentName", "Authorization", "ArgumentValue", auth)
	}
	scope, ok := parseCredentialV4(fields["Credential"])
	if !ok {
		return nil, bad("0002-00000213", "The Credential of the Authorization header is invalid.")
	}
	additional, listed := fields["AdditionalHeaders"]
	if listed && additional == "" {
		return nil, bad("0002-00000209", "AdditionalHeaders of the Authorization header is empty.")
	}
	if sum := q.r.Header.Get("x-oss-content-sha256"); sum != "" && sum != unsignedPayload {
		return nil, invalidArgument("x-oss-content-sha256", sum, "The x-oss-content-sha256 header must be UNSIGNED-PAYLOAD.")
	}
	text, t, err := q.requestDate()
	if err != nil {
		return nil, err
	}
	if err := q.checkSkew(t); err != nil {
		return nil, err
	}
	if err := q.checkScopeV4(scope, t, auth); err != nil {
		return nil, err
	}
	if name := q.missingHeader(additional); name != "" {
		return nil, bad("0002-00000211", "AdditionalHeaders of the Authorization header names "+strconv.Quote(name)+", which the request does not have.")
	}
	return q.claimV4(scope, fields["Signature"], q.r.Header.Get("x-oss-security-token"), text, additional), nil
}

// authorizationFieldsV4 reads the pairs behind the scheme; a space may follow each comma (OSS-007).
func authorizationFieldsV4(auth string) (map[string]string, error) {
	bad := func(ec, message string) error {
		return fail(http.StatusBadRequest, "InvalidArgument", ec, message, "ArgumentName", "Authorization", "ArgumentValue", auth)
	}
	fields := map[string]string{}
	for pair := range strings.SplitSeq(strings.TrimPrefix(auth, algorithmV4), ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(pair), "=")
		if !ok {
			return nil, bad("0002-00000203", "Authorization header is invalid.")
		}
		if name != "Credential" && name != "AdditionalHeaders" && name != "Signature" {
			return nil, bad("0002-00000204", "Unknown parameter in Authorization header.")
		}
		fields[name] = value
	}
	if fields["Credential"] == "" || fields["Signature"] == "" {
		return nil, bad("0002-00000202", "Authorization header is invalid, bad num of Items in Authorization header.")
	}
	return fields, nil
}

func (q *request) urlClaimV4() (*claim, error) {
	get := q.query.Get
	if v := get("x-oss-signature-version"); v != algorithmV4 {
		return nil, notImplemented("Parameter", "the signature version "+strconv.Quote(v))
	}
	scope, ok := parseCredentialV4(get("x-oss-credential"))
	if !ok {
		return nil, fail(http.StatusBadRequest, "InvalidArgument", "0002-00000223", "The x-oss-credential parameter is invalid.",
			"ArgumentName", "x-oss-credential", "ArgumentValue", get("x-oss-credential"))
	}
	if get("x-oss-expires") == "" {
		return nil, fail(http.StatusBadRequest, "InvalidArgument", "0002-00000215", "The x-oss-expires parameter is missing.",
			"ArgumentName", "x-oss-expires")
	}
	seconds, err := strconv.ParseInt(get("x-oss-expires"), 10, 64)
	if err != nil || seconds < 1 || seconds > 7*24*3600 {
		return nil, invalidArgument("x-oss-expires", get("x-oss-expires"), "The x-oss-expires parameter must be between 1 and 604800.")
	}
	t, err := time.Parse(isoBasic, get("x-oss-date"))
	if err != nil {
		return nil, fail(http.StatusForbidden, "AccessDenied", "0002-00000502", "OSS authentication requires a valid Date.")
	}
	if t.Sub(q.now) > maxSkew {
		return nil, q.checkSkew(t)
	}
	if err := q.expired(t.Add(time.Duration(seconds) * time.Second)); err != nil {
		return nil, err
	}
	if err := q.checkScopeV4(scope, t, ""); err != nil {
		return nil, err
	}
	if name := q.missingHeader(get("x-oss-additional-headers")); name != "" { // OSS-292; which EC is not known
		return nil, invalidArgument("x-oss-additional-headers", get("x-oss-additional-headers"),
			"The parameter names "+strconv.Quote(name)+", which the request does not have.")
	}
	return q.claimV4(scope, get("x-oss-signature"), get("x-oss-security-token"), get("x-oss-date"), get("x-oss-additional-headers")), nil
}

func parseCredentialV4(text string) (credentialV4, bool) {
	part := strings.Split(text, "/")
	if len(part) != 5 || part[0] == "" || len(part[1]) != 8 || part[3] != "oss" || part[4] != "aliyun_v4_request" {
		return credentialV4{}, false
	}
	return credentialV4{part[0], part[1], part[2]}, true
}

// missingHeader is the first additional header that a signature covers and the request lacks; "" if it has them all.
func (q *request) missingHeader(additional string) string {
	if additional == "" {
		return ""
	}
	for name := range strings.SplitSeq(strings.ToLower(additional), ";") {
		if name != "host" && len(q.r.Header.Values(name)) == 0 {
			return name
		}
	}
	return ""
}

// checkScopeV4 wants the server's region, in its short form, and the day of the request's time. The Authorization header
// has an error of its own (OSS-293), whatever is wrong with the region; elsewhere the EC pages distinguish two cases.
func (q *request) checkScopeV4(c credentialV4, t time.Time, authorization string) error {
	bad := func(ec, message string) error {
		return fail(http.StatusBadRequest, "InvalidArgument", ec, message, "ArgumentName", "Region", "ArgumentValue", c.region)
	}
	switch {
	case c.region != q.s.region() && authorization != "":
		return fail(http.StatusBadRequest, "InvalidArgument", "0002-00000226", "Invalid signing region in Authorization header.",
			"Authorization", authorization)
	case c.region == "" || strings.HasPrefix(c.region, "oss-"):
		return bad("0002-00000226", "The region of the signature has the wrong form; "+q.s.region()+" is expected.")
	case c.region != q.s.region():
		return bad("0002-00000228", "The region of the signature is not the region of the bucket; "+q.s.region()+" is expected.")
	case c.day != t.UTC().Format("20060102"):
		return fail(http.StatusForbidden, "AccessDenied", "", "The date of the credential is not the date of the request.")
	}
	return nil
}

func (q *request) claimV4(c credentialV4, signature, token, date, additional string) *claim {
	canonical := q.canonicalRequestV4(additional)
	sum := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{
		algorithmV4, date, c.day + "/" + c.region + "/oss/aliyun_v4_request", hex.EncodeToString(sum[:]),
	}, "\n")
	return &claim{
		accessKeyID: c.accessKeyID, signature: signature, token: token, v4: true,
		strings: []xmlField{{"CanonicalRequest", canonical}, {"StringToSign", toSign}},
		sign:    func(secret, s string) string { return signV4(secret, c.day, c.region, s) },
	}
}

func signV4(secret, day, region, stringToSign string) string {
	key := []byte("aliyun_v4" + secret)
	for _, part := range []string{day, region, "oss", "aliyun_v4_request", stringToSign} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key)
}

// canonicalRequestV4 is OSS-007. The bucket stands in the URI also when the host names it.
func (q *request) canonicalRequestV4(additional string) string {
	uri := "/"
	if q.bucketName != "" {
		uri += q.bucketName + "/" + encodeV4(q.key, true)
	}
	names := strings.Split(strings.ToLower(additional), ";")
	if additional == "" {
		names = nil
	}
	headers := q.ossHeaders()
	for _, name := range append([]string{"content-type", "content-md5"}, names...) {
		value, present := q.header(name), len(q.r.Header.Values(name)) > 0
		if name == "host" { // net/http keeps it out of the header
			value, present = q.r.Host, true
		}
		known := slices.ContainsFunc(headers, func(f xmlField) bool { return f.name == name })
		if present && !known {
			headers = append(headers, xmlField{name, value})
		}
	}
	slices.SortFunc(headers, func(a, b xmlField) int { return strings.Compare(a.name, b.name) })
	slices.Sort(names)
	var lines strings.Builder
	for _, h := range headers {
		lines.WriteString(h.name + ":" + strings.TrimSpace(h.value) + "\n")
	}
	return strings.Join([]string{
		q.r.Method, uri, canonicalQueryV4(q.query), lines.String(), strings.Join(names, ";"), unsignedPayload,
	}, "\n")
}

func canonicalQueryV4(query url.Values) string {
	var pairs []string
	for name, values := range query {
		if name == "x-oss-signature" {
			continue
		}
		for _, value := range values {
			pair := encodeV4(name, false)
			if value != "" {
				pair += "=" + encodeV4(value, false)
			}
			pairs = append(pairs, pair)
		}
	}
	// By name, not by pair: "=" sorts behind "-", so that "a-b" would slip before "a=1".
	slices.SortFunc(pairs, func(a, b string) int {
		nameA, valueA, _ := strings.Cut(a, "=")
		nameB, valueB, _ := strings.Cut(b, "=")
		if c := strings.Compare(nameA, nameB); c != 0 {
			return c
		}
		return strings.Compare(valueA, valueB)
	})
	return strings.Join(pairs, "&")
}

// encodeV4 percent-encodes all but A-Z a-z 0-9 "-" "." "_" "~" and, if asked, "/".
func encodeV4(s string, keepSlash bool) string {
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9',
			strings.IndexByte("-._~", c) >= 0, c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.WriteString(string([]byte{'%', hexDigits[c>>4], hexDigits[c&15]}))
		}
	}
	return b.String()
}
