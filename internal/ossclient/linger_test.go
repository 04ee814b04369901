package ossclient

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// A write that is on its way when the run is interrupted ends, and is known; one that had not begun is not begun.
func TestInterruptedWriteEnds(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	server := &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
		if c.Operation != "PutObject" {
			return nil
		}
		interrupt()
		return &ossserver.Fault{Delay: 300 * time.Millisecond}
	}}
	c := newLocal(t, server)
	written, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "k", Body: BytesBody([]byte("body"))})
	if err != nil || written.ETag == "" {
		t.Fatalf("the write that was on its way: %+v, %v", written, err)
	}
	expectStored(t, server, "bucket", "k", BytesBody([]byte("body")))
	if _, err := c.PutObject(ctx, Write{Bucket: "bucket", Key: "later", Body: BytesBody([]byte("body"))}); !errors.Is(err, context.Canceled) {
		t.Errorf("a write after the interruption: %v", err)
	}
	if _, err := server.Object("bucket", "later"); err == nil {
		t.Error("it is stored")
	}
}

// One that does not end in a moment is cut off, and so is one whose time is over.
func TestInterruptedWriteIsCutOff(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	server := &ossserver.Server{Fault: func(ossserver.Call) *ossserver.Fault {
		interrupt()
		return &ossserver.Fault{Delay: time.Hour}
	}}
	c := newLocal(t, server)
	if err := c.DeleteObject(ctx, "bucket", "k"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.DeleteObject(ctx, "bucket", "k"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("its time is over: %v", err)
	}
}
