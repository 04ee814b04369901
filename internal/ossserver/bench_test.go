package ossserver

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkList asks for pages of 100 keys out of buckets of different sizes: what lies outside the page must not
// cost anything that shows.
func BenchmarkList(b *testing.B) {
	for _, size := range []int{1_000, 10_000, 40_000} {
		s := &Server{DiscardRecords: true}
		if err := s.CreateBucket(testBucket); err != nil {
			b.Fatal(err)
		}
		fill(b, s, size)
		for _, tt := range []struct{ name, query string }{
			{"first page", "max-keys=100"},
			{"middle page", fmt.Sprintf("max-keys=100&marker=dir-%02d", 50)},
			{"folders", "max-keys=100&delimiter=%2F"},
			{"versions", fmt.Sprintf("versions&max-keys=100&key-marker=dir-%02d", 50)},
		} {
			b.Run(fmt.Sprintf("%s of %d", tt.name, size), func(b *testing.B) {
				for b.Loop() {
					r := httptest.NewRequest("GET", "http://127.0.0.1/"+testBucket+"/?"+tt.query, nil)
					call{id: "local-id", secret: "local-secret", bucket: testBucket}.sign(r)
					w := httptest.NewRecorder()
					s.ServeHTTP(w, r)
					if w.Code != 200 || strings.Count(w.Body.String(), "<Prefix>") < 1 {
						b.Fatal(w.Body)
					}
				}
			})
		}
		s.Close()
	}
}

// fill puts n empty objects into a hundred folders, past HTTP.
func fill(b *testing.B, s *Server, n int) {
	b.Helper()
	bucket, err := s.store.bucket(testBucket)
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		key := fmt.Sprintf("dir-%02d/object-%06d", i%100, i)
		_, err := bucket.put(key, func(*version) (*version, *staged, error) {
			return &version{Type: typeNormal, attributes: attributes{ACL: aclDefault, StorageClass: classStandard}}, nil, nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutSmall(b *testing.B) {
	for _, durable := range []bool{false, true} {
		b.Run(fmt.Sprintf("durable %t", durable), func(b *testing.B) {
			s := &Server{DiscardRecords: true}
			if durable {
				s.Data = b.TempDir()
			}
			defer s.Close()
			if err := s.CreateBucket(testBucket); err != nil {
				b.Fatal(err)
			}
			i := 0
			for b.Loop() {
				i++
				key := fmt.Sprint("k", i)
				r := httptest.NewRequest("PUT", "http://127.0.0.1"+at(key), strings.NewReader("hello"))
				call{id: "local-id", secret: "local-secret", bucket: testBucket, key: key}.sign(r)
				w := httptest.NewRecorder()
				if s.ServeHTTP(w, r); w.Code != 200 {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
