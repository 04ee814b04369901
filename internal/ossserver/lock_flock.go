//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package ossserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// folderLock keeps a second server out of a data folder. The kernel holds it for the open file, so it ends with the
// process, however that ends, and the file that stays behind locks nothing.
type folderLock struct{ file *os.File }

// lockFolder takes the lock of a data folder, or fails at once if another server has it, of this process or of another.
func lockFolder(dir string) (*folderLock, error) {
	// No bucket can have a dot in its name (OSS-011). The file is never removed: a server that is just opening it would
	// lock a file that nobody finds any more.
	f, err := os.OpenFile(filepath.Join(dir, "oss-local.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case err == nil:
		return &folderLock{f}, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = fmt.Errorf("data folder %q is in use by another server: stop that one, or take another folder", dir)
	case errors.Is(err, errors.ErrUnsupported): // some network file systems have no locks: as on systems without flock
		_ = f.Close()
		return nil, nil
	default:
		err = &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	_ = f.Close()
	return nil, err
}

// release lets the next server in. A nil lock, and one that is released already, is not an error.
func (l *folderLock) release() error {
	if l == nil || l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	// Closing alone would leave the lock to a child process that has been forked and does not run its own program yet.
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	return errors.Join(err, f.Close())
}
