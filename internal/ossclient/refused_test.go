package ossclient

import (
	"net"
	"os"
	"syscall"
	"testing"
)

// Where nothing listens nothing was done, and nothing is tried again. Windows has a number of its own for it, which the
// portable name of the standard library does not match.
func TestRefusedConnection(t *testing.T) {
	t.Parallel()
	dial := func(number syscall.Errno) *Error {
		return &Error{Err: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", number)}}
	}
	for _, number := range []syscall.Errno{syscall.ECONNREFUSED, 10061} {
		err := dial(number)
		if !IsRefused(err) || err.Uncertain() || mayPass(err) {
			t.Errorf("%v: refused %t, uncertain %t, repeated %t", err, IsRefused(err), err.Uncertain(), mayPass(err))
		}
	}
	if err := dial(syscall.EHOSTUNREACH); IsRefused(err) || !err.Uncertain() {
		t.Errorf("%v: refused %t, uncertain %t", err, IsRefused(err), err.Uncertain())
	}
}
