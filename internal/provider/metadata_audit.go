package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/policy"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

// headsInFlight bounds the parallel requests of an audit. A HEAD takes some ten milliseconds in one region: 32 of them
// walk a million objects in minutes and stay far below the requests that OSS allows an account in a second.
const headsInFlight = 32

// auditNames is how many objects a line of the report names, and auditLines how many lines it has at most.
const (
	auditNames = 10
	auditLines = 50
)

// audit holds what a bucket has against a policy. It has at most three pages of objects in memory at a time, and beyond
// that only what it counts and the violations that it keeps.
type audit struct {
	client       *ossclient.Client
	policy       *policy.Policy
	bucket       string
	prefix, glob string
	keep         int // violations to keep at most

	tally *policy.Tally
	kept  []objectViolation
}

type objectViolation struct {
	key string
	policy.Violation
}

// auditPage is what the audit sees of one page of a list. Its objects are looked at in any order.
type auditPage struct {
	objects []auditObject
	pending sync.WaitGroup
}

type auditObject struct {
	listed    ossclient.ListedObject
	need      policy.Need
	concerned bool // a rule is held against it
	gone      bool // deleted since it was listed, or a link to nothing: there is no metadata to speak of
	found     []policy.Violation
}

// run walks the bucket, and returns the first failure of a call as an *ossclient.Error. The next page is listed while the
// objects of the one before are looked at; they are counted in the order of the list.
func (a *audit) run(ctx context.Context) error {
	a.tally = a.policy.Tally(auditNames)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(1 + headsInFlight) // the one is the list
	pages := make(chan *auditPage, 1)
	group.Go(func() error {
		defer close(pages)
		return a.list(ctx, group, pages)
	})
	for page := range pages {
		page.pending.Wait()
		for i := range page.objects {
			a.add(&page.objects[i])
		}
		tflog.Info(ctx, "auditing metadata", map[string]any{"bucket": a.bucket, "objects": a.tally.Objects, "errors": a.tally.Errors, "warnings": a.tally.Warnings})
	}
	return group.Wait()
}

// list hands on page after page, and has each object looked at of which more has to be known.
func (a *audit) list(ctx context.Context, group *errgroup.Group, pages chan<- *auditPage) error {
	listing := ossclient.Listing{Bucket: a.bucket, Prefix: narrowest(a.prefix, a.glob)}
	for listed, err := range a.client.Pages(ctx, listing) {
		if err != nil {
			return err
		}
		page := &auditPage{}
		for _, o := range listed.Objects {
			if a.glob == "" || rules.MatchKey(a.glob, o.Key) {
				need, concerned := a.policy.Concerns(a.bucket, o.Key)
				page.objects = append(page.objects, auditObject{listed: o, need: need, concerned: concerned})
			}
		}
		page.pending.Add(len(page.objects))
		select {
		case pages <- page:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		for i := range page.objects {
			o := &page.objects[i]
			if !o.need.Any() { // the list shows all that rules ask for
				o.found = a.policy.Check(a.listedObject(o.listed))
				page.pending.Done()
				continue
			}
			group.Go(func() error {
				defer page.pending.Done()
				return a.look(ctx, o)
			})
		}
	}
	return nil
}

func (a *audit) listedObject(o ossclient.ListedObject) policy.Object {
	return policy.Object{Bucket: a.bucket, Key: o.Key, StorageClass: o.StorageClass, LastModified: o.LastModified}
}

// look asks for what rules want to know of one object: HEAD shows headers and metadata and counts the tags.
func (a *audit) look(ctx context.Context, o *auditObject) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	need, object := o.need, a.listedObject(o.listed)
	var err error
	if need.Headers {
		var shown ossclient.Object
		if shown, err = a.client.HeadObject(ctx, a.bucket, o.listed.Key); err == nil {
			showStored(&object, shown)
			need.Tags = need.Tags && shown.TagCount > 0
		}
	}
	if err == nil {
		err = completePolicyObject(ctx, a.client, need, &object)
	}
	switch {
	case err == nil:
		o.found = a.policy.Check(object)
	case ossclient.IsNotFound(err), ossclient.HasCode(err, "SymlinkTargetNotExist"):
		o.gone = true
	default:
		return err
	}
	return nil
}

func (a *audit) add(o *auditObject) {
	switch {
	case o.gone:
		return
	case !o.concerned:
		a.tally.Excepted(a.bucket, o.listed.Key)
		return
	}
	a.tally.Add(a.bucket, o.listed.Key, o.found)
	for _, v := range o.found {
		if len(a.kept) < a.keep {
			a.kept = append(a.kept, objectViolation{o.listed.Key, v})
		}
	}
}

// report says in words what is broken, by how many objects and by which, a line for each way of breaking a rule.
func (a *audit) report() string {
	lines, told := []string{}, 0
	for _, g := range a.tally.Groups() {
		if len(lines) == auditLines {
			break
		}
		lines = append(lines, g.Severity.String()+": "+g.Summed().Detail)
		told += g.Objects
	}
	all := a.tally.Errors + a.tally.Warnings
	if more := all - told; more > 0 {
		lines = append(lines, fmt.Sprintf("And %d more violations of other kinds.", more))
	}
	if more := all - len(a.kept); more > 0 {
		lines = append(lines, fmt.Sprintf("The list of violations has the first %d, and %d more are only counted (limit = %d).", len(a.kept), more, a.keep))
	}
	return strings.Join(lines, "\n")
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

// showStored adds what HEAD shows to an object as a policy looks at it. What HEAD hides counts as not known.
func showStored(object *policy.Object, o ossclient.Object) {
	object.Headers, object.Metadata = map[string]string{}, o.Metadata
	for name, value := range o.Headers.All() {
		switch {
		case o.Hides(name):
			object.UnknownHeaders = append(object.UnknownHeaders, name)
		case *value != "":
			object.Headers[name] = *value
		}
	}
}
