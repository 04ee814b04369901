package plain

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
)

type thing struct {
	names []string
	count float64
	on    bool
	free  map[string]string
	order []string
}

var thingFields = []Field[thing]{
	{Name: "names", Needed: "It has no names.", Read: func(d *Decoder, place string, v any, t *thing) { t.names = Texts(d, place, v) }},
	{Name: "count", Read: func(d *Decoder, place string, v any, t *thing) { t.count, _ = Number(d, place, v) }},
	{Name: "on", Read: func(d *Decoder, place string, v any, t *thing) { t.on = Truth(d, place, v) }},
	{Name: "free", Read: func(d *Decoder, place string, v any, t *thing) { t.free = Map(d, place, v, "texts", Text) }},
	{Name: "order", Read: func(d *Decoder, place string, v any, t *thing) {
		t.order = Ordered(d, place, v, "…", "The first counts", Text)
	}},
}

func read(v any) (thing, []string) {
	d := Decoder{Whole: "thing"}
	t := Object(&d, "", v, thingFields)
	said := []string{}
	for _, m := range d.Mistakes {
		said = append(said, m.Place+": "+m.Detail)
	}
	return t, said
}

func TestObject(t *testing.T) {
	t.Parallel()
	got, said := read(map[string]any{"names": Set{"b", "a"}, "count": big.NewFloat(3), "on": true, "free": map[string]any{"k": "v"}, "order": []any{"b", "a"}})
	want := thing{[]string{"a", "b"}, 3, true, map[string]string{"k": "v"}, []string{"b", "a"}}
	if fmt.Sprint(got) != fmt.Sprint(want) || len(said) > 0 {
		t.Errorf("%v, %q", got, said)
	}
	if got, said := read(map[string]any{"names": []any{"b", "a"}, "count": nil, "on": nil}); !slices.Equal(got.names, []string{"b", "a"}) || len(said) > 0 {
		t.Errorf("%v, %q", got, said)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		v    any
		want []string
	}{
		{nil, []string{"thing: It is null; write an object: { … }."}},
		{Set{}, []string{"thing: It is a set; write an object: { … }."}},
		{map[string]any{}, []string{"names: It has no names."}},
		{map[string]any{"nams": nil}, []string{`nams: There is no field "nams". Did you mean "names"?`}},
		{map[string]any{"names": "x", "": 1}, []string{`[""]: There is no field "". The fields here are "count", "free", "names", "on" and "order".`, `names: It is a string; write a list: ["x"].`}},
		{map[string]any{"names": []any{nil, 1}, "order": Set{"a"}},
			[]string{"names[0]: It is null; write text in double quotes.", "names[1]: It is a number; write text in double quotes.",
				"order: It is a set, which has no order. The first counts, so write a list: […]."}},
		{map[string]any{"names": []any{}, "count": "3", "on": 1, "free": map[string]any{"a b": true}, "order": 3.0},
			[]string{"count: It is a string; write a whole number without quotes.", `free["a b"]: It is true or false; write text in double quotes.`,
				"on: It is a number; write true or false without quotes.", "order: It is a number; write a list: […]."}},
		{map[string]any{"names": []any{}, "free": []any{}}, []string{"free: It is a list; write an object with texts."}},
		{uint8(1), []string{"thing: It is a value of the Go type uint8; write an object: { … }."}},
	} {
		if _, said := read(tc.v); !slices.Equal(said, tc.want) {
			t.Errorf("%v: %q, want %q", tc.v, said, tc.want)
		}
	}
}
