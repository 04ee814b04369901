//go:build unix

package ossclient

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// A pipe that nobody writes to would hold the one who opens it for ever, past every time limit.
func TestAPipeIsNotABody(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"pipe": pipe, "folder": t.TempDir(), "device": "/dev/zero"} {
		if _, err := FileBody(path); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s at plan: %v", name, err)
		}
		if _, err := KnownFileBody(path, 10, 1).Open(0, 10); !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s at apply: %v", name, err)
		}
	}
}

// During a large upload the file may be replaced by a pipe between two parts: the upload ends, and is aborted.
func TestASourceThatBecomesAPipeEndsTheUpload(t *testing.T) {
	t.Parallel()
	path, body := randomFile(t, 3*smallPart)
	open := body.Open
	var parts atomic.Int32
	body.Open = func(offset, length int64) (io.ReadCloser, error) {
		if parts.Add(1) == 2 {
			// In one step: parts go in parallel, and none may find no file.
			if err := errors.Join(syscall.Mkfifo(path+".pipe", 0o600), os.Rename(path+".pipe", path)); err != nil {
				t.Error(err)
			}
		}
		return open(offset, length)
	}
	server := &ossserver.Server{}
	c := newLocal(t, server)
	if _, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "key", Body: body}); !errors.Is(err, ErrNotRegular) {
		t.Errorf("got %v", err)
	}
	if n := operations(server)["AbortMultipartUpload"]; n != 1 {
		t.Errorf("%d uploads were aborted, want 1", n)
	}
}
