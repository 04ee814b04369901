package provider

import (
	"strings"
	"testing"
)

// An answer that is not UTF-8 is not stored as something that the receiver never said: a warning says so, and the state has
// null.
func TestCallbackAnswerThatIsNotText(t *testing.T) {
	t.Parallel()
	o := startCallbacks(t)
	r := plainReceiver(t)
	r.set(says("{\"city\":\"\xb1\xb1\xbe\xa9\"}")) // as GBK
	w := o.workspace()
	w.config(strings.ReplaceAll(called("k", `content = "one"`, small(r.URL)), "%", "%%"))
	out := flatten(w.apply())
	if !strings.Contains(out, "Callback Answer Not Text") || !strings.Contains(out, "not UTF-8 from byte 10 of 15 on") || strings.Contains(out, "Callback Not Answered") {
		t.Errorf("told is:\n%s", out)
	}
	if got := w.attribute("oss_object.k", "callback_response"); got != nil {
		t.Errorf("callback_response %v", got)
	}
	if strings.Contains(w.read("terraform.tfstate"), "\ufffd") {
		t.Error("the state has what nobody said")
	}
	w.clean()
}
