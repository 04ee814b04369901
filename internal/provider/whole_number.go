package provider

import (
	"context"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// wholeNumber is the type of an argument that is a whole number. The framework's own calls 1.5 an error in the provider,
// to be reported to its developers.
type wholeNumber struct{ basetypes.Int64Type }

// Equal takes the framework's type for the same: the values of both are.
func (wholeNumber) Equal(o attr.Type) bool {
	switch o.(type) {
	case wholeNumber, basetypes.Int64Type:
		return true
	}
	return false
}

// String names the type for messages of the framework.
func (wholeNumber) String() string { return "whole number" }

// ValueFromTerraform keeps a number that does not fit for a message of ours; all others are the framework's values.
func (t wholeNumber) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	number := new(big.Float)
	if in.IsKnown() && !in.IsNull() && in.As(number) == nil {
		if _, accuracy := number.Int64(); accuracy != big.Exact {
			return unfitNumber{number: number}, nil
		}
	}
	return t.Int64Type.ValueFromTerraform(ctx, in)
}

// unfitNumber is a number that is not whole, or too large to be one of 64 bits. It is refused before it is used.
type unfitNumber struct {
	basetypes.Int64Value
	number *big.Float
}

// Type is that of the argument.
func (unfitNumber) Type(context.Context) attr.Type { return wholeNumber{} }

// Equal compares the numbers.
func (n unfitNumber) Equal(o attr.Value) bool {
	other, ok := o.(unfitNumber)
	return ok && n.number.Cmp(other.number) == 0
}

// IsNull says that there is a value.
func (unfitNumber) IsNull() bool { return false }

// ToTerraformValue is the number as it was written.
func (n unfitNumber) ToTerraformValue(context.Context) (tftypes.Value, error) {
	return tftypes.NewValue(tftypes.Number, n.number), nil
}

// String is the number.
func (n unfitNumber) String() string { return n.number.Text('g', -1) }

// ValidateAttribute refuses it.
func (n unfitNumber) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	detail := fmt.Sprintf("%s is a whole number, and %s is not one. floor(...) and ceil(...) make one of it.", req.Path, n)
	if n.number.IsInt() {
		detail = fmt.Sprintf("%s is a whole number of at most 64 bits, and %s is larger. Write a smaller one.", req.Path, n)
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Not a Whole Number", detail)
}
