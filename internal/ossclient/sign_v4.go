package ossclient

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
)

// Signature V4 for what others send: URLs and forms. The SDK signs what this client sends itself. For others it does not
// do: it reads the clock twice, so that a URL may end a second before it was asked to and nobody can say when, it takes
// the headers to be bound from the client and not from the URL, and it knows no forms.

const (
	algorithmV4     = "OSS4-HMAC-SHA256"
	unsignedPayload = "UNSIGNED-PAYLOAD"

	isoBasic = "20060102T150405Z"
	isoDay   = "20060102"
)

// scopeV4 is what a signature is good for: one day's key in one region (OSS-007).
type scopeV4 struct{ day, region string }

func newScopeV4(at time.Time, region string) scopeV4 {
	return scopeV4{at.UTC().Format(isoDay), region}
}

func (s scopeV4) String() string { return s.day + "/" + s.region + "/oss/aliyun_v4_request" }

// sign derives the key of the day and signs a text with it.
func (s scopeV4) sign(secret, text string) string {
	key := []byte("aliyun_v4" + secret)
	for _, part := range []string{s.day, s.region, "oss", "aliyun_v4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}

// signedV4 is a request as signature V4 looks at it.
type signedV4 struct {
	method, bucket, key string
	query               map[string]string // decoded; "" has no "="
	header              map[string]string // those that are signed and no others, by lower-case name
}

// additional names the headers that are signed only because they are named: all but those that always are (OSS-007).
func (r signedV4) additional() string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		if name != "content-type" && name != "content-md5" && !strings.HasPrefix(name, "x-oss-") {
			names = append(names, name)
		}
	}
	return strings.Join(names, ";")
}

// canonicalQuery is also how the parameters stand in a URL.
func (r signedV4) canonicalQuery() string {
	encoded := make(map[string]string, len(r.query))
	for name, value := range r.query {
		encoded[escape(name)] = escape(value)
	}
	pairs := make([]string, 0, len(encoded))
	for _, name := range slices.Sorted(maps.Keys(encoded)) {
		if encoded[name] != "" {
			name += "=" + encoded[name]
		}
		pairs = append(pairs, name)
	}
	return strings.Join(pairs, "&")
}

func (r signedV4) canonical() string {
	var headers strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		headers.WriteString(name + ":" + strings.TrimSpace(r.header[name]) + "\n")
	}
	return strings.Join([]string{
		r.method, "/" + r.bucket + "/" + escapePath(r.key), r.canonicalQuery(), headers.String(), r.additional(), unsignedPayload,
	}, "\n")
}

// sign returns the signature of the request. The date is that of the scope's day, written as the request carries it.
func (r signedV4) sign(secret, date string, scope scopeV4) string {
	sum := sha256.Sum256([]byte(r.canonical()))
	return scope.sign(secret, strings.Join([]string{algorithmV4, date, scope.String(), hex.EncodeToString(sum[:])}, "\n"))
}

// escapePath percent-encodes a key and leaves its slashes.
func escapePath(key string) string { return strings.ReplaceAll(escape(key), "%2F", "/") }
