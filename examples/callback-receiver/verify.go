package main

// This file needs nothing but the standard library: copy it to where callbacks are received.

import (
	"context"
	"crypto/md5" // the digest OSS signs with
	"crypto/rsa"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
)

// The headers of a callback request that its signature needs.
const (
	signatureHeader = "Authorization"     // base64 of the RSA signature
	keyURLHeader    = "X-Oss-Pub-Key-Url" // base64 of the URL of the public key
)

// keyURLPrefixes are where OSS keeps its public keys (Callback). A key from anywhere
// else proves nothing: whoever forges a request names a key of their own.
var keyURLPrefixes = []string{"http://gosspublic.alicdn.com/", "https://gosspublic.alicdn.com/"}

// verify reports whether OSS signed a callback request. body is the whole body of r,
// which the caller has read. fetch returns the public key in PEM from a URL, which is
// always one of https://gosspublic.alicdn.com/; the key behind a URL does not change,
// so fetch should keep it.
//
// The published key has 512 bits, which takes little to factor today, and the digest
// is MD5: a valid signature keeps strangers out but is not proof of what it says. Look
// at the object itself before anything depends on the request.
//
// Errors name the header or the step that failed.
func verify(r *http.Request, body []byte, fetch func(ctx context.Context, url string) ([]byte, error)) error {
	keyURL, err := base64.StdEncoding.DecodeString(r.Header.Get(keyURLHeader))
	if err != nil || len(keyURL) == 0 {
		return fmt.Errorf("header %s is missing or not base64", keyURLHeader)
	}
	secure, err := secureKeyURL(string(keyURL))
	if err != nil {
		return err
	}
	key, err := fetch(r.Context(), secure)
	if err != nil {
		return fmt.Errorf("fetching the public key: %w", err)
	}
	return verifyWithKey(r, body, key)
}

// secureKeyURL checks where a key is from and asks for it over TLS: OSS still names
// the http address, on which anyone in between could answer.
func secureKeyURL(keyURL string) (string, error) {
	for _, prefix := range keyURLPrefixes {
		if path, ok := strings.CutPrefix(keyURL, prefix); ok {
			return keyURLPrefixes[1] + path, nil
		}
	}
	return "", fmt.Errorf("public key URL %.200q is not one of OSS: it must begin with %s", keyURL, strings.Join(keyURLPrefixes, " or "))
}

// verifyWithKey is verify with a public key in PEM that the caller trusts already,
// such as that of a local OSS server. It does not look at the URL of the key.
func verifyWithKey(r *http.Request, body, key []byte) error {
	public, err := parseKey(key)
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(r.Header.Get(signatureHeader))
	if err != nil || len(signature) == 0 {
		return fmt.Errorf("header %s is missing or not base64", signatureHeader)
	}
	signed, err := signedText(r, body)
	if err != nil {
		return err
	}
	return verifyMD5(public, md5.Sum(signed), signature) // the digest OSS signs with
}

// signedText is url_decode(path) + query + "\n" + body, the query with its question
// mark and otherwise as it came (Callback). The request line is what was signed:
// handlers may have changed r.URL since.
func signedText(r *http.Request, body []byte) ([]byte, error) {
	target := r.URL
	if r.RequestURI != "" {
		var err error
		if target, err = url.ParseRequestURI(r.RequestURI); err != nil {
			return nil, fmt.Errorf("request line: %w", err)
		}
	}
	if target == nil {
		return nil, errors.New("request without a URL")
	}
	text := []byte(target.Path)
	if target.RawQuery != "" || target.ForceQuery {
		text = append(append(text, '?'), target.RawQuery...)
	}
	return append(append(text, '\n'), body...), nil
}

func parseKey(key []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, errors.New("public key is not PEM")
	}
	if block.Type == "RSA PUBLIC KEY" {
		public, err := x509.ParsePKCS1PublicKey(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("public key: %w", err)
		}
		return public, nil
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	public, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("public key is a %T, not RSA", parsed)
	}
	return public, nil
}

const (
	minKeyBits = 512 // that of the published key
	maxKeyBits = 8192
)

// md5Info is the DER head of a DigestInfo for MD5 (RFC 8017, section 9.2, note 1).
var md5Info = []byte{0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10}

// verifyMD5 is RSASSA-PKCS1-v1_5 verification (RFC 8017, section 8.2.2). crypto/rsa has
// it too but refuses keys under 1,024 bits unless the whole program is built or run with
// GODEBUG rsa1024min=0, which is easily forgotten. Nothing here is secret, so plain
// big integers do. The expected message is built and compared as a whole: reading the
// padding of the one that came is where forgeries slip through.
func verifyMD5(key *rsa.PublicKey, digest [md5.Size]byte, signature []byte) error {
	if bits := key.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return fmt.Errorf("public key has %d bits, not %d to %d", bits, minKeyBits, maxKeyBits)
	}
	if key.E < 3 || key.E%2 == 0 || key.N.Bit(0) == 0 {
		return errors.New("public key is not one of RSA")
	}
	size := (key.N.BitLen() + 7) / 8
	number := new(big.Int).SetBytes(signature)
	if len(signature) != size || number.Cmp(key.N) >= 0 {
		return errInvalidSignature
	}
	message := number.Exp(number, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, size))

	expected := make([]byte, size)
	tail := size - len(md5Info) - len(digest)
	expected[1] = 1
	for i := 2; i < tail-1; i++ {
		expected[i] = 0xff
	}
	copy(expected[tail:], md5Info)
	copy(expected[tail+len(md5Info):], digest[:])
	if subtle.ConstantTimeCompare(message, expected) != 1 {
		return errInvalidSignature
	}
	return nil
}

var errInvalidSignature = errors.New("signature does not fit the request: it is not from OSS, or path, query or body were changed")
