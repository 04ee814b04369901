package object

import (
	"bytes"
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A tree of real files goes up, leaves nothing to do, and is stored byte by byte. It is a part of Go's library, with its
// test data; OSS_TEST_TREE names another folder, such as a module or an npm package with all that it needs.
func TestDirectoryOfRealFiles(t *testing.T) {
	t.Parallel()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := cmp.Or(os.Getenv("OSS_TEST_TREE"), filepath.Join(strings.TrimSpace(string(root)), "src", "archive"))
	s := newSite(t, nil)
	s.folder, s.dir.Exclude = folder, []string{"**/.bin/**", "**/.git/**"}
	r := s.applied()
	if len(r.Changed) < 50 {
		t.Fatalf("only %d files went up", len(r.Changed))
	}
	files, refused, err := Folder{Path: folder, Globs: s.dir.Globs}.Walk()
	s.must(err)
	if len(refused) > 0 || len(files) != len(r.Changed) || len(files) != len(s.texts) {
		t.Errorf("%d files, %d refused, %d went up, %d are in the state", len(files), len(refused), len(r.Changed), len(s.texts))
	}
	for _, f := range files {
		want, err := os.ReadFile(f.Path)
		s.must(err)
		if !bytes.Equal(want, []byte(s.body("site/"+f.Name))) {
			t.Errorf("%s is stored otherwise", f.Name)
		}
	}
	t.Logf("%d files", len(files))
}
