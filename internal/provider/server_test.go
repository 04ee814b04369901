package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// A null argument of a function reaches it whether it comes as Terraform sends it or, as from OpenTofu, as nothing at all.
func TestFunctionWithANullArgument(t *testing.T) {
	t.Parallel()
	server, err := factories()["oss"]()
	if err != nil {
		t.Fatal(err)
	}
	argument := func(kind tftypes.Type, value any) *tfprotov6.DynamicValue {
		encoded, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, value))
		if err != nil {
			t.Fatal(err)
		}
		return &encoded
	}
	names := tftypes.List{ElementType: tftypes.String}
	rules := argument(tftypes.DynamicPseudoType, nil)
	empty, err := tfprotov6.NewDynamicValue(tftypes.DynamicPseudoType, tftypes.NewValue(tftypes.Tuple{ElementTypes: []tftypes.Type{}}, []tftypes.Value{}))
	if err != nil {
		t.Fatal(err)
	}
	call := func(rules, headers *tfprotov6.DynamicValue) *tfprotov6.CallFunctionResponse {
		resp, err := server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: "cors_decision", Arguments: []*tfprotov6.DynamicValue{
			rules, argument(tftypes.String, "https://www.example.com"), argument(tftypes.String, "GET"), headers,
		}})
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	want := call(&empty, argument(names, nil))
	if want.Error != nil {
		t.Fatal(want.Error.Text)
	}
	for name, headers := range map[string]*tfprotov6.DynamicValue{"empty": {}, "absent": nil} {
		if have := call(&empty, headers); have.Error != nil || string(have.Result.MsgPack) != string(want.Result.MsgPack) {
			t.Errorf("%s: %v", name, have.Error)
		}
	}
	// What is not allowed to be null is still refused, at its argument.
	if have, like := call(&tfprotov6.DynamicValue{}, argument(names, nil)), call(rules, argument(names, nil)); have.Error == nil || like.Error == nil || have.Error.Text != like.Error.Text {
		t.Errorf("rules that are null: %v, as Terraform sends them: %v", have.Error, like.Error)
	}
}
