//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package ossserver

// folderLock is nothing here: the standard library's syscall package has no lock for this system that ends with the
// process, and a lock file that outlives a crash would keep the next server out. Two servers on one data folder are not
// noticed.
type folderLock struct{}

// lockFolder lets every server in.
func lockFolder(string) (*folderLock, error) { return nil, nil }

func (*folderLock) release() error { return nil }
