package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/object"
)

// A content type that was decided once stays, so that a new version of the table copies no object.
func TestDecideContentType(t *testing.T) {
	t.Parallel()
	text := types.StringValue
	for name, tc := range map[string]struct {
		config, key types.String
		before      object.Memory
		want        types.String
		from        string
	}{
		"configured":              {text("a/b"), text("x.css"), object.Memory{}, text("a/b"), typeFromConfig},
		"from the table":          {types.StringNull(), text("x.css"), object.Memory{}, text("text/css"), typeFromTable},
		"decided by an old table": {types.StringNull(), text("x.css"), object.Memory{ContentTypeFrom: typeFromTable, DecidedType: "text/x-old"}, text("text/x-old"), typeFromTable},
		"imported":                {types.StringNull(), text("x.css"), object.Memory{ContentTypeFrom: object.FromImport, DecidedType: "text/x-seen"}, text("text/x-seen"), object.FromImport},
		"no longer configured":    {types.StringNull(), text("x.css"), object.Memory{ContentTypeFrom: typeFromConfig, DecidedType: "a/b"}, text("text/css"), typeFromTable},
		"now configured":          {text("a/b"), text("x.css"), object.Memory{ContentTypeFrom: typeFromTable, DecidedType: "text/css"}, text("a/b"), typeFromConfig},
		"unknown key":             {types.StringNull(), types.StringUnknown(), object.Memory{}, types.StringUnknown(), typeFromTable},
		"unknown configuration":   {types.StringUnknown(), text("x.css"), object.Memory{}, types.StringUnknown(), typeFromConfig},
	} {
		got, from := decideContentType(tc.config, tc.key, tc.before)
		if !got.Equal(tc.want) || from != tc.from {
			t.Errorf("%s: %s from %s, want %s from %s", name, got, from, tc.want, tc.from)
		}
	}
}

func TestSplitObjectID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][2]string{
		"bucket/key":           {"bucket", "key"},
		"oss://bucket/a/b c/d": {"bucket", "a/b c/d"},
		"bucket//two":          {"bucket", "/two"},
		"bucket/oss://x":       {"bucket", "oss://x"},
		"bucket/dir/":          {"bucket", "dir/"},
		"bucket":               {},
		"oss://bucket":         {},
		"/key":                 {},
		"":                     {},
	} {
		bucket, key, err := splitObjectID(id)
		if bucket != want[0] || key != want[1] || (err == nil) != (want[0] != "") {
			t.Errorf("%q: %q, %q, %v; want %q", id, bucket, key, err, want)
		}
	}
}
