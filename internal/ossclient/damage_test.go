package ossclient

import (
	"crypto/md5"
	"errors"
	"hash"
	"hash/crc64"
	"io"
	"os"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// damages makes the first n bodies of an operation arrive damaged.
func damages(operation string, n int32, damage ossserver.Damage) func(ossserver.Call) *ossserver.Fault {
	var seen atomic.Int32
	return func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == operation && seen.Add(1) <= n {
			return &ossserver.Fault{Damage: damage}
		}
		return nil
	}
}

// OSS-276: a body that is damaged on its way is refused for its MD5, and sent again; it is never an object. One that is
// stored damaged all the same is written again, although the creation may not overwrite.
func TestDamagedBodyIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		operation string
		size      int
		damage    ossserver.Damage
	}{
		"put, on its way":  {"PutObject", 17, ossserver.DamageOnWay},
		"put, stored":      {"PutObject", 17, ossserver.DamageStored},
		"part, on its way": {"UploadPart", 3 * smallPart, ossserver.DamageOnWay},
		"part, stored":     {"UploadPart", 3 * smallPart, ossserver.DamageStored},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &ossserver.Server{Fault: damages(tc.operation, 2, tc.damage)}
			c := newLocal(t, server)
			_, body := randomFile(t, tc.size)
			written, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body, ForbidOverwrite: true})
			if err != nil || written.CRC64 != body.Digest() {
				t.Fatalf("%+v, %v", written, err)
			}
			expectStored(t, server, "bucket", "k", body)
			refused, sent := 0, 0
			for _, r := range server.Records() {
				if r.Operation == tc.operation {
					sent++
				}
				if r.Status == 400 {
					refused++
				}
			}
			if want := 2 + max(1, tc.size/smallPart); sent != want || tc.damage == ossserver.DamageOnWay && refused != 2 {
				t.Errorf("%d requests, %d refused", sent, refused)
			}
		})
	}
}

// Where each attempt is damaged, the error says what is stored: nothing, or what the answer says.
func TestBodyThatStaysDamaged(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		operation string
		size      int
		damage    ossserver.Damage
		stored    bool
	}{
		"put, on its way":  {"PutObject", 17, ossserver.DamageOnWay, false},
		"put, stored":      {"PutObject", 17, ossserver.DamageStored, true},
		"part, on its way": {"UploadPart", 3 * smallPart, ossserver.DamageOnWay, false},
		"part, stored":     {"UploadPart", 3 * smallPart, ossserver.DamageStored, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &ossserver.Server{Fault: damages(tc.operation, 100, tc.damage)}
			c := newLocal(t, server)
			_, body := randomFile(t, tc.size)
			written, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body, ForbidOverwrite: true})
			if tc.damage == ossserver.DamageStored && !errors.Is(err, ErrDamaged) || tc.damage == ossserver.DamageOnWay && !HasCode(err, "InvalidDigest") {
				t.Errorf("got %v", err)
			}
			o, lookErr := server.Object("bucket", "k")
			if stored := lookErr == nil; stored != tc.stored || tc.stored && (written.CRC64 != o.CRC64 || o.CRC64 == body.Digest()) || !tc.stored && written.CRC64 != "" {
				t.Errorf("stored: %v; the error came with %+v", stored, written)
			}
			if uploads, err := c.UnfinishedUploads(t.Context(), "bucket", "k"); err != nil || len(uploads) != 0 {
				t.Errorf("left behind: %v, %v", uploads, err)
			}
		})
	}
}

// An attempt that was stored damaged is not forgotten over the failure of the next one.
func TestDamageBeforeAnotherFailure(t *testing.T) {
	t.Parallel()
	var seen atomic.Int32
	server := &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
		switch {
		case c.Operation != "PutObject":
			return nil
		case seen.Add(1) == 1:
			return &ossserver.Fault{Damage: ossserver.DamageStored}
		}
		return &ossserver.Fault{Status: 500, Code: "InternalError"}
	}}
	c := newLocal(t, server)
	_, body := randomFile(t, 17)
	written, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body})
	o, lookErr := server.Object("bucket", "k")
	if !errors.Is(err, ErrDamaged) || !HasCode(err, "InternalError") || lookErr != nil || written.CRC64 != o.CRC64 {
		t.Errorf("%+v, %v; stored %+v", written, err, o)
	}
}

// What MD5 costs on top of CRC-64, and that both together read a file once.
func BenchmarkDigests(b *testing.B) {
	const size = 16 << 20
	data := make([]byte, size)
	for name, digests := range map[string]func() []hash.Hash{
		"CRC":     func() []hash.Hash { return []hash.Hash{crc64.New(crcTable)} },
		"MD5":     func() []hash.Hash { return []hash.Hash{md5.New()} },
		"CRC+MD5": func() []hash.Hash { return []hash.Hash{crc64.New(crcTable), md5.New()} },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				for _, d := range digests() {
					_, _ = d.Write(data)
				}
			}
		})
	}
	path := b.TempDir() + "/file"
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.Fatal(err)
	}
	body, err := FileBody(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("file read", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			f, _ := body.Open(0, size)
			_, _ = io.Copy(io.Discard, f)
			f.Close()
		}
	})
	b.Run("file digested", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			if _, err := body.wholeDigested(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
