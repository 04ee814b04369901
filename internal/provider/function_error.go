package provider

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

// argumentError is the error of a function at one of its arguments, counted from 0; nil without a fault. Each fault is
// a sentence. Terraform ends the text with a full stop of its own, so the last one goes.
func argumentError(position int64, faults ...string) *function.FuncError {
	if len(faults) == 0 {
		return nil
	}
	return function.NewArgumentFuncError(position, strings.TrimSuffix(strings.Join(faults, "\n"), "."))
}
