package importer

import (
	"net/netip"

	"slotcast/schedule"
)

// closedPrefixes are the addresses that are global by their form and are not on
// the public internet all the same (RFC 6890 and its registries).
func closedPrefixes() []netip.Prefix {
	var closed []netip.Prefix
	for _, p := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"168.63.129.16/32", // what Azure tells its machines
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	} {
		closed = append(closed, netip.MustParsePrefix(p))
	}
	return closed
}

// isPublic tells whether an address is one on the public internet.
func isPublic(a netip.Addr) bool {
	a = a.Unmap()
	// A network without IPv4 writes IPv4 addresses this way (RFC 6052).
	if nat64 := netip.MustParsePrefix("64:ff9b::/96"); nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	if global := netip.MustParsePrefix("2000::/3"); a.Is6() && !global.Contains(a) {
		return false
	}
	for _, p := range closedPrefixes() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// checkPublic refuses an address and port that is not public.
func (s *fetch) checkPublic(address string) error {
	if a, err := netip.ParseAddrPort(address); err == nil && isPublic(a.Addr()) {
		return nil
	}
	return schedule.Errorf(schedule.ErrInvalid, "%s leads into a private network, which is not read; give --allow-private if that is what you mean", s.name)
}
