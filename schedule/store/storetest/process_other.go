//go:build unix && !linux

package storetest

import "syscall"

// attributes has a program run as somebody.
func attributes(as *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: as, Setpgid: true}
}
