package object

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"
	"golang.org/x/text/unicode/norm"

	"github.com/terraform-provider-oss/terraform-provider-oss/internal/ossclient"
)

// Folder says which files of a folder are meant.
type Folder struct {
	Path string
	Globs
	// FollowLinks takes a link for what it points to. Without it a link is refused.
	FollowLinks bool
}

// File is a file of a folder.
type File struct {
	// Name is the path below the folder, with slashes and in Unicode NFC, which is the form of every text in Terraform.
	Name string
	Path string // on this machine
	Size int64
	// CRC64 is known after Read alone.
	CRC64 uint64
}

// Body is what an upload of the file sends. It fails when the file is another one by then.
func (f File) Body() ossclient.Body { return ossclient.KnownFileBody(f.Path, f.Size, f.CRC64) }

// Refusal is a file of a folder that cannot be stored.
type Refusal struct {
	Name string
	Why  string // such as "is a symbolic link"; the same for all files of which the same is wrong
}

// What is wrong with files.
const (
	refusedLink   = "is a symbolic link, and follow_symlinks is not set"
	refusedLoop   = "is a symbolic link to a folder that it is in"
	refusedBroken = "is a symbolic link to nothing"
	refusedKind   = "is not a regular file: it is a pipe, a socket or a device"
	refusedText   = "has a name that is not UTF-8"
	refusedTwin   = "has the same name as another file, in another Unicode form: both would have one key"
)

// ErrNotFolder says that a folder is a file.
var ErrNotFolder = errors.New("it is not a folder")

// Read finds the files of the folder and reads each of them for its digest, several at a time. Both results are in the
// order of the names. The error is that of opening the folder, or of the context.
func (f Folder) Read(ctx context.Context) ([]File, []Refusal, error) {
	files, refused, err := f.Walk()
	if err != nil {
		return nil, nil, err
	}
	unreadable := make([]string, len(files))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * runtime.GOMAXPROCS(0))
	for i := range files {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			body, err := ossclient.FileBody(files[i].Path)
			files[i].Size, files[i].CRC64 = body.Size, body.CRC64
			if err != nil {
				unreadable[i] = whyUnreadable(err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, err
	}
	for i, why := range unreadable {
		if why != "" {
			refused = append(refused, Refusal{files[i].Name, why})
		}
	}
	slices.SortFunc(refused, func(a, b Refusal) int { return strings.Compare(a.Name, b.Name) })
	return files, refused, nil
}

// Walk finds the files of the folder without reading them.
func (f Folder) Walk() ([]File, []Refusal, error) {
	info, err := os.Stat(f.Path)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: f.Path, Err: ErrNotFolder}
	}
	if err != nil {
		return nil, nil, err
	}
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		return nil, nil, err
	}
	w := walk{Folder: f}
	if target, err := filepath.EvalSymlinks(f.Path); err == nil {
		w.above = append(w.above, target)
	}
	w.enter("", f.Path, entries)
	w.refuseTwins()
	return w.files, w.refused, nil
}

// walk is a folder on its way through itself.
type walk struct {
	Folder
	files   []File
	refused []Refusal
	above   []string // the folders that are open, as they are without links
}

func (w *walk) refuse(name, why string) { w.refused = append(w.refused, Refusal{name, why}) }

// enter goes through a folder; name is empty or ends in a slash.
func (w *walk) enter(name, path string, entries []fs.DirEntry) {
	for _, entry := range entries {
		inside := norm.NFC.String(name + entry.Name())
		if !utf8.ValidString(entry.Name()) {
			if !matchesAny(w.Exclude, inside) && !w.skips(inside) {
				w.refuse(inside, refusedText)
			}
			continue
		}
		w.see(inside, filepath.Join(path, entry.Name()), entry)
	}
}

// see takes, enters, skips or refuses what stands in a folder.
func (w *walk) see(name, path string, entry fs.DirEntry) {
	mode := entry.Type()
	link := mode&fs.ModeSymlink != 0
	if link && !w.Takes(name) && (w.skips(name) || matchesAny(w.Exclude, name)) {
		return
	}
	info, err := entry.Info()
	if link {
		info, err = os.Stat(path)
	}
	switch {
	case link && !w.FollowLinks:
		if w.Takes(name) || err == nil && info.IsDir() {
			w.refuse(name, refusedLink)
		}
	case link && errors.Is(err, fs.ErrNotExist):
		if w.Takes(name) {
			w.refuse(name, refusedBroken)
		}
	case err != nil:
		w.refuse(name, whyUnreadable(err))
	case info.IsDir():
		w.descend(name, path, link)
	case !w.Takes(name):
	case !info.Mode().IsRegular():
		w.refuse(name, refusedKind)
	default:
		w.files = append(w.files, File{Name: name, Path: path, Size: info.Size()})
	}
}

func (w *walk) descend(name, path string, link bool) {
	if w.skips(name) {
		return
	}
	target := path
	if w.FollowLinks {
		var err error
		if target, err = filepath.EvalSymlinks(path); err != nil {
			w.refuse(name, whyUnreadable(err))
			return
		}
		if link && slices.Contains(w.above, target) {
			w.refuse(name, refusedLoop)
			return
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		w.refuse(name+"/", whyUnreadable(err))
		return
	}
	w.above = append(w.above, target)
	w.enter(name+"/", path, entries)
	w.above = w.above[:len(w.above)-1]
}

// refuseTwins sorts the files, and refuses those that share a name.
func (w *walk) refuseTwins() {
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for i := 1; i < len(w.files); i++ {
		if w.files[i].Name == w.files[i-1].Name {
			w.refuse(w.files[i].Name, refusedTwin)
		}
	}
	slices.SortFunc(w.refused, func(a, b Refusal) int { return strings.Compare(a.Name, b.Name) })
}

// whyUnreadable says why a file cannot be read, without its path, so that the same fault has the same words.
func whyUnreadable(err error) string {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		err = e.Err
	}
	return "cannot be read: " + err.Error()
}
