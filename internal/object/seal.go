package object

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
)

// Seal recognises a body that must not be seen: a salted, slow digest of its CRC-64. The CRC itself, or the ETag, would
// give a short secret away to anybody who can read the state.
type Seal struct {
	Salt []byte `json:"salt"`
	Sum  []byte `json:"sum"`
}

// sealRounds makes guessing expensive: one guess takes tens of milliseconds. Only tests of other things set fewer.
var sealRounds = 200_000

// NewSeal seals the body of a digest.
func NewSeal(crc string) (*Seal, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return nil, err
	}
	sum, err := pbkdf2.Key(sha256.New, crc, salt, sealRounds, sha256.Size)
	return &Seal{Salt: salt, Sum: sum}, err
}

// Fits reports whether crc is that of the sealed body.
func (s *Seal) Fits(crc string) bool {
	sum, err := pbkdf2.Key(sha256.New, crc, s.Salt, sealRounds, sha256.Size)
	return err == nil && hmac.Equal(sum, s.Sum)
}
