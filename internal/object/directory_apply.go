package object

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Deployer carries the plan of a directory out: first everything but what comes last, then that, then the deletions. At
// every moment of it what a page refers to is stored, as far as it was before, or is in the folder.
type Deployer struct {
	Client   *ossclient.Client
	Parallel int // requests at once
	// Listed says that what is below the prefix was listed in this run, so that nothing has to be asked before an object
	// is created.
	Listed bool
	// Settle is how long to wait after the last write. OSS shows times in whole seconds: what somebody writes after that
	// has another one, and shows in a list.
	Settle time.Duration
	// Progress is told from time to time how much is done; nil is nobody.
	Progress func(Progress)
}

// Progress is how far a plan is carried out.
type Progress struct {
	Done, Of int   // objects
	Bytes    int64 // that were sent
}

// Failure is what went wrong with one object.
type Failure struct {
	Name string
	Err  error
}

// Result is what became of a plan.
type Result struct {
	// Inventory is what is stored, as far as the directory has it.
	Inventory Inventory
	// Changed are the names of what was written or deleted, sorted.
	Changed []string
	// Failures are in the order of the names.
	Failures []Failure
	// Left is how many objects were not begun with, because something had failed before.
	Left int
	Uploads
}

// Apply carries a plan out. An object that fails lets the others of its stage finish; no later stage begins then.
func (d Deployer) Apply(ctx context.Context, p Plan) Result {
	r := deployment{Deployer: d, plan: p}
	r.Inventory = make(Inventory, len(p.Steps))
	gone := map[string]bool{}
	for _, name := range p.Released {
		gone[name] = true
	}
	for name, entry := range p.have {
		if !gone[name] && (!entry.Found || slices.Contains(p.Strangers, name)) {
			r.Inventory[name] = entry
		}
	}
	stages := [2][]Step{}
	for _, s := range p.Steps {
		switch {
		case s.Idle():
			r.Inventory[s.Name] = s.adopted()
		case s.Last:
			stages[1] = append(stages[1], s)
		default:
			stages[0] = append(stages[0], s)
		}
	}
	r.progress.Of = len(stages[0]) + len(stages[1]) + len(p.Deletions)
	for _, stage := range stages {
		r.write(ctx, stage)
	}
	r.remove(ctx, p.Deletions)
	r.settle(ctx)
	slices.Sort(r.Changed)
	slices.SortFunc(r.Failures, func(a, b Failure) int { return strings.Compare(a.Name, b.Name) })
	return r.Result
}

// deployment is a plan on its way.
type deployment struct {
	Deployer
	Result
	plan Plan

	mu       sync.Mutex
	progress Progress
	told     time.Time
	written  []*Entry
	last     time.Time // when the last write was answered, by the clock of this machine
}

// toldEvery is how often Progress is called.
const toldEvery = 5 * time.Second

// done counts an object.
func (d *deployment) done(objects int, bytes int64) {
	d.progress.Done += objects
	d.progress.Bytes += bytes
	if d.Progress != nil && (time.Since(d.told) >= toldEvery || d.progress.Done == d.progress.Of) {
		d.told = time.Now()
		d.Progress(d.progress)
	}
}

// write carries out the steps of one stage.
func (d *deployment) write(ctx context.Context, stage []Step) {
	if len(d.Failures) > 0 {
		d.Left += len(stage)
		return
	}
	var group errgroup.Group
	group.SetLimit(max(d.Parallel, 1))
	for _, step := range stage {
		group.Go(func() error {
			entry, bytes, wrote, err := d.one(ctx, step)
			d.mu.Lock()
			defer d.mu.Unlock()
			if err != nil {
				d.Failures = append(d.Failures, Failure{step.Name, err})
			}
			if entry != nil {
				d.Inventory[step.Name] = entry
			}
			if wrote {
				d.Changed = append(d.Changed, step.Name)
				d.written = append(d.written, entry)
				d.last = time.Now()
			}
			d.done(1, bytes)
			return nil
		})
	}
	_ = group.Wait() // failures are gathered
}

// one carries out a step. It gives what is stored then, or nil when it is what was there before, and whether it was
// written, with how many bytes.
func (d *deployment) one(ctx context.Context, s Step) (entry *Entry, bytes int64, wrote bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, false, err
	}
	start := time.Now()
	var have *State
	if s.Have != nil {
		state := s.Have.State
		if state.Tags == nil && !s.Change.SetTags && s.Want.Manages(Tags) {
			state.Tags = s.Want.Tags
		}
		state.Written = s.Have.Modified
		have = &state
	}
	// What is listed and owned needs no look before it is written: the floor of a directory is one request for each object.
	writer := Writer{Client: d.Client, Unguarded: d.Listed || !s.Change.Create}
	outcome, err := writer.Apply(ctx, s.Want, have, s.Change)
	d.met(outcome.Uploads)
	if errors.Is(err, ErrExists) {
		entry, err := d.found(ctx, s, err)
		return entry, 0, false, err
	}
	if !outcome.Stored {
		return nil, 0, false, err
	}
	if outcome.Uploaded {
		bytes = s.Want.Body.Size
	}
	return s.stored(outcome, time.Since(start)), bytes, !outcome.Found, err
}

// met gathers the unfinished uploads of all steps.
func (d *deployment) met(u Uploads) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.Leftovers, d.Strays = append(d.Leftovers, u.Leftovers...), append(d.Strays, u.Strays...)
	d.StraysUnknown = errors.Join(d.StraysUnknown, u.StraysUnknown)
}

// found adopts an object that was in the way of a creation, if it is as it shall be: a run that was killed may have left
// it. otherwise is the error if it is not.
func (d *deployment) found(ctx context.Context, s Step, otherwise error) (*Entry, error) {
	look := Look{Client: d.Client, Parallel: 1, Directory: d.plan.Directory}
	entry := &Entry{Asked: s.asked, Found: true, Unsure: true}
	there, err := look.askFor(ctx, s.Name, entry, true)
	switch {
	case err != nil:
		return nil, err
	case !there:
		return nil, otherwise
	}
	if s = d.plan.Directory.own(s.file, entry); !s.Idle() {
		return nil, otherwise
	}
	return s.adopted(), nil
}

// stored is the entry after a step.
func (s Step) stored(o Outcome, took time.Duration) *Entry {
	e := &Entry{State: o.State, Asked: s.asked}
	if o.OtherETag != "" {
		e.ETag = o.OtherETag
	}
	e.Modified, e.Slack = o.State.Written, took.Truncate(time.Second)+time.Second
	if !s.Change.Write && !s.Change.Reset {
		e.Modified, e.Slack, e.Unsure = s.Have.Modified, s.Have.Slack, s.Have.Unsure
	}
	if e.Seen == nil {
		e.Seen = &Seen{Storage: s.Want.Storage}
	}
	s.settled(e)
	return e
}

// adopted is the entry of an object with which nothing has to be done.
func (s Step) adopted() *Entry {
	e := *s.Have
	e.Asked = s.asked
	s.settled(&e)
	return &e
}

// settled notes what the object is from now on, and nothing that an entry does not need.
func (s Step) settled(e *Entry) {
	e.Foreign, e.Found, e.Bare = false, false, false
	if !slices.Contains(e.Asked, ACL) {
		e.ACL = ""
	}
	if !slices.Contains(e.Asked, Tags) {
		e.Tags = nil
	}
	e.Storage = ossclient.Storage{}
	e.VersionID, e.CallbackResponse, e.BodyManaged = "", "", false
	e.Memory = Memory{Seen: e.Seen, DecidedType: s.decidedType}
}

// remove deletes objects, a thousand with each request. OSS goes through the names of a request in an order of its own, so
// that pages are sure to go before what they refer to only where more than one request is needed; there one follows the
// other.
func (d *deployment) remove(ctx context.Context, names []string) {
	if len(d.Failures) > 0 {
		d.Left += len(names)
		return
	}
	for batch := range slices.Chunk(names, ossclient.MaxDelete) {
		if len(d.Failures) > 0 {
			d.Left += len(batch)
			continue
		}
		keys := make([]string, len(batch))
		for i, name := range batch {
			keys[i] = d.plan.Directory.Prefix + name
		}
		deleted, err := d.Client.DeleteObjects(ctx, d.plan.Directory.Bucket, keys)
		left := map[string]bool{}
		for _, name := range batch {
			left[name] = true
		}
		for _, key := range deleted {
			name := key[len(d.plan.Directory.Prefix):]
			delete(left, name)
			delete(d.Inventory, name)
			d.Changed = append(d.Changed, name)
		}
		if err != nil {
			for _, name := range slices.Sorted(maps.Keys(left)) {
				d.Failures = append(d.Failures, Failure{name, err})
			}
		}
		d.done(len(deleted), 0)
	}
}

// settle waits until OSS's clock has left the second of the last write. If that is not to be, each object that was
// written is asked for once more by the next refresh.
func (d *deployment) settle(ctx context.Context) {
	wait := d.Settle - time.Since(d.last)
	if len(d.written) == 0 || wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		for _, entry := range d.written {
			entry.Unsure = true
		}
	}
}

// Causes puts failures with the same cause together, the most common first. cause says what it is.
func Causes(failures []Failure, cause func(error) string) [][]Failure {
	groups := map[string][]Failure{}
	for _, f := range failures {
		groups[cause(f.Err)] = append(groups[cause(f.Err)], f)
	}
	sorted := slices.Collect(maps.Values(groups))
	slices.SortFunc(sorted, func(a, b []Failure) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a[0].Name, b[0].Name)
	})
	return sorted
}
