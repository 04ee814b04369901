package ossserver

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// callbackKey is the key pair that signs callbacks. OSS's own has 512 bits, which Go's crypto/rsa refuses; this one has
// 2048.
type callbackKey struct {
	once    sync.Once
	private *rsa.PrivateKey
	public  []byte // PEM
	err     error
}

const (
	callbackKeyFile = "callback-key.pem"
	// publicKeyPath names no bucket that could be (OSS-011: no underscore, no dot).
	publicKeyPath = "/callback_pub_key_v1.pem"
)

// key makes the pair at first use, or reads the one that an earlier run left in the data folder.
func (s *Server) key() (*callbackKey, error) {
	k := &s.callbackKey
	k.once.Do(func() {
		st, err := s.open()
		switch {
		case err != nil:
		case s.Data == "":
			k.private, err = temporaryKey()
		default:
			k.private, err = loadCallbackKey(st)
		}
		var der []byte
		if err == nil {
			der, err = x509.MarshalPKIXPublicKey(&k.private.PublicKey)
		}
		k.err = err
		k.public = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	})
	return k, k.err
}

// temporaryKey is that of all servers of this process whose data goes with them, since to make one takes a tenth of a second.
var temporaryKey = sync.OnceValues(newCallbackKey)

func newCallbackKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

func loadCallbackKey(st *store) (*rsa.PrivateKey, error) {
	path := filepath.Join(st.dir, callbackKeyFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return makeCallbackKey(st, path)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key: remove it to have a new one made", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if private, ok := key.(*rsa.PrivateKey); ok && err == nil {
		return private, nil
	}
	return nil, fmt.Errorf("%s holds no RSA key: remove it to have a new one made", path)
}

func makeCallbackKey(st *store, path string) (*rsa.PrivateKey, error) {
	private, err := newCallbackKey()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(st.dir, makingPrefix+"key-*") // with access for its owner alone
	if err != nil {
		return nil, err
	}
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err == nil && st.sync {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return nil, err
	}
	return private, st.syncDir(st.dir)
}

// signCallback is OSS-096: RSA with PKCS #1 v1.5 and MD5 over the decoded path, the raw query with its "?", a line end and
// the body. A "+" in the path stays one, as in every URL path; verifiers in PHP would make a space of it.
func (s *Server) signCallback(path, query, body string) (string, error) {
	k, err := s.key()
	if err != nil {
		return "", err
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return "", err
	}
	sum := md5.Sum([]byte(decoded + query + "\n" + body))
	signature, err := rsa.SignPKCS1v15(nil, k.private, crypto.MD5, sum[:])
	return base64.StdEncoding.EncodeToString(signature), err
}

// publicKeyURL is where the receiver finds the key: at the address the upload came to, as an IP address, since a host
// name would make the path that of an object.
func (q *request) publicKeyURL() string {
	host := q.r.Host
	if addr, ok := q.r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		host = addr.String()
	}
	scheme := "http://"
	if q.r.TLS != nil {
		scheme = "https://"
	}
	return base64.StdEncoding.EncodeToString([]byte(scheme + host + publicKeyPath))
}

// publicKeyOperation is not an API of OSS, which has its key on a server of its own.
var publicKeyOperation = operation{name: "GetCallbackKey", access: noCredential, noBucket: true, handle: (*request).getPublicKey}

// asksPublicKey reports whether a request is for the key and not for an object of that name.
func (q *request) asksPublicKey() bool {
	return q.r.URL.Path == publicKeyPath && q.bucketName != "" && q.key == "" &&
		(q.r.Method == http.MethodGet || q.r.Method == http.MethodHead)
}

func (q *request) getPublicKey() error {
	k, err := q.s.key()
	if err != nil {
		return err
	}
	h := q.w.Header()
	h.Set("Content-Type", "application/x-pem-file")
	h.Set("Content-Length", strconv.Itoa(len(k.public)))
	q.w.WriteHeader(http.StatusOK)
	if q.r.Method == http.MethodGet {
		_, _ = bytes.NewReader(k.public).WriteTo(q.w) // the client may have left
	}
	return nil
}
