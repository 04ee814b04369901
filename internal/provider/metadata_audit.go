package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// headsInFlight bounds the parallel requests of an audit. A HEAD takes some ten milliseconds in one region: 32 of them
// walk a million objects in minutes and stay far below the requests that OSS allows an account in a second.
const headsInFlight = 32

// audit holds what a bucket has against a policy. It keeps one page of objects in memory at a time, and beyond that
// only the violations.
type audit struct {
	client       *ossclient.Client
	policy       *policy.Policy
	bucket       string
	prefix, glob string
	keep         int // violations to keep at most

	kept             []objectFinding
	errors, warnings int // all violations, kept or not
	objects          int // that were looked at
}

type objectFinding struct {
	key string
	finding.Finding
}

// run walks the bucket page by page, and returns the first failure of a call as an *ossclient.Error.
func (a *audit) run(ctx context.Context) error {
	listing := ossclient.Listing{Bucket: a.bucket, Prefix: narrowest(a.prefix, a.glob)}
	for page, err := range a.client.Pages(ctx, listing) {
		if err != nil {
			return err
		}
		keys := []string{}
		for _, o := range page.Objects {
			if (a.glob == "" || rules.MatchKey(a.glob, o.Key)) && a.concerns(o.Key) {
				keys = append(keys, o.Key)
			}
		}
		looks, err := a.look(ctx, keys)
		if err != nil {
			return err
		}
		for i, l := range looks {
			a.add(keys[i], l)
		}
		tflog.Info(ctx, "auditing metadata", map[string]any{"bucket": a.bucket, "objects": a.objects, "errors": a.errors, "warnings": a.warnings})
	}
	return nil
}

// look is what the audit saw of one object.
type look struct {
	gone  bool // deleted since it was listed, or a link to nothing: there is no metadata to speak of
	found []policy.Violation
}

// look asks for the metadata of many objects, several at a time, in any order. The first failure ends all.
func (a *audit) look(ctx context.Context, keys []string) ([]look, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	looks := make([]look, len(keys))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(headsInFlight, len(keys)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(keys) {
					return
				}
				o, err := a.client.HeadObject(ctx, a.bucket, keys[i])
				switch {
				case err == nil:
					looks[i].found = a.policy.Check(storedObject(a.bucket, keys[i], o))
				case ossclient.IsNotFound(err), ossclient.HasCode(err, "SymlinkTargetNotExist"):
					looks[i].gone = true
				default:
					cancel(err)
				}
			}
		})
	}
	workers.Wait()
	return looks, context.Cause(ctx)
}

func (a *audit) add(key string, l look) {
	if l.gone {
		return
	}
	a.objects++
	for _, v := range l.found {
		if v.Severity == finding.Error {
			a.errors++
		} else {
			a.warnings++
		}
		if len(a.kept) < a.keep {
			a.kept = append(a.kept, objectFinding{key, v.Finding})
		}
	}
}

// doing says what failed, for the diagnostic.
func (a *audit) doing(err error) string {
	var e *ossclient.Error
	switch {
	case !errors.As(err, &e):
		return fmt.Sprintf("look at the objects of bucket %q", a.bucket)
	case e.Key != "":
		return fmt.Sprintf("look at %q in bucket %q", e.Key, a.bucket)
	}
	return fmt.Sprintf("list the objects of bucket %q", a.bucket)
}

// storedObject is an existing object as a policy looks at it. What HEAD hides counts as not known.
func storedObject(bucket, key string, o ossclient.Object) policy.Object {
	object := policy.Object{Bucket: bucket, Key: key, Headers: map[string]string{}, Metadata: o.Metadata}
	for name, value := range o.Headers.All() {
		switch {
		case o.Hides(name):
			object.UnknownHeaders = append(object.UnknownHeaders, name)
		case *value != "":
			object.Headers[name] = *value
		}
	}
	return object
}

func (a *audit) concerns(key string) bool {
	_, concerned := a.policy.Concerns(a.bucket, key)
	return concerned
}
