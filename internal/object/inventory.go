package object

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// What is known of an object of an inventory is kept in two places. Its texts say what is stored, and whose it is. The
// rest, which nobody has to read, is packed: what many objects have in common stands there once, so that an object takes
// little more than its ETag.

// Texts say what is stored of each object, by its name in Unicode NFC.
func (inv Inventory) Texts() map[string]string {
	texts := make(map[string]string, len(inv))
	for name, entry := range inv {
		texts[norm.NFC.String(name)] = entry.Text()
	}
	return texts
}

// Twins are the names that have one in common when they are put into Unicode NFC, sorted.
func (inv Inventory) Twins() []string {
	count := map[string]int{}
	for name := range inv {
		count[norm.NFC.String(name)]++
	}
	maps.DeleteFunc(count, func(_ string, n int) bool { return n == 1 })
	return slices.Sorted(maps.Keys(count))
}

// common is what objects of an inventory have in common.
type common struct {
	Headers  ossclient.Headers `json:"h"`
	Metadata map[string]string `json:"m,omitempty"`
	ACL      string            `json:"a,omitempty"`
	Tags     map[string]string `json:"t"`
	Asked    []string          `json:"s,omitempty"`
	Decided  string            `json:"d,omitempty"`
	Seen     *Seen             `json:"o,omitempty"`
}

// packed is the packed part of an inventory, in the order of the names.
type packed struct {
	Commons []common          `json:"c"`
	Names   map[string]string `json:"n,omitempty"` // those that are not in NFC, by what they are in it
	Texts   []byte            `json:"x"`           // a digest of the names and texts to which all this belongs
}

// Pack gives the part of an inventory that is not in its texts.
func (inv Inventory) Pack() ([]byte, error) {
	head := packed{Commons: []common{}, Names: map[string]string{}, Texts: textsDigest(inv.Texts())}
	index := map[string]uint64{}
	var indexes, etags, times []byte
	before := int64(0)
	for _, name := range slices.SortedFunc(maps.Keys(inv), compareNFC) {
		e := inv[name]
		if nfc := norm.NFC.String(name); nfc != name {
			head.Names[nfc] = name
		}
		shared := common{e.Headers, e.Metadata, e.ACL, e.Tags, e.Asked, e.DecidedType, e.Seen}
		key, err := json.Marshal(shared)
		if err != nil {
			return nil, err
		}
		i, known := index[string(key)]
		if !known {
			i = uint64(len(head.Commons))
			index[string(key)] = i
			head.Commons = append(head.Commons, shared)
		}
		indexes = binary.AppendUvarint(indexes, i)
		etags = appendETag(etags, e.ETag)
		slack := uint64(e.Slack/time.Second) << 1 //nolint:gosec // never negative
		if e.Unsure {
			slack |= 1
		}
		now := e.Modified.Unix()
		times = binary.AppendUvarint(binary.AppendVarint(times, now-before), slack)
		before = now
	}
	first, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	writer, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, part := range [][]byte{first, indexes, times, etags} {
		if _, err := writer.Write(append(binary.AppendUvarint(nil, uint64(len(part))), part...)); err != nil {
			return nil, err
		}
	}
	err = writer.Close()
	return out.Bytes(), err
}

// Unpack puts an inventory together again. Where the packed part is missing, or belongs to other texts, each object will
// have to be looked at.
func Unpack(texts map[string]string, data []byte) (Inventory, error) {
	inv := make(Inventory, len(texts))
	names := slices.Sorted(maps.Keys(texts))
	for _, name := range names {
		e := &Entry{}
		if !e.readText(texts[name]) {
			return nil, fmt.Errorf("the text of %q is not understood: %q", name, texts[name])
		}
		e.Found = e.Bare
		inv[name] = e
	}
	if len(data) == 0 {
		return inv, nil
	}
	parts, err := unpackParts(data)
	if err != nil {
		return nil, err
	}
	var head packed
	if err := json.Unmarshal(parts[0], &head); err != nil {
		return nil, err
	}
	if !bytes.Equal(head.Texts, textsDigest(texts)) {
		return inv, nil
	}
	return inv, inv.unpack(names, head, parts)
}

var errPacked = errors.New("it ends early")

func (inv Inventory) unpack(names []string, head packed, parts [4][]byte) error {
	indexes, times, etags := bytes.NewReader(parts[1]), bytes.NewReader(parts[2]), bytes.NewReader(parts[3])
	at := int64(0)
	for _, name := range names {
		e := inv[name]
		i, err := binary.ReadUvarint(indexes)
		if err != nil || i >= uint64(len(head.Commons)) {
			return errPacked
		}
		c := head.Commons[i]
		e.Headers, e.Metadata, e.ACL, e.Tags, e.Asked, e.DecidedType, e.Seen = c.Headers, c.Metadata, c.ACL, c.Tags, c.Asked, c.Decided, c.Seen
		step, err := binary.ReadVarint(times)
		if err != nil {
			return errPacked
		}
		slack, err := binary.ReadUvarint(times)
		if err != nil {
			return errPacked
		}
		at += step
		e.Modified, e.Slack, e.Unsure = time.Unix(at, 0).UTC(), time.Duration(slack>>1)*time.Second, slack&1 == 1
		if e.ETag, err = readETag(etags); err != nil {
			return errPacked
		}
		if raw, other := head.Names[name]; other {
			delete(inv, name)
			inv[raw] = e
		}
	}
	return nil
}

// compareNFC orders names as the texts of an inventory are.
func compareNFC(a, b string) int { return strings.Compare(norm.NFC.String(a), norm.NFC.String(b)) }

// textsDigest recognises names and texts.
func textsDigest(texts map[string]string) []byte {
	digest := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(digest, "%q %q\n", name, texts[name])
	}
	return digest.Sum(nil)[:8]
}

func unpackParts(data []byte) (parts [4][]byte, err error) {
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(data)))
	if err != nil {
		return parts, err
	}
	for i := range parts {
		n, used := binary.Uvarint(plain)
		if used <= 0 || n > uint64(len(plain)-used) { //nolint:gosec // a length
			return parts, errPacked
		}
		parts[i], plain = plain[used:used+int(n)], plain[used+int(n):] //nolint:gosec // no more than there is
	}
	return parts, nil
}

// appendETag writes an ETag. One of an object that was put in one piece has 32 digits, and takes half of that.
func appendETag(b []byte, etag string) []byte {
	if raw, err := hex.DecodeString(etag); err == nil && len(raw) == 16 && strings.ToUpper(etag) == etag {
		return append(append(b, 0), raw...)
	}
	return append(binary.AppendUvarint(b, uint64(len(etag))+1), etag...)
}

func readETag(r *bytes.Reader) (string, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil || n > uint64(r.Len())+1 { //nolint:gosec // a length
		return "", errPacked
	}
	size := 16
	if n > 0 {
		size = int(n) - 1 //nolint:gosec // no more than there is
	}
	raw := make([]byte, size)
	if _, err := io.ReadFull(r, raw); err != nil {
		return "", err
	}
	if n > 0 {
		return string(raw), nil
	}
	return strings.ToUpper(hex.EncodeToString(raw)), nil
}
