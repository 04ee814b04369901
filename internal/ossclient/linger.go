package ossclient

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// lingerTime is how long a write that is on its way may go on when the run is interrupted.
const lingerTime = 3 * time.Second

// lingering is the context of one request. A write that is cut off may be carried out all the same, even after a look has
// found nothing, and then the state knows nothing of it. So one that is on its way gets a moment to end when the run is
// interrupted. A time that is over, reads, and parts of uploads, which are aborted together, get none. The function that it
// returns has to be called when the request is over.
func lingering(ctx context.Context, r request) (context.Context, func()) {
	reads := r.method == http.MethodGet || r.method == http.MethodHead
	if reads || r.op == "UploadPart" || r.op == "UploadPartCopy" || ctx.Err() != nil {
		return ctx, func() {}
	}
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			cancel()
			return
		}
		timer := time.AfterFunc(lingerTime, cancel)
		context.AfterFunc(longer, func() { timer.Stop() })
	})
	return longer, func() {
		stop()
		cancel()
	}
}
