package ossclient

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossserver"
)

// An Initiate whose answer is lost, or that fails in the middle, is repeated, and what it may have begun is named: whether
// the upload comes to an end after all or not, also when an abort fails, and also when nobody may list uploads.
func TestStrayUploadsAreNamed(t *testing.T) {
	t.Parallel()
	lost, failed := ossserver.Fault{Cut: ossserver.CutAfter}, ossserver.Fault{Status: 403, Code: "AccessDenied"}
	for name, tc := range map[string]struct {
		faults         map[string]ossserver.Fault
		times          int32 // of an Initiate; all others fail for ever
		left           int
		passes, listed bool
	}{
		"one answer lost":     {map[string]ossserver.Fault{"InitiateMultipartUpload": lost}, 1, 1, true, true},
		"one answer cut":      {map[string]ossserver.Fault{"InitiateMultipartUpload": {Cut: ossserver.CutInside}}, 1, 1, true, true},
		"all answers lost":    {map[string]ossserver.Fault{"InitiateMultipartUpload": lost}, 100, 4, false, true},
		"lists are denied":    {map[string]ossserver.Fault{"InitiateMultipartUpload": lost, "ListMultipartUploads": failed}, 1, 1, true, false},
		"aborts are denied":   {map[string]ossserver.Fault{"UploadPart": failed, "AbortMultipartUpload": failed}, 0, 1, false, true},
		"nothing was begun":   {map[string]ossserver.Fault{"InitiateMultipartUpload": {Cut: ossserver.CutBefore}}, 1, 0, true, true},
		"nothing goes wrong":  {nil, 0, 0, true, true},
		"refused, none begun": {map[string]ossserver.Fault{"InitiateMultipartUpload": failed}, 100, 0, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen atomic.Int32
			server := &ossserver.Server{Fault: func(c ossserver.Call) *ossserver.Fault {
				fault, ok := tc.faults[c.Operation]
				if !ok || c.Operation == "InitiateMultipartUpload" && seen.Add(1) > tc.times {
					return nil
				}
				return &fault
			}}
			c := newLocal(t, server)
			_, body := randomFile(t, 3*smallPart)
			var named []string
			var listErr error
			_, err := c.PutObject(t.Context(), Write{Bucket: "bucket", Key: "k", Body: body, Strays: func(uploads []Upload, err error) {
				for _, u := range uploads {
					named = append(named, u.ID)
				}
				listErr = errors.Join(listErr, err)
			}})
			if passes := err == nil; passes != tc.passes {
				t.Errorf("got %v", err)
			}
			var left []string
			if tc.listed {
				uploads, err := c.UnfinishedUploads(t.Context(), "bucket", "k")
				if err != nil {
					t.Fatal(err)
				}
				for _, u := range uploads {
					left = append(left, u.ID)
				}
				if len(left) != tc.left {
					t.Errorf("%d are left, want %d", len(left), tc.left)
				}
			}
			slices.Sort(named)
			slices.Sort(left)
			if !slices.Equal(named, left) || tc.listed != (listErr == nil) {
				t.Errorf("left %v, named %v, %v", left, named, listErr)
			}
		})
	}
}

// A fault strikes at each request of an upload by parts, in each way. After it the same upload, once more, leaves the object,
// and every upload that is left unfinished was named by one of the two.
func TestFaultAtEveryRequestOfLargeUpload(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]ossserver.Fault{
		"500": {Status: 500, Code: "InternalError"}, "403": {Status: 403, Code: "AccessDenied"},
		"cut before": {Cut: ossserver.CutBefore}, "cut after": {Cut: ossserver.CutAfter}, "cut inside": {Cut: ossserver.CutInside},
		"damaged": {Damage: ossserver.DamageStored},
	} {
		for _, rest := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, from then on %v", name, rest), func(t *testing.T) {
				t.Parallel()
				if rest && testing.Short() {
					t.Skip("the same goroutines share the same as where one request is struck")
				}
				var left atomic.Int32
				var struck atomic.Bool
				server := &ossserver.Server{Fault: func(ossserver.Call) *ossserver.Fault {
					now := left.Add(-1)
					if now > 0 || now < -1<<19 || now < 0 && !rest {
						return nil
					}
					struck.Store(true)
					return &fault
				}}
				c := newLocal(t, server)
				c.maxRetries = 1
				_, body := randomFile(t, 3*smallPart)
				for n := int32(1); ; n++ {
					key := fmt.Sprintf("k-%d", n)
					named := map[string]bool{}
					name := func(uploads []Upload) {
						for _, u := range uploads {
							named[u.ID] = true
						}
					}
					write := Write{Bucket: "bucket", Key: key, Body: body, ForbidOverwrite: true, Leftovers: name, Strays: func(u []Upload, _ error) { name(u) }}
					struck.Store(false)
					left.Store(n)
					_, err := c.PutObject(t.Context(), write)
					left.Store(-1 << 20)
					if !struck.Load() {
						if err != nil || n == 1 {
							t.Errorf("request %d: nothing was struck; %v", n, err)
						}
						return
					}
					if n > 20 {
						t.Fatal("the walk does not end")
					}
					if err != nil {
						write.ForbidOverwrite = false
						if _, err := c.PutObject(t.Context(), write); err != nil {
							t.Errorf("request %d: not healed: %v", n, err)
						}
					}
					expectStored(t, server, "bucket", key, body)
					uploads, err := c.UnfinishedUploads(t.Context(), "bucket", key)
					if err != nil {
						t.Fatal(err)
					}
					for _, u := range uploads {
						if !named[u.ID] {
							t.Errorf("request %d: upload %s is left and not named", n, u.ID)
						}
					}
				}
			})
		}
	}
}
