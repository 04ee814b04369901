package ossserver

import "hash/crc64"

// A CRC is linear over bits: what a byte string's CRC becomes when n zero bytes follow is a 64x64 matrix over
// GF(2) applied to it. With such a matrix the CRC of two pieces gives the CRC of the whole.

// bitMatrix maps a 64-bit vector: column i is the image of bit i.
type bitMatrix [64]uint64

func (m *bitMatrix) apply(v uint64) uint64 {
	var sum uint64
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

// times is the map that does n first and m after it.
func (m *bitMatrix) times(n *bitMatrix) *bitMatrix {
	var p bitMatrix
	for i := range n {
		p[i] = m.apply(n[i])
	}
	return &p
}

// combineCRC is the CRC-64 (ECMA) of A followed by B, of the CRC of each and the length of B in bytes. The inversions
// before and after cancel out between the two.
func combineCRC(a, b uint64, lengthB int64) uint64 {
	// One zero bit: shift right, and the polynomial for a bit that falls out.
	step := &bitMatrix{0: crc64.ECMA}
	for i := 1; i < 64; i++ {
		step[i] = 1 << (i - 1)
	}
	for range 3 { // one zero byte
		step = step.times(step)
	}
	for n := lengthB; n > 0; n >>= 1 {
		if n&1 != 0 {
			a = step.apply(a)
		}
		step = step.times(step)
	}
	return a ^ b
}
