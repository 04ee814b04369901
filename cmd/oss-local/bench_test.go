package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

const (
	gib = 1 << 30
	// maxResident is what the server may keep in memory, whatever the size of the objects it handles.
	maxResident = 64 << 20
)

// pattern is a body that repeats every 64 KiB and costs no memory.
type pattern struct{ at int64 }

func (p *pattern) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(p.at>>8) ^ byte(p.at)
		p.at++
	}
	return len(b), nil
}

// resident is the highest resident memory of a process so far, in bytes.
func (p *process) resident(b *testing.B) int64 {
	b.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		b.Skip("no /proc here")
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var kib int64
		if n, _ := fmt.Sscanf(lines.Text(), "VmHWM: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	b.Fatal("no VmHWM")
	return 0
}

// BenchmarkGiB moves a body of 1 GiB in each way there is, through a server process whose memory is read afterwards.
func BenchmarkGiB(b *testing.B) {
	put := func(bucket *oss.Bucket) error {
		return bucket.PutObject("big", io.LimitReader(&pattern{}, gib), oss.ContentType("application/octet-stream"))
	}
	for _, tt := range []struct {
		name string
		size int64 // bytes moved, for the rate
		prep bool  // needs the object
		do   func(*oss.Bucket) error
	}{
		{"put", gib, false, put},
		{"get", gib, true, func(bucket *oss.Bucket) error { return readAll(bucket, gib) }},
		{"ranged get", gib / 2, true, func(bucket *oss.Bucket) error { return readAll(bucket, gib/2, oss.Range(gib/4, gib/4+gib/2-1)) }},
		{"copy", gib, true, func(bucket *oss.Bucket) error { _, err := bucket.CopyObject("big", "copy"); return err }},
		{"copy onto itself", gib, true, func(bucket *oss.Bucket) error { return bucket.SetObjectMeta("big", oss.Meta("a", "1")) }},
		{"multipart", gib, false, multipart},
		{"multipart copy", gib, true, func(bucket *oss.Bucket) error {
			return bucket.CopyFile("demo", "big", "copy", 64<<20, oss.Routines(4))
		}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			p := launch(b, "--data", b.TempDir(), "--bucket", "demo")
			bucket := p.bucket("demo")
			if tt.prep {
				if err := put(bucket); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(tt.size)
			for b.Loop() {
				if err := tt.do(bucket); err != nil {
					b.Fatal(err)
				}
			}
			resident := p.resident(b)
			b.ReportMetric(float64(resident)/(1<<20), "MiB-resident")
			if resident > maxResident {
				b.Errorf("%d MiB resident, more than %d", resident>>20, maxResident>>20)
			}
		})
	}
}

func readAll(bucket *oss.Bucket, want int64, options ...oss.Option) error {
	body, err := bucket.GetObject("big", options...)
	if err != nil {
		return err
	}
	defer body.Close()
	n, err := io.Copy(io.Discard, body)
	if err == nil && n != want {
		err = fmt.Errorf("%d bytes, want %d", n, want)
	}
	return err
}

func multipart(bucket *oss.Bucket) error {
	const partSize = 64 << 20
	upload, err := bucket.InitiateMultipartUpload("multi")
	if err != nil {
		return err
	}
	parts := make([]oss.UploadPart, gib/partSize)
	errs := make(chan error, len(parts))
	limit := make(chan struct{}, 4)
	for i := range parts {
		go func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			var err error
			parts[i], err = bucket.UploadPart(upload, io.LimitReader(&pattern{at: int64(i) * partSize}, partSize), partSize, i+1)
			errs <- err
		}()
	}
	for range parts {
		if err := <-errs; err != nil {
			return err
		}
	}
	done, err := bucket.CompleteMultipartUpload(upload, parts)
	if err == nil && !strings.HasSuffix(done.ETag, `-16"`) {
		err = fmt.Errorf("ETag %s", done.ETag)
	}
	return err
}
