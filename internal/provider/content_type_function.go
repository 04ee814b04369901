package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/finding"
	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rules"
)

func newContentTypeFunction() function.Function { return contentTypeFunction{} }

type contentTypeFunction struct{}

// Metadata names the function.
func (contentTypeFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "content_type"
}

// Definition describes the function.
func (contentTypeFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Content type for an object key",
		MarkdownDescription: "Returns the content type that `oss_object` gives an object whose `content_type` is not set: the one that the extension of the key " +
			"stands for in a fixed table, the same on every machine, and `application/octet-stream` where the table has none. It never has a charset.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "key", MarkdownDescription: "Key of the object, or a file name. Only its extension counts, in any case of letters."},
		},
		Return: function.StringReturn{},
	}
}

// Run looks the extension up. Its error, for what cannot be a key, is at the argument.
func (contentTypeFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var key string
	if resp.Error = req.Arguments.Get(ctx, &key); resp.Error != nil {
		return
	}
	var faults []string
	for _, v := range rules.CheckKey(key) {
		if v.Severity == finding.Error {
			faults = append(faults, v.Detail)
		}
	}
	if resp.Error = argumentError(0, faults...); resp.Error == nil {
		resp.Error = resp.Result.Set(ctx, rules.ContentType(key))
	}
}
