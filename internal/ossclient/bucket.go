package ossclient

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

// Versioning is what is known of a bucket's versioning.
type Versioning int

// The states that matter to a writer. Enabled and suspended are one, because forbid-overwrite does nothing in
// either (OSS-033).
const (
	VersioningUnknown Versioning = iota // asking is not allowed
	Unversioned
	Versioned
)

type versioningAnswer struct {
	mu    sync.Mutex
	known bool
	value Versioning
}

// BucketVersioning asks once per bucket whether it is versioned and remembers the answer for the life of the
// client. Where asking is denied the answer is VersioningUnknown without an error.
func (c *Client) BucketVersioning(ctx context.Context, bucket string) (Versioning, error) {
	c.versioningMu.Lock()
	answer := c.versioning[bucket]
	if answer == nil {
		answer = &versioningAnswer{}
		c.versioning[bucket] = answer
	}
	c.versioningMu.Unlock()

	answer.mu.Lock()
	defer answer.mu.Unlock()
	if answer.known {
		return answer.value, nil
	}
	var result struct {
		Status string `xml:"Status"`
	}
	err := c.getXML(ctx, request{op: "GetBucketVersioning", bucket: bucket, params: map[string]any{"versioning": nil}}, &result)
	var e *Error
	switch {
	case errors.As(err, &e) && e.Status == http.StatusForbidden && e.Code == "AccessDenied":
		answer.value = VersioningUnknown
	case err != nil:
		return VersioningUnknown, err
	case result.Status == "":
		answer.value = Unversioned
	default:
		answer.value = Versioned
	}
	answer.known = true
	return answer.value, nil
}
