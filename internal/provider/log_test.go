package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/rig"
)

// Nobody reads a log that no variable asks for, and writing it is a quarter of a plan's processor time. Whoever asks
// gets all of it.
func TestTheLogIsWrittenOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	rig.Terraform(t)
	everything := []string{`"@module":"sdk.proto"`, `"@module":"sdk.framework"`, `"@module":"oss"`, `"@level":"trace"`}
	for name, tc := range map[string]struct {
		env  []string
		want []string
	}{
		"nothing asks":     {nil, nil},
		"the core alone":   {[]string{"TF_LOG_CORE=TRACE", "TF_LOG_PATH=" + os.DevNull}, nil},
		"TF_LOG":           {[]string{"TF_LOG=TRACE"}, everything},
		"TF_LOG_PROVIDER":  {[]string{"TF_LOG_PROVIDER=TRACE"}, everything},
		"JSON":             {[]string{"TF_LOG=JSON"}, everything},
		"the SDK alone":    {[]string{"TF_LOG_SDK=TRACE"}, []string{`"@module":"sdk.proto"`}},
		"one of its parts": {[]string{"TF_LOG_SDK_FRAMEWORK=TRACE"}, []string{`"@module":"sdk.framework"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := startOSS(t)
			o.put("there")
			w := o.workspace()
			w.config(`resource "oss_object" "test" {
  bucket = "BUCKET"
  key = "k"
  content = "x"
}
data "oss_object" "there" {
  bucket = "BUCKET"
  key = "there"
}`)
			written := filepath.Join(w.dir, "stderr")
			wrapper := filepath.Join(w.dir, "plugin", "terraform-provider-oss")
			w.write("plugin/terraform-provider-oss", fmt.Sprintf("#!/bin/sh\nexec %q \"$@\" 2>>%q\n", rig.Path(w.bin, "terraform-provider-oss"), written))
			if err := os.Chmod(wrapper, 0o700); err != nil {
				t.Fatal(err)
			}
			w.write("cli.tfrc", rig.DevOverrides(filepath.Dir(wrapper)))
			w.starts = true
			w.env = append(w.env, tc.env...)
			switch {
			case len(tc.want) == 0: // silence has to last
				w.apply()
				w.must("plan", "-no-color")
			case slices.Contains(tc.want, `"@module":"oss"`): // this module logs only when OSS is asked
				w.must("plan", "-no-color")
			default:
				w.must("validate", "-no-color")
			}

			text, err := os.ReadFile(written)
			if err != nil {
				t.Fatal(err)
			}
			if len(tc.want) == 0 && len(text) > 0 {
				t.Errorf("the provider wrote %d bytes, first %.200s", len(text), text)
			}
			for _, want := range tc.want {
				if !strings.Contains(string(text), want) {
					t.Errorf("the log lacks %s", want)
				}
			}
		})
	}
}
