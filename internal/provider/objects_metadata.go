package provider

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// maxRead is how many objects are looked at one by one: headers and metadata of one can take 8 KB, and all of them are kept
// in the state.
const maxRead = 10_000

// withReadHeaders adds what read_metadata reads of an object.
func withReadHeaders(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	for name, description := range shownHeaders {
		attributes[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description + " Null without `read_metadata`."}
	}
	attributes["metadata"] = schema.MapAttribute{
		Computed: true, ElementType: types.StringType,
		MarkdownDescription: "User metadata, names in lower case without the `x-oss-meta-` prefix. Null without `read_metadata`.",
	}
	return attributes
}

// looked is what HEAD shows of an object of a list.
type looked struct {
	shown ossclient.Object
	err   error
}

// readMetadata looks at each object that was listed. What is gone by then goes from the lists.
func (m *objectsDataModel) readMetadata(ctx context.Context, client *ossclient.Client, diags *diag.Diagnostics) {
	if len(m.Keys) > maxRead {
		diags.AddAttributeError(path.Root("read_metadata"), "Too Many OSS Objects to Read", fmt.Sprintf("%d objects of bucket %q are meant, and at most %d are read. "+
			"Narrow them with prefix or glob, or set limit.", len(m.Keys), m.Bucket.ValueString(), maxRead))
		return
	}
	listed, bucket := m.Objects, m.Bucket.ValueString()
	m.Keys, m.Objects = []string{}, []listedModel{}
	look := func(ctx context.Context, o listedModel) looked {
		shown, err := client.HeadObject(ctx, bucket, o.Key.ValueString())
		return looked{shown, err}
	}
	next := 0
	for one := range ordered(ctx, looksInFlight, slices.Values(listed), look) {
		o := listed[next]
		next++
		switch {
		case ossclient.IsNotFound(one.err), ossclient.HasCode(one.err, "SymlinkTargetNotExist"):
			continue
		case one.err != nil:
			callError(diags, "Unable to List OSS Objects", fmt.Sprintf("look at %q in bucket %q", o.Key.ValueString(), bucket), one.err)
			return
		}
		o.showHeaders(one.shown.HeadersOver(ossclient.Headers{}))
		o.Metadata = stringMap(one.shown.Metadata)
		m.Keys, m.Objects = append(m.Keys, o.Key.ValueString()), append(m.Objects, o)
	}
}
