package ossclient

import (
	"errors"
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
