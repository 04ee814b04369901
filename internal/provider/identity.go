package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// identityPart is an attribute of an identity by which something is imported.
type identityPart struct {
	name  string
	value types.String
}

// requireIdentity refuses an identity that names nothing, or not yet.
func requireIdentity(diags *diag.Diagnostics, parts ...identityPart) {
	for _, part := range parts {
		switch {
		case part.value.IsUnknown():
			diags.AddError("Identity Not Known Yet", part.name+" of the identity is only known after apply, and an import is looked up while Terraform plans. "+
				"Apply what it depends on first (terraform apply -target=...), or write the value.")
		case part.value.IsNull():
			diags.AddError("Missing Identity Attribute", part.name+" is not in the identity of the import, or is null. Write "+part.name+" = \"...\" into the identity block.")
		}
	}
}
