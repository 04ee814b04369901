package provider

import (
	"context"
	"fmt"
	"time"

	datasourcetimeouts "github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	resourcetimeouts "github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// How long an operation may take with all its retries, unless the timeouts block says otherwise.
const (
	writeTimeout = 20 * time.Minute // of bodies
	readTimeout  = 5 * time.Minute  // of what one request or a few do
	walkTimeout  = 20 * time.Minute // through a bucket
	filesTimeout = time.Hour        // of the bodies of many objects
)

// timeout is what a timeouts block says about one operation, such as its method Create.
type timeout func(ctx context.Context, otherwise time.Duration) (time.Duration, diag.Diagnostics)

// noTimeouts is for what has no such block.
func noTimeouts(_ context.Context, otherwise time.Duration) (time.Duration, diag.Diagnostics) {
	return otherwise, nil
}

// start lets the time run.
func (t timeout) start(ctx context.Context, otherwise time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	limit, d := t(ctx, otherwise)
	diags.Append(d...)
	return context.WithTimeout(ctx, limit)
}

// objectTimeouts is the timeouts block of oss_object.
func objectTimeouts(ctx context.Context) resourceschema.Block {
	return resourceTimeouts(ctx, "whole creation", "`30m`", "20 minutes", "5 minutes")
}

// directoryTimeouts is the timeouts block of oss_directory.
func directoryTimeouts(ctx context.Context) resourceschema.Block {
	return resourceTimeouts(ctx, "whole creation", "`3h`", "an hour", "20 minutes")
}

// corsTimeouts is the timeouts block of oss_bucket_cors.
func corsTimeouts(ctx context.Context) resourceschema.Block {
	return resourceTimeouts(ctx, "creation", "`2m`", "5 minutes", "5 minutes")
}

// resourceTimeouts describes how long a creation, with an example, and a change may take, which write, and a refresh and a
// deletion, which do not.
func resourceTimeouts(ctx context.Context, creation, example, write, other string) resourceschema.Block {
	return limitTimes(resourcetimeouts.Block(ctx, resourcetimeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "Time for the " + creation + " with its retries, such as " + example + "; " + write + " unless set.",
		ReadDescription:   "Time for a refresh; " + other + " unless set.",
		UpdateDescription: "Time for a change; " + write + " unless set.",
		DeleteDescription: "Time for the deletion; " + other + " unless set.",
	}))
}

// readTimeouts is the timeouts block of a data source.
func readTimeouts(ctx context.Context) datasourceschema.Block {
	return limitReadTimes(datasourcetimeouts.BlockWithOpts(ctx, datasourcetimeouts.Opts{
		ReadDescription: "Time for the request with its retries, such as `30s`; 5 minutes unless set.",
	}))
}

// walkTimeouts is the timeouts block of what walks through a bucket.
func walkTimeouts(ctx context.Context) datasourceschema.Block {
	return limitReadTimes(datasourcetimeouts.BlockWithOpts(ctx, datasourcetimeouts.Opts{
		ReadDescription: fmt.Sprintf("Time for the whole walk with its retries, such as `1h`; %d minutes unless set.", int(walkTimeout.Minutes())),
	}))
}

const timeoutsDescription = "How long operations may take with all their retries, as durations such as `90s` or `1h30m`. When the time is over, the operation ends with an error, " +
	"and the next plan shows what it did."

// limitTimes completes the block that the library makes: with a description, and with checks that refuse a time after which
// every operation has failed before it begins.
func limitTimes(block resourceschema.Block) resourceschema.Block {
	single, ok := block.(resourceschema.SingleNestedBlock)
	if !ok {
		return block
	}
	single.MarkdownDescription = timeoutsDescription
	for name, attribute := range single.Attributes {
		if text, ok := attribute.(resourceschema.StringAttribute); ok {
			text.Validators = unlessEmpty(timeLimit())
			single.Attributes[name] = text
		}
	}
	return single
}

// limitReadTimes is limitTimes for a data source.
func limitReadTimes(block datasourceschema.Block) datasourceschema.Block {
	single, ok := block.(datasourceschema.SingleNestedBlock)
	if !ok {
		return block
	}
	single.MarkdownDescription = timeoutsDescription
	for name, attribute := range single.Attributes {
		if text, ok := attribute.(datasourceschema.StringAttribute); ok {
			text.Validators = unlessEmpty(timeLimit())
			single.Attributes[name] = text
		}
	}
	return single
}

// timeLimit checks a duration.
func timeLimit() validator.String {
	return stringCheck{check: func(req validator.StringRequest, diags *diag.Diagnostics) {
		switch limit, err := time.ParseDuration(req.ConfigValue.ValueString()); {
		case err != nil:
			diags.AddAttributeError(req.Path, "Invalid Time Limit", quoted(req.ConfigValue.ValueString())+" is not a duration. Write a number with its unit, such as \"90s\", \"20m\" or \"1h30m\".")
		case limit <= 0:
			diags.AddAttributeError(req.Path, "Invalid Time Limit", quoted(req.ConfigValue.ValueString())+" leaves no time at all. Write a longer one, or leave it out for the usual time.")
		}
	}}
}
