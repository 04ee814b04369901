package ossserver

import "slices"

// keyset is a sorted list of keys. A lookup costs a binary search, so that a page of a listing costs what is on the
// page; an insertion moves the tail, which for a million keys is still below a millisecond or two.
type keyset struct{ keys []string }

func (s *keyset) add(key string) {
	if i, found := slices.BinarySearch(s.keys, key); !found {
		s.keys = slices.Insert(s.keys, i, key)
	}
}

func (s *keyset) remove(key string) {
	if i, found := slices.BinarySearch(s.keys, key); found {
		s.keys = slices.Delete(s.keys, i, i+1)
	}
}

// from is the index of the first key that is not below key.
func (s *keyset) from(key string) int {
	i, _ := slices.BinarySearch(s.keys, key)
	return i
}

// afterPrefix is the index of the first key behind all keys that begin with prefix.
func (s *keyset) afterPrefix(prefix string) int {
	end := []byte(prefix)
	for len(end) > 0 && end[len(end)-1] == 0xff {
		end = end[:len(end)-1]
	}
	if len(end) == 0 {
		return len(s.keys)
	}
	end[len(end)-1]++
	return s.from(string(end))
}
