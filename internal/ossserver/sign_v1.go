package ossserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// signedParamsV1 are the query parameters that signature V1 covers (OSS-006), those of newer sub-resources too (OSS-340).
var signedParamsV1 = strings.Fields(`
	accessPoint accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicy
	accessPointPolicyForObjectProcess acl append asyncFetch bucketArchiveDirectRead bucketInfo callback callback-var
	cleanRestoredObject cloudboxes cname comp continuation-token cors delete encryption endTime httpsConfig img
	inventory inventoryId legalHold lifecycle live location logging metaQuery metadataConfiguration
	metadataInventoryTable metadataJournalTable objectMeta objectWorm overwriteConfig partNumber policy policyStatus
	position publicAccessBlock qos qosInfo quota redundancyTransition referer regionList replication
	replicationLocation replicationProgress requestPayment resourceGroup response-cache-control
	response-content-disposition response-content-encoding response-content-language response-content-type
	response-expires responseHeader restore retention rtc seal security-token sequential startTime stat status style
	styleName symlink tagging transferAcceleration udf udfApplication udfApplicationLog udfId udfImage udfImageDesc
	udfName uploadId uploads userDefinedLogFieldsConfig versionId versioning versions vod website withHashContext
	worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask x-oss-ac-vpc-id
	x-oss-async-process x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx
	x-oss-process x-oss-request-payer x-oss-traffic-limit x-oss-write-get-object-response`)

func (q *request) headerClaimV1(auth string) (*claim, error) {
	_, pair, _ := strings.Cut(auth, " ")
	id, signature, ok := strings.Cut(strings.TrimSpace(pair), ":")
	if !ok || id == "" || signature == "" {
		return nil, fail(http.StatusBadRequest, "InvalidArgument", "0002-00000061",
			"AccessKeyId or Signature is missing in Authorization header value.",
			"ArgumentName", "Authorization", "ArgumentValue", auth)
	}
	text, t, err := q.requestDate()
	if err != nil {
		return nil, err
	}
	if err := q.checkSkew(t); err != nil {
		return nil, err
	}
	return q.claimV1(id, signature, q.r.Header.Get("x-oss-security-token"), text), nil
}

func (q *request) urlClaimV1() (*claim, error) {
	id, signature, expires := q.query.Get("OSSAccessKeyId"), q.query.Get("Signature"), q.query.Get("Expires")
	if id == "" || signature == "" || expires == "" {
		return nil, accessDeniedPlain("Query string authentication requires the Signature, Expires and OSSAccessKeyId parameters.")
	}
	seconds, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return nil, accessDeniedPlain("Invalid date (should be seconds since epoch).")
	}
	if err := q.expired(time.Unix(seconds, 0)); err != nil {
		return nil, err
	}
	return q.claimV1(id, signature, q.query.Get("security-token"), expires), nil
}

// accessDeniedPlain is AccessDenied for a bad signature form, whose EC no page names.
func accessDeniedPlain(message string) *apiError {
	return fail(http.StatusForbidden, "AccessDenied", "", message)
}

func (q *request) claimV1(id, signature, token, date string) *claim {
	return &claim{
		accessKeyID: id, signature: signature, token: token, sign: signV1,
		strings: []xmlField{{"StringToSign", q.stringToSignV1(date)}},
	}
}

func signV1(secret, stringToSign string) string {
	h := hmac.New(sha1.New, []byte(secret))
	h.Write([]byte(stringToSign))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// stringToSignV1 is OSS-006; date is the Date (or x-oss-date) header or the Expires parameter.
func (q *request) stringToSignV1(date string) string {
	var b strings.Builder
	for _, line := range []string{q.r.Method, q.r.Header.Get("Content-MD5"), q.r.Header.Get("Content-Type"), date} {
		b.WriteString(line + "\n")
	}
	for _, h := range q.ossHeaders() {
		b.WriteString(h.name + ":" + h.value + "\n")
	}
	b.WriteString("/")
	if q.bucketName != "" {
		b.WriteString(q.bucketName + "/" + q.key)
	}
	sep := "?"
	// By name, not by pair: "=" sorts behind "-", so that "callback-var" would slip before "callback".
	for _, name := range slices.Sorted(maps.Keys(q.query)) {
		if !slices.Contains(signedParamsV1, name) {
			continue
		}
		b.WriteString(sep + name)
		if value := q.query[name][0]; value != "" {
			b.WriteString("=" + value)
		}
		sep = "&"
	}
	return b.String()
}

// ossHeaders are the x-oss-* headers by lower-case name, sorted.
func (q *request) ossHeaders() []xmlField {
	var all []xmlField
	for name := range q.r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-oss-") {
			all = append(all, xmlField{lower, q.header(name)})
		}
	}
	slices.SortFunc(all, func(a, b xmlField) int { return strings.Compare(a.name, b.name) })
	return all
}
