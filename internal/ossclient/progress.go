package ossclient

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// progress counts the bytes of one upload or copy, over all its parts, and reports them in the log.
type progress struct {
	done  atomic.Int64
	total int64
}

// add counts bytes; a nil progress counts nothing. What a failed attempt had sent is subtracted again.
func (p *progress) add(n int64) {
	if p != nil {
		p.done.Add(n)
	}
}

// reportProgress logs at INFO every few seconds until the returned function is called.
func (c *Client) reportProgress(ctx context.Context, p *progress, w Write) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	start := time.Now()
	ticker := time.NewTicker(c.reportEvery)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				p.log(ctx, c.log, w, time.Since(start))
			}
		}
	}()
	return cancel
}

func (p *progress) log(ctx context.Context, log *slog.Logger, w Write, since time.Duration) {
	done := p.done.Load()
	log.InfoContext(ctx, "OSS upload goes on", "bucket", w.Bucket, "key", w.Key, "bytes", done, "of_bytes", p.total,
		"percent", int(100*float64(done)/float64(max(p.total, 1))),
		"rate", fmt.Sprintf("%.1f MiB/s", float64(done)/(1<<20)/max(since.Seconds(), 0.001)))
}
