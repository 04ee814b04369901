package provider

import (
	"context"
	"log/slog"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// newLogger hands the client's log records to Terraform's log, which decides by level and format.
func newLogger() *slog.Logger { return slog.New(terraformLog{}) }

type terraformLog struct{ attrs []slog.Attr }

// Enabled leaves the choice to Terraform.
func (terraformLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes one record.
func (l terraformLog) Handle(ctx context.Context, r slog.Record) error {
	fields := map[string]any{}
	add := func(a slog.Attr) bool {
		fields[a.Key] = a.Value.Any()
		return true
	}
	for _, a := range l.attrs {
		add(a)
	}
	r.Attrs(add)
	switch {
	case r.Level >= slog.LevelError:
		tflog.Error(ctx, r.Message, fields)
	case r.Level >= slog.LevelWarn:
		tflog.Warn(ctx, r.Message, fields)
	case r.Level >= slog.LevelInfo:
		tflog.Info(ctx, r.Message, fields)
	default:
		tflog.Debug(ctx, r.Message, fields)
	}
	return nil
}

// WithAttrs keeps attributes for later records.
func (l terraformLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return terraformLog{attrs: append(append([]slog.Attr{}, l.attrs...), attrs...)}
}

// WithGroup ignores groups: the client uses none, and the log is flat.
func (l terraformLog) WithGroup(string) slog.Handler { return l }
