package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// A content type that was decided once stays, so that a new version of the table copies no object.
func TestDecideContentType(t *testing.T) {
	t.Parallel()
	text := types.StringValue
	for name, tc := range map[string]struct {
		config, key types.String
		before      remembered
		want        types.String
		from        string
	}{
		"configured":              {text("a/b"), text("x.css"), remembered{}, text("a/b"), typeFromConfig},
		"from the table":          {types.StringNull(), text("x.css"), remembered{}, text("text/css"), typeFromTable},
		"decided by an old table": {types.StringNull(), text("x.css"), remembered{ContentTypeFrom: typeFromTable, ContentType: "text/x-old"}, text("text/x-old"), typeFromTable},
		"imported":                {types.StringNull(), text("x.css"), remembered{ContentTypeFrom: typeFromImport, ContentType: "text/x-seen"}, text("text/x-seen"), typeFromImport},
		"no longer configured":    {types.StringNull(), text("x.css"), remembered{ContentTypeFrom: typeFromConfig, ContentType: "a/b"}, text("text/css"), typeFromTable},
		"now configured":          {text("a/b"), text("x.css"), remembered{ContentTypeFrom: typeFromTable, ContentType: "text/css"}, text("a/b"), typeFromConfig},
		"unknown key":             {types.StringNull(), types.StringUnknown(), remembered{}, types.StringUnknown(), typeFromTable},
		"unknown configuration":   {types.StringUnknown(), text("x.css"), remembered{}, types.StringUnknown(), typeFromConfig},
	} {
		got, from := decideContentType(tc.config, tc.key, tc.before)
		if !got.Equal(tc.want) || from != tc.from {
			t.Errorf("%s: %s from %s, want %s from %s", name, got, from, tc.want, tc.from)
		}
	}
}

// OSS may leave the CRC out: with the same ETag the known one still holds, with another the plan has to upload.
func TestRefreshWithoutCRC(t *testing.T) {
	t.Parallel()
	m := objectModel{ETag: types.StringValue("E1"), CRC64: types.StringValue("42")}
	m.refresh(ossclient.Object{ETag: "E1"}, remembered{ContentTypeFrom: typeFromConfig})
	if m.CRC64.ValueString() != "42" {
		t.Errorf("same ETag: CRC %s", m.CRC64)
	}
	m.refresh(ossclient.Object{ETag: "E2"}, remembered{ContentTypeFrom: typeFromConfig})
	if !m.CRC64.IsNull() {
		t.Errorf("another ETag: CRC %s, want null", m.CRC64)
	}
	plan := m
	plan.Content = types.StringValue("x")
	body := plan.planBody(t.Context(), nil, nil)
	plan.planUpdate(plan, m, remembered{}, body)
	if !plan.ETag.IsUnknown() || plan.CRC64.ValueString() != body.body.Digest() {
		t.Errorf("no upload is planned: %+v", plan)
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
