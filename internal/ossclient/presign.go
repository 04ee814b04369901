package ossclient

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxSigned is how long a signed URL or form may be good for (OSS-007, OSS-102).
const MaxSigned = 7 * 24 * time.Hour

// URLRequest is the one request that a signed URL lets somebody else make.
type URLRequest struct {
	Method, Bucket, Key string
	Query               map[string]string // parameters besides those of the signature; "" has no value
	Header              map[string]string // what the request has to carry, Content-Length too (OSS-330)
	ExpiresIn           time.Duration     // whole seconds, from one to MaxSigned
	Now                 time.Time         // when the URL begins to be good; the zero time is the present
}

// SignedURL is a URL that carries its own signature.
type SignedURL struct {
	URL     string // a secret: whoever has it can make the request
	Expires time.Time
}

// SignURL signs a request with signature V4 without making one. The error is a *CredentialsError.
func (c *Client) SignURL(r URLRequest) (SignedURL, error) {
	key, err := c.key()
	if err != nil {
		return SignedURL{}, err
	}
	now := present(r.Now)
	scope := newScopeV4(now, c.sdk.Config.Region)
	signed := signedV4{method: r.Method, bucket: r.Bucket, key: r.Key, query: map[string]string{}, header: map[string]string{}}
	for name, value := range r.Header {
		signed.header[strings.ToLower(name)] = value
	}
	maps.Copy(signed.query, r.Query)
	maps.Copy(signed.query, map[string]string{
		"x-oss-signature-version": algorithmV4,
		"x-oss-credential":        key.AccessKeyID + "/" + scope.String(),
		"x-oss-date":              now.Format(isoBasic),
		"x-oss-expires":           strconv.FormatInt(int64(r.ExpiresIn/time.Second), 10),
	})
	setIf(signed.query, "x-oss-security-token", key.SecurityToken)
	setIf(signed.query, "x-oss-additional-headers", signed.additional())
	signature := signed.sign(key.AccessKeySecret, now.Format(isoBasic), scope)
	return SignedURL{
		URL:     c.bucketURL(r.Bucket) + urlPath(r.Key) + "?" + signed.canonicalQuery() + "&x-oss-signature=" + signature,
		Expires: now.Add(r.ExpiresIn),
	}, nil
}

// present is a time in UTC to the second, which is what a signature can express.
func present(now time.Time) time.Time {
	if now.IsZero() {
		now = time.Now()
	}
	return now.UTC().Truncate(time.Second)
}

// key is the key to sign with.
func (c *Client) key() (Key, error) {
	return c.sdk.Config.CredentialsProvider.(sdkCredentials).source.Key()
}

// keyFrom is where the key is found that requests are signed with, "" if they are not signed.
func (c *Client) keyFrom() string {
	credentials, signs := c.sdk.Config.CredentialsProvider.(sdkCredentials)
	if !signs {
		return ""
	}
	key, _ := credentials.source.Key() // there was one to sign with
	return key.From
}

// bucketURL is the address of a bucket as the SDK forms it, with the slash behind which keys stand.
func (c *Client) bucketURL(bucket string) string {
	config := c.sdk.Config
	u, err := url.Parse(config.Endpoint)
	if err != nil {
		panic("ossclient: the endpoint " + config.Endpoint + " was a URL in New: " + err.Error())
	}
	switch {
	case net.ParseIP(u.Hostname()) != nil: // also with a custom domain
		return u.Scheme + "://" + u.Host + "/" + bucket + "/"
	case config.IsCname:
		return u.Scheme + "://" + u.Host + "/"
	case config.IsPathStyle:
		return u.Scheme + "://" + u.Host + "/" + bucket + "/"
	}
	return u.Scheme + "://" + bucket + "." + u.Host + "/"
}

// urlPath is a key in a URL. Its slashes stay, so that a browser saves the last part as the name of the file; beside a part
// that is a dot or two, which a browser would resolve, they are encoded.
func urlPath(key string) string {
	if parts := strings.Split(key, "/"); slices.Contains(parts, ".") || slices.Contains(parts, "..") {
		return escape(key)
	}
	return escapePath(key)
}
