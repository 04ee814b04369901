package ossclient

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// The smallest part that OSS takes, but for the last one.
const smallPart = 100 << 10

// newLocal starts a local server and a client that sends small parts.
func newLocal(t *testing.T, server *ossserver.Server) *Client {
	t.Helper()
	server.Accounts = []ossserver.Account{{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "token"}}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	for _, bucket := range []string{"bucket", "other"} {
		if err := server.CreateBucket(bucket); err != nil {
			t.Fatal(err)
		}
	}
	c := newTestClient(t, listener.URL)
	c.multipartFrom, c.partSize, c.copyFrom, c.copyPart = 2*smallPart, smallPart, 2*smallPart, smallPart
	return c
}

// randomFile is a body that no two parts of are alike.
func randomFile(t *testing.T, size int) (string, Body) {
	t.Helper()
	data := make([]byte, size)
	source := rand.NewChaCha8([32]byte{1})
	if _, err := source.Read(data); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	body, err := FileBody(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, body
}

func expectStored(t *testing.T, server *ossserver.Server, bucket, key string, body Body) ossserver.Object {
	t.Helper()
	o, err := server.Object(bucket, key)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := FileBody(o.BodyPath)
	if err != nil || stored.CRC64 != body.CRC64 || stored.Size != body.Size {
		t.Errorf("stored %d bytes of CRC %d, want %d of %d (%v)", stored.Size, stored.CRC64, body.Size, body.CRC64, err)
	}
	return o
}

func operations(server *ossserver.Server) map[string]int {
	counts := map[string]int{}
	for _, r := range server.Records() {
		counts[r.Operation]++
	}
	return counts
}

func TestLargeBodyGoesInParts(t *testing.T) {
	t.Parallel()
	server := &ossserver.Server{}
	c := newLocal(t, server)
	_, body := randomFile(t, 5*smallPart+17)
	stored, err := c.PutObject(t.Context(), Write{
		Bucket: "bucket", Key: "dir/a b+c", Body: body,
		Headers: Headers{ContentType: "a/b", CacheControl: "no-cache"}, Metadata: map[string]string{"owner": "emma"},
		Settings: Settings{ACL: "public-read", Storage: Storage{StorageClass: "IA"}, Tags: map[string]string{"team": "web team"}},
	})
	if err != nil || !strings.HasSuffix(stored.ETag, "-6") || stored.CRC64 != body.Digest() {
		t.Fatalf("%+v, %v", stored, err)
	}
	o := expectStored(t, server, "bucket", "dir/a b+c", body)
	if o.ContentType != "a/b" || o.CacheControl != "no-cache" || o.Metadata["owner"] != "emma" || o.ACL != "public-read" ||
		o.StorageClass != "IA" || o.Tags["team"] != "web team" || o.Type != "Multipart" {
		t.Errorf("stored %+v", o)
	}
	if got := operations(server); got["UploadPart"] != 6 || got["InitiateMultipartUpload"] != 1 || got["CompleteMultipartUpload"] != 1 {
		t.Errorf("requests %v", got)
	}
}

// strike makes the n-th request of an operation fail once in the given way.
func strike(operation string, n int32, fault ossserver.Fault) func(ossserver.Call) *ossserver.Fault {
	var seen atomic.Int32
	return func(c ossserver.Call) *ossserver.Fault {
		if c.Operation == operation && seen.Add(1) == n {
			return &fault
		}
		return nil
	}
}

// Every request of a multipart upload can fail once without a trace.
func TestMultipartSurvivesPassingFailures(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]ossserver.Fault{
		"500":        {Status: 500, Code: "InternalError", Message: "oops"},
		"cut before": {Cut: ossserver.CutBefore},
		"cut after":  {Cut: ossserver.CutAfter},
	} {
		for _, operation := range []string{"InitiateMultipartUpload", "UploadPart", "CompleteMultipartUpload"} {
			t.Run(name+" "+operation, func(t *testing.T) {
				t.Parallel()
				server := &ossserver.Server{Fault: strike(operation, 1, fault)}
				c := newLocal(t, server)
				_, body := randomFile(t, 3*smallPart)
				if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body, ForbidOverwrite: true, Headers: Headers{ContentType: "a/b"}}); err != nil {
					t.Fatal(err)
				}
				expectStored(t, server, "bucket", "k", body)
			})
		}
	}
}

// What fails for good is taken away again.
func TestMultipartIsAborted(t *testing.T) {
	t.Parallel()
	denied := func(operation string) func(ossserver.Call) *ossserver.Fault {
		return func(c ossserver.Call) *ossserver.Fault {
			if c.Operation == operation {
				return &ossserver.Fault{Status: 403, Code: "AccessDenied", Message: "no"}
			}
			return nil
		}
	}
	for _, operation := range []string{"UploadPart", "CompleteMultipartUpload"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			server := &ossserver.Server{Fault: denied(operation)}
			c := newLocal(t, server)
			_, body := randomFile(t, 3*smallPart)
			if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body}); !HasCode(err, "AccessDenied") {
				t.Errorf("got %v, want the refusal", err)
			}
			expectNothing(t, c, server)
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		server := &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
			if c.Operation == "UploadPart" {
				cancel()
			}
			return nil
		}}
		c := newLocal(t, server)
		_, body := randomFile(t, 20*smallPart)
		if _, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k", Body: body}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the cancellation", err)
		}
		expectNothing(t, c, server)
	})
	t.Run("changed file", func(t *testing.T) {
		t.Parallel()
		server := &ossserver.Server{}
		c := newLocal(t, server)
		file, body := randomFile(t, 3*smallPart)
		if err := os.WriteFile(file, make([]byte, 3*smallPart), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body}); !errors.Is(err, ErrBodyChanged) {
			t.Errorf("got %v, want ErrBodyChanged", err)
		}
		expectNothing(t, c, server)
	})
}

func expectNothing(t *testing.T, c *Client, server *ossserver.Server) {
	t.Helper()
	if _, err := server.Object("bucket", "k"); err == nil {
		t.Error("an object was stored")
	}
	left, err := c.UnfinishedUploads(t.Context(), "bucket", "k")
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Parts of an upload that was killed are named by the next one, which leaves them alone.
func TestLeftoversAreNamed(t *testing.T) {
	t.Parallel()
	server := &ossserver.Server{}
	c := newLocal(t, server)
	_, body := randomFile(t, 3*smallPart)
	id, _, err := c.initiate(t.Context(), Write{Bucket: "bucket", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.initiate(t.Context(), Write{Bucket: "bucket", Key: "k-longer"}); err != nil {
		t.Fatal(err)
	}
	var named []Upload
	_, err = c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body, Leftovers: func(u []Upload) { named = u }})
	if err != nil || len(named) != 1 || named[0].ID != id || named[0].Initiated == "" {
		t.Errorf("named %+v, %v; want upload %s", named, err, id)
	}
	if left, err := c.UnfinishedUploads(t.Context(), "bucket", "k"); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestCopies(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name      string
		size      int
		src       CopySource
		dst       string
		multipart bool
	}{
		{"small, other bucket", smallPart, CopySource{}, "other", false},
		{"large, same bucket", 3 * smallPart, CopySource{}, "bucket", false},
		{"large, other bucket", 3*smallPart + 5, CopySource{}, "other", true},
		{"large, other class", 3 * smallPart, CopySource{Storage: Storage{Encryption: "AES256"}}, "bucket", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := &ossserver.Server{}
			c := newLocal(t, server)
			_, body := randomFile(t, tc.size)
			put, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "from", Body: body, Settings: Settings{Tags: map[string]string{"a": "b"}}})
			if err != nil {
				t.Fatal(err)
			}
			server.ResetRecords()
			src := tc.src
			src.Bucket, src.Key, src.ETag, src.Size = "bucket", "from", put.ETag, body.Size
			w := Write{Bucket: tc.dst, Key: "to", Body: Body{Size: body.Size, CRC64: body.CRC64}, Headers: Headers{ContentType: "a/b"},
				Metadata: map[string]string{"m": "1"}, Settings: Settings{Tags: map[string]string{"c": "d"}}}
			if _, err := c.CopyObject(t.Context(), src, w); err != nil {
				t.Fatal(err)
			}
			o := expectStored(t, server, tc.dst, "to", body)
			if o.ContentType != "a/b" || o.Metadata["m"] != "1" || o.Tags["c"] != "d" || o.Tags["a"] != "" {
				t.Errorf("copied to %+v", o)
			}
			if got := operations(server); (got["UploadPartCopy"] > 0) != tc.multipart || (got["CopyObject"] > 0) == tc.multipart {
				t.Errorf("requests %v, by parts: %v", got, tc.multipart)
			}
			src.ETag = "0000"
			if _, err := c.CopyObject(t.Context(), src, w); !HasCode(err, "PreconditionFailed") {
				t.Errorf("another source: %v", err)
			}
		})
	}
}

// The service refuses one large copy: then it goes by parts.
func TestCopyFallsBackToParts(t *testing.T) {
	t.Parallel()
	server := &ossserver.Server{MaxCopySize: smallPart}
	c := newLocal(t, server)
	_, body := randomFile(t, 2*smallPart-1)
	if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "from", Body: body}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CopyObject(t.Context(), CopySource{Bucket: "bucket", Key: "from", Size: body.Size}, Write{Bucket: "other", Key: "to"}); err != nil {
		t.Fatal(err)
	}
	expectStored(t, server, "other", "to", body)
}

func TestPartSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{1, 64 << 20, 10 << 30, 48 << 40} {
		step := partSize(size, defaultPartSize)
		if n := (size + step - 1) / step; n > maxParts {
			t.Errorf("%d bytes in %d parts of %d", size, n, step)
		}
	}
}

// A long upload logs how far it is. The server holds the upload until it has done so.
func TestLongUploadReportsProgress(t *testing.T) {
	t.Parallel()
	told := make(chan slog.Record, 1)
	server := &ossserver.Server{}
	c := newLocal(t, server)
	_, body := randomFile(t, 4*smallPart)
	server.Fault = func(call ossserver.Call) *ossserver.Fault {
		if call.Operation == "CompleteMultipartUpload" {
			told <- <-told
		}
		return nil
	}
	c.reportEvery, c.log = time.Millisecond, slog.New(firstProgress{slog.DiscardHandler, told})
	if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body}); err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	record := <-told
	record.Attrs(func(a slog.Attr) bool {
		got[a.Key] = a.Value.Any()
		return true
	})
	if record.Level != slog.LevelInfo || got["of_bytes"] != body.Size || got["key"] != "k" || got["percent"] == nil || !strings.HasSuffix(fmt.Sprint(got["rate"]), "MiB/s") {
		t.Errorf("logged %v %v", record.Level, got)
	}
}

// firstProgress keeps the first report of a long upload.
type firstProgress struct {
	slog.Handler
	told chan slog.Record
}

func (firstProgress) Enabled(context.Context, slog.Level) bool { return true }

func (h firstProgress) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, "goes on") {
		select {
		case h.told <- r:
		default:
		}
	}
	return nil
}
