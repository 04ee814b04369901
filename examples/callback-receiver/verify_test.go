package main

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const (
	documentedSignature = "kKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8OkQDjC3uG33esH2txA=="
	documentedKeyURL    = "http://gosspublic.alicdn.com/callback_pub_key_v1.pem"
	documentedBody      = "bucket=yonghu-test"
)

// request builds the request of the documentation's example as a server reads it.
func request(t testing.TB, target, signature, keyURL string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("POST " + target + " HTTP/1.0\r\nHost: 121.43.113.8\r\n" +
		"Content-Type: application/x-www-form-urlencoded\r\nauthorization: " + signature + "\r\nx-oss-pub-key-url: " + base64.StdEncoding.EncodeToString([]byte(keyURL)) + "\r\n\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// published serves the published key and reports which URL it was asked for.
func published(asked *string) func(context.Context, string) ([]byte, error) {
	return func(_ context.Context, url string) ([]byte, error) {
		*asked = url
		return []byte(publishedKey), nil
	}
}

func TestVerifyDocumentedExample(t *testing.T) {
	t.Parallel()
	for _, keyURL := range []string{documentedKeyURL, strings.Replace(documentedKeyURL, "http:", "https:", 1)} {
		asked := ""
		r := request(t, "/index.php?id=1&index=2", documentedSignature, keyURL)
		if err := verify(r, []byte(documentedBody), published(&asked)); err != nil {
			t.Errorf("the documented example is refused: %v", err)
		}
		if asked != "https://gosspublic.alicdn.com/callback_pub_key_v1.pem" {
			t.Errorf("the key is fetched from %q", asked)
		}
	}
	// Handlers such as http.StripPrefix change r.URL; the request line stays.
	r := request(t, "/index.php?id=1&index=2", documentedSignature, documentedKeyURL)
	r.URL.Path, r.URL.RawQuery = "/other", ""
	if err := verifyWithKey(r, []byte(documentedBody), []byte(publishedKey)); err != nil {
		t.Errorf("a changed URL hides the request line: %v", err)
	}
	// A request that a program built has a URL alone.
	r = request(t, "/index%2Ephp?id=1&index=2", documentedSignature, documentedKeyURL)
	r.RequestURI = ""
	if err := verifyWithKey(r, []byte(documentedBody), []byte(publishedKey)); err != nil {
		t.Errorf("the path is not decoded, or the URL not used: %v", err)
	}
}

func TestVerifyRefusesTampering(t *testing.T) {
	t.Parallel()
	flipped := []byte(documentedSignature)
	flipped[5] ^= 3
	tests := map[string]struct{ target, signature, body string }{
		"path":                        {"/index.phq?id=1&index=2", documentedSignature, documentedBody},
		"query":                       {"/index.php?id=2&index=2", documentedSignature, documentedBody},
		"order of the query":          {"/index.php?index=2&id=1", documentedSignature, documentedBody},
		"no query":                    {"/index.php", documentedSignature, documentedBody},
		"body":                        {"/index.php?id=1&index=2", documentedSignature, documentedBody + " "},
		"empty body":                  {"/index.php?id=1&index=2", documentedSignature, ""},
		"moved line break":            {"/index.php?id=1&index=2", documentedSignature, "\n" + documentedBody},
		"signature":                   {"/index.php?id=1&index=2", string(flipped), documentedBody},
		"longer signature":            {"/index.php?id=1&index=2", "AAAA" + documentedSignature, documentedBody},
		"signature of zeroes":         {"/index.php?id=1&index=2", base64.StdEncoding.EncodeToString(make([]byte, 64)), documentedBody},
		"signature above the modulus": {"/index.php?id=1&index=2", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xff", 64))), documentedBody},
	}
	for name, tt := range tests {
		asked := ""
		err := verify(request(t, tt.target, tt.signature, documentedKeyURL), []byte(tt.body), published(&asked))
		if !errors.Is(err, errInvalidSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVerifyRefusesOtherKeys(t *testing.T) {
	t.Parallel()
	for _, keyURL := range []string{
		"", "http://evil.example/callback_pub_key_v1.pem", "http://gosspublic.alicdn.com.evil.example/x", "http://gosspublic.alicdn.com@evil.example/x",
		"https://gosspublic.alicdn.com", "ftp://gosspublic.alicdn.com/x", "HTTP://gosspublic.alicdn.com/x", " http://gosspublic.alicdn.com/x",
	} {
		asked := "nothing"
		if err := verify(request(t, "/index.php?id=1&index=2", documentedSignature, keyURL), []byte(documentedBody), published(&asked)); err == nil || asked != "nothing" {
			t.Errorf("%q: %v, asked for %q", keyURL, err, asked)
		}
	}
	failing := func(context.Context, string) ([]byte, error) { return nil, context.DeadlineExceeded }
	if err := verify(request(t, "/", documentedSignature, documentedKeyURL), nil, failing); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cause is lost: %v", err)
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	weak := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 500, 1), E: 65537}
	even := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65536}
	for words, key := range map[string]string{
		"not PEM":            "hello",
		"not RSA":            publicPEM(t, &elliptical.PublicKey),
		"has 501 bits":       publicPEM(t, weak),
		"not one of RSA":     publicPEM(t, even),
		"public key: ":       "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
		"public key: asn1: ": "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n",
	} {
		if err := verifyWithKey(request(t, "/", documentedSignature, documentedKeyURL), nil, []byte(key)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q", err, words)
		}
	}
	for _, signature := range []string{"", "***"} {
		if err := verifyWithKey(request(t, "/", signature, documentedKeyURL), nil, []byte(publishedKey)); err == nil || !strings.Contains(err.Error(), "Authorization") {
			t.Errorf("%q: %v", signature, err)
		}
	}
	r := request(t, "/", documentedSignature, documentedKeyURL)
	r.RequestURI = "::"
	if err := verifyWithKey(r, nil, []byte(publishedKey)); err == nil || !strings.Contains(err.Error(), "request line") {
		t.Errorf("got %v", err)
	}
	r.RequestURI, r.URL = "", nil
	if err := verifyWithKey(r, nil, []byte(publishedKey)); err == nil {
		t.Error("a request without a URL passes")
	}
}

func publicPEM(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// testKey is made once: it takes long.
var testKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func sign(t testing.TB, text string) string {
	t.Helper()
	digest := md5.Sum([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, testKey(), crypto.MD5, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// What crypto/rsa signs verifies, in both forms of a PEM key.
func TestVerifyAgreesWithCryptoRSA(t *testing.T) {
	t.Parallel()
	pkcs1 := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&testKey().PublicKey)}))
	for _, key := range []string{publicPEM(t, &testKey().PublicKey), pkcs1} {
		for target, text := range map[string]string{
			"/":          "/",
			"/a%20b%2Fc": "/a b/c",
			"/a+b?x=%20": "/a+b?x=%20",
			"/%E4%B8%AD": "/中",
			"/a?":        "/a?",
		} {
			r := request(t, target, sign(t, text+"\nbody"), documentedKeyURL)
			if err := verifyWithKey(r, []byte("body"), []byte(key)); err != nil {
				t.Errorf("%s: %v", target, err)
			}
		}
	}
}

// A signature over another digest, or with loose padding, is what naive readers of the
// padding accept.
func TestVerifyRefusesLoosePadding(t *testing.T) {
	t.Parallel()
	key := testKey()
	digest := md5.Sum([]byte("/\nbody"))
	size := key.Size()
	raw := func(message []byte) string {
		n := new(big.Int).Exp(new(big.Int).SetBytes(message), key.D, key.N)
		return base64.StdEncoding.EncodeToString(n.FillBytes(make([]byte, size)))
	}
	info := append(append([]byte{}, md5Info...), digest[:]...)
	tight := append(append([]byte{0, 1}, []byte(strings.Repeat("\xff", size-3-len(info)))...), append([]byte{0}, info...)...)
	short := append(append([]byte{0, 1, 0xff, 0xff, 0}, info...), make([]byte, size-5-len(info))...)
	other := append([]byte{}, tight...)
	other[10] = 0xfe
	public := []byte(publicPEM(t, &key.PublicKey))
	if err := verifyWithKey(request(t, "/", raw(tight), documentedKeyURL), []byte("body"), public); err != nil {
		t.Fatalf("the control is refused: %v", err)
	}
	for name, message := range map[string][]byte{"trailing bytes": short, "a bit in the padding": other} {
		if err := verifyWithKey(request(t, "/", raw(message), documentedKeyURL), []byte("body"), public); !errors.Is(err, errInvalidSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A signature plus the modulus is the same number modulo the modulus; only one of the
// two is a signature (RFC 8017, section 5.2.2).
func TestVerifyRefusesSecondFormOfASignature(t *testing.T) {
	t.Parallel()
	for {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		digest := md5.Sum([]byte("text"))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.MD5, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		if err := verifyMD5(&key.PublicKey, digest, signature); err != nil {
			t.Fatalf("the control is refused: %v", err)
		}
		second := new(big.Int).Add(new(big.Int).SetBytes(signature), key.N)
		if second.BitLen() > 1024 { // does not fit into as many bytes: another key
			continue
		}
		if err := verifyMD5(&key.PublicKey, digest, second.FillBytes(make([]byte, 128))); !errors.Is(err, errInvalidSignature) {
			t.Errorf("the second form passes: %v", err)
		}
		return
	}
}

// Nothing but the documented request verifies with the published key, and nothing panics.
func FuzzVerify(f *testing.F) {
	f.Add("/index.php", "id=1&index=2", documentedBody, documentedSignature, documentedKeyURL)
	f.Add("/", "", "", "AAAA", "https://gosspublic.alicdn.com/")
	f.Add("", "?", "\n", "", "")
	f.Fuzz(func(t *testing.T, path, query, body, signature, keyURL string) {
		r := request(t, "/", "AAAA", "")
		r.RequestURI = path
		if query != "" {
			r.RequestURI += "?" + query
		}
		r.Header.Set(signatureHeader, signature)
		r.Header.Set(keyURLHeader, base64.StdEncoding.EncodeToString([]byte(keyURL)))
		asked := ""
		err := verify(r, []byte(body), published(&asked))
		if asked != "" && !strings.HasPrefix(asked, "https://gosspublic.alicdn.com/") {
			t.Fatalf("the key is fetched from %q", asked)
		}
		if err != nil {
			return
		}
		text, _ := signedText(r, []byte(body))
		if string(text) != "/index.php?id=1&index=2\n"+documentedBody {
			t.Fatalf("%q %q %q verifies", r.RequestURI, body, signature)
		}
	})
}
