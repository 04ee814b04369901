package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newContentDispositionFunction() function.Function { return contentDispositionFunction{} }

type contentDispositionFunction struct{}

// Metadata names the function.
func (contentDispositionFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "content_disposition"
}

// Definition describes the function.
func (contentDispositionFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Content-Disposition with a file name in any language",
		MarkdownDescription: "Returns the value of `Content-Disposition` under which every browser saves or shows an object by the given name (RFC 6266 and RFC 8187). " +
			"A name beyond ASCII, or with quotes, percent signs or question marks, goes into `filename*`, percent-encoded, and `filename` keeps a spelling for clients that know only that. " +
			"Use it for `content_disposition` of `oss_object` and for `response_content_disposition` of `oss_presigned_url`. " +
			"Terraform's own `urlencode` does not do: it writes `+` for a space, which browsers show as it is.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "type", MarkdownDescription: "`attachment` to have the object saved, `inline` to have it shown and, if it is saved then, saved by that name."},
			function.StringParameter{Name: "filename", MarkdownDescription: "Name of the file, without a path."},
		},
		Return: function.StringReturn{},
	}
}

// Run writes the value. Its error is at the first argument that is wrong.
func (contentDispositionFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var kind, filename string
	if resp.Error = req.Arguments.Get(ctx, &kind, &filename); resp.Error != nil {
		return
	}
	for i, found := range [][]finding.Finding{rules.CheckDispositionType(kind), rules.CheckFilename(filename)} {
		var faults []string
		for _, v := range found {
			faults = append(faults, v.Detail)
		}
		if resp.Error = argumentError(int64(i), faults...); resp.Error != nil {
			return
		}
	}
	resp.Error = resp.Result.Set(ctx, rules.ContentDisposition(kind, filename))
}
