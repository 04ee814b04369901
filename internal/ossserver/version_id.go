package ossserver

import (
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Version IDs look like those of OSS: 64 characters, the base64 of a small protobuf message that holds a number and 32 hex
// digits. Here the number is the time of writing, so that an ID shows where its version stood after it is gone. An ID is
// safe as a file name.

var versionIDEncoding = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._").WithPadding(base64.NoPadding)

const (
	versionIDHead = "\x08\x01\x10\x01\x18"
	versionIDTail = "\x22\x20"
)

// lastStamp is the number in the newest ID.
var lastStamp atomic.Uint64

// newVersionID makes an ID whose number is above that of every earlier one, as long as the clock is not set back between
// two runs.
func newVersionID() string {
	for {
		last := lastStamp.Load()
		stamp := max(last+1, uint64(time.Now().UnixNano()))
		if lastStamp.CompareAndSwap(last, stamp) {
			message := binary.AppendUvarint([]byte(versionIDHead), stamp)
			message = append(message, versionIDTail+randomHex(16)...)
			return versionIDEncoding.EncodeToString(message)
		}
	}
}

// versionStamp is the number in an ID that newVersionID made; 0 for others, those of older data folders among them.
func versionStamp(id string) uint64 {
	message, err := versionIDEncoding.DecodeString(id)
	if err != nil {
		return 0
	}
	rest, ok := strings.CutPrefix(string(message), versionIDHead)
	if !ok {
		return 0
	}
	stamp, n := binary.Uvarint([]byte(rest))
	if n <= 0 || !strings.HasPrefix(rest[n:], versionIDTail) {
		return 0
	}
	return stamp
}

// isVersionID reports whether text can be a version's ID (OSS-261). Doubt: how closely OSS looks. Here an ID is "null", or
// has the letters of one, begins like all that were seen and has at least 30 characters; OSS's own have 64, those of older
// data folders 30.
func isVersionID(text string) bool {
	if text == nullVersion {
		return true
	}
	return len(text) >= 30 && strings.HasPrefix(text, "CAE") && strings.IndexFunc(text, func(r rune) bool {
		return !(r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-')
	}) < 0
}

func invalidVersionID(id string) *apiError {
	return fail(http.StatusBadRequest, "InvalidArgument", "0012-00000202", "Invalid version id specified",
		"ArgumentName", "VersionId", "ArgumentValue", id)
}

// behind are the versions that a listing has still to give after the one with that ID: none if id is "". The version may
// have gone since the last page. Then its number shows where it stood, and if it has none all versions are given again: an
// entry twice is better than an entry lost (OSS-273).
func behind(versions []*version, id string) []*version {
	if id == "" {
		return nil
	}
	first, stamp := 0, versionStamp(id)
	for i, v := range versions {
		if v.VersionID == id {
			return versions[i+1:]
		}
		if stamp > 0 && versionStamp(v.VersionID) > stamp {
			first = i + 1
		}
	}
	return versions[first:]
}
