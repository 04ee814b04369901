package object

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// tree writes files, given by path and text, into a new folder.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t *testing.T, f Folder) (names []string, refused []string) {
	t.Helper()
	files, bad, err := f.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		names = append(names, file.Name)
	}
	for _, r := range bad {
		refused = append(refused, r.Name+": "+r.Why)
	}
	return names, refused
}

func TestFolderFindsFiles(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{
		"index.html": "page", "a/b.css": "style", "a/c/d.js": "script", ".well-known/x": "", ".git/config": "secret", "a.txt": "", "node_modules/m/i.js": "x",
	})
	for name, tc := range map[string]struct {
		globs Globs
		want  string
	}{
		"all":              {Globs{}, ".git/config .well-known/x a.txt a/b.css a/c/d.js index.html node_modules/m/i.js"},
		"exclude wins":     {Globs{Include: []string{"**/*.js", "*.html"}, Exclude: []string{"node_modules/**"}}, "a/c/d.js index.html"},
		"exclude":          {Globs{Exclude: []string{".git/**", "**/node_modules/**", "*.txt"}}, ".well-known/x a/b.css a/c/d.js index.html"},
		"star and slashes": {Globs{Include: []string{"*"}}, "a.txt index.html"},
		"nothing":          {Globs{Exclude: []string{"**"}}, ""},
		"alternatives":     {Globs{Include: []string{"a/**/*.{css,js}"}}, "a/b.css a/c/d.js"},
	} {
		names, refused := read(t, Folder{Path: dir, Globs: tc.globs})
		if got := strings.Join(names, " "); got != tc.want || len(refused) > 0 {
			t.Errorf("%s: %q, want %q; refused %q", name, got, tc.want, refused)
		}
	}
	files, _, err := Folder{Path: dir, Globs: Globs{Include: []string{"a/b.css"}}}.Read(t.Context())
	want := ossclient.BytesBody([]byte("style"))
	if err != nil || len(files) != 1 || files[0].Size != 5 || files[0].CRC64 != want.CRC64 || files[0].Body().Digest() != want.Digest() {
		t.Errorf("%+v, %v", files, err)
	}
}

// What cannot be stored is refused by name, unless it is excluded.
func TestFolderRefuses(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"ok.txt": "x", "sub/ok.txt": "x"})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	must(os.Symlink("ok.txt", path("link.txt")))
	must(os.Symlink("sub", path("linked")))
	must(os.Symlink("missing", path("broken")))
	must(os.Symlink("..", path("sub/up")))
	must(os.WriteFile(path("bad\xff.txt"), nil, 0o600))
	twin := norm.NFD.String("é.txt")
	must(os.WriteFile(path("é.txt"), nil, 0o600))
	must(os.WriteFile(path(twin), nil, 0o600))
	socket, err := net.Listen("unix", path("s.sock"))
	must(err)
	t.Cleanup(func() { socket.Close() })

	names, refused := read(t, Folder{Path: dir})
	want := []string{
		"bad\xff.txt: " + refusedText, "broken: " + refusedLink, "link.txt: " + refusedLink, "linked: " + refusedLink, "s.sock: " + refusedKind,
		"sub/up: " + refusedLink, "é.txt: " + refusedTwin,
	}
	slices.Sort(want)
	slices.Sort(refused)
	if !slices.Equal(refused, want) {
		t.Errorf("refused %q\nwant    %q", refused, want)
	}
	if !slices.Contains(names, "ok.txt") || slices.Contains(names, "link.txt") {
		t.Errorf("found %q", names)
	}
	names, refused = read(t, Folder{Path: dir, FollowLinks: true, Globs: Globs{Exclude: []string{"*.sock", "é.txt"}}})
	want = []string{"bad\xff.txt: " + refusedText, "broken: " + refusedBroken, "linked/up: " + refusedLoop, "sub/up: " + refusedLoop}
	slices.Sort(refused)
	if !slices.Equal(refused, want) {
		t.Errorf("refused %q\nwant    %q", refused, want)
	}
	if got := strings.Join(names, " "); got != "link.txt linked/ok.txt ok.txt sub/ok.txt" {
		t.Errorf("found %q", got)
	}
	excluded := Globs{Exclude: []string{"bad*", "link*", "linked/**", "broken", "sub/up", "*.sock", "é.txt"}}
	if _, refused = read(t, Folder{Path: dir, Globs: excluded}); len(refused) != 0 {
		t.Errorf("refused %q", refused)
	}
}

func TestFolderThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"file": "x"})
	if _, _, err := (Folder{Path: filepath.Join(dir, "none")}).Read(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if _, _, err := (Folder{Path: filepath.Join(dir, "file")}).Read(t.Context()); !errors.Is(err, ErrNotFolder) {
		t.Errorf("a file: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (Folder{Path: dir}).Read(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	if os.Getuid() != 0 { // whom no mode keeps out
		if err := os.Chmod(filepath.Join(dir, "file"), 0); err != nil {
			t.Fatal(err)
		}
		if _, refused := read(t, Folder{Path: dir}); fmt.Sprint(refused) != "[file: cannot be read: permission denied]" {
			t.Errorf("refused %q", refused)
		}
	}
}
