package provider

import (
	"context"
	"iter"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// looksInFlight bounds the parallel requests of a list, which Terraform reads one result after the other.
const looksInFlight = 16

// ordered does the work for each of what comes, up to a number of them at a time, and yields the outcomes in the order in
// which it came. When the loop leaves, the context of the work under way is cancelled, and ordered waits for its end.
func ordered[T, R any](ctx context.Context, parallel int, in iter.Seq[T], work func(context.Context, T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		var ahead []chan R
		next := func() bool {
			outcome := ahead[0]
			ahead = ahead[1:]
			return yield(<-outcome)
		}
		for item := range in {
			outcome := make(chan R, 1)
			running.Go(func() { outcome <- work(ctx, item) })
			if ahead = append(ahead, outcome); len(ahead) == parallel && !next() {
				return
			}
		}
		for len(ahead) > 0 && next() {
		}
	}
}

// words is a result that names nothing: an error, with which a list ends, or a warning.
func words(diags diag.Diagnostics) list.ListResult { return list.ListResult{Diagnostics: diags} }

// nothing reports whether there is nothing to say: what was listed is gone.
func nothing(r list.ListResult) bool { return r.Identity == nil && len(r.Diagnostics) == 0 }

// streamed are the results that Terraform is to see, as many as it wants, up to and with an error. What is not a warning
// alone counts; 0 is no limit.
func streamed(results iter.Seq[list.ListResult], limit int64) iter.Seq[list.ListResult] {
	return func(push func(list.ListResult) bool) {
		named := int64(0)
		for result := range results {
			if nothing(result) {
				continue
			}
			if result.Identity != nil {
				named++
			}
			if !push(result) || result.Diagnostics.HasError() || limit > 0 && named == limit {
				return
			}
		}
	}
}

// blankResource is a resource of which nothing is known: its attributes are null, and it has no blocks.
func blankResource(ctx context.Context, req list.ListRequest) tftypes.Value {
	kind := req.ResourceSchema.Type().TerraformType(ctx).(tftypes.Object)
	blocks, values := req.ResourceSchema.GetBlocks(), map[string]tftypes.Value{}
	for name, of := range kind.AttributeTypes {
		var value any
		if _, several := of.(tftypes.List); several && blocks[name] != nil {
			value = []tftypes.Value{} // a list of blocks is never null
		}
		values[name] = tftypes.NewValue(of, value)
	}
	return tftypes.NewValue(kind, values)
}
