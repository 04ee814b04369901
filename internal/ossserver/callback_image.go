package ossserver

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image"
	_ "image/gif" // the formats that the standard library reads
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
)

// imageInfo is the size in pixels and the format of an image; the zero value is not an image.
type imageInfo struct {
	width, height int
	format        string // png, jpg, gif, webp, bmp
}

// inspect looks into a body that is complete on disk, if the template wants to know. What is not an image has no values; a
// disk that cannot be read is an error.
func (cb *callback) inspect(body *staged) error {
	if !cb.wantsImage() {
		return nil
	}
	f, err := os.Open(body.path)
	if err != nil {
		return err
	}
	defer f.Close()
	cb.image = readImageInfo(f)
	return nil
}

// readImageInfo reads no more than the header of an image.
func readImageInfo(r io.Reader) imageInfo {
	b := bufio.NewReaderSize(r, 4<<10)
	head, _ := b.Peek(30) // fewer bytes are left to the checks below
	switch {
	case bytes.HasPrefix(head, []byte("BM")):
		return bmpInfo(head)
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return webpInfo(head)
	}
	config, format, err := image.DecodeConfig(b)
	if err != nil {
		return imageInfo{}
	}
	if format == "jpeg" {
		format = "jpg"
	}
	return imageInfo{config.Width, config.Height, format}
}

// bmpInfo reads the header behind the 14 bytes of the file's own: 12 bytes with 16-bit sizes in the oldest form, else 40
// or more with 32-bit ones, where a negative height means top-down.
func bmpInfo(head []byte) imageInfo {
	if len(head) < 26 {
		return imageInfo{}
	}
	info := imageInfo{format: "bmp"}
	switch size := binary.LittleEndian.Uint32(head[14:]); {
	case size == 12:
		info.width, info.height = int(binary.LittleEndian.Uint16(head[18:])), int(binary.LittleEndian.Uint16(head[20:]))
	case size >= 40:
		info.width = int(int32(binary.LittleEndian.Uint32(head[18:])))  //nolint:gosec // the field is signed
		info.height = int(int32(binary.LittleEndian.Uint32(head[22:]))) //nolint:gosec // the field is signed
		info.height = max(info.height, -info.height)
	}
	return info.ifPositive()
}

// webpInfo knows the three kinds of first chunk: extended, lossless, lossy.
func webpInfo(head []byte) imageInfo {
	if len(head) < 30 {
		return imageInfo{}
	}
	info := imageInfo{format: "webp"}
	data := head[20:]
	switch string(head[12:16]) {
	case "VP8X": // flags, three reserved bytes, then both sizes less one in 24 bits
		info.width, info.height = 1+uint24(data[4:]), 1+uint24(data[7:])
	case "VP8L": // a signature byte, then both sizes less one in 14 bits
		if data[0] == 0x2f {
			bits := binary.LittleEndian.Uint32(data[1:])
			info.width, info.height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
		}
	case "VP8 ": // a frame tag and a start code of three bytes each, then 14 bits of size and 2 of scale, twice
		if bytes.Equal(data[3:6], []byte{0x9d, 0x01, 0x2a}) {
			info.width = int(binary.LittleEndian.Uint16(data[6:]) & 0x3fff)
			info.height = int(binary.LittleEndian.Uint16(data[8:]) & 0x3fff)
		}
	}
	return info.ifPositive()
}

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// ifPositive drops what has no area: a header that is broken.
func (i imageInfo) ifPositive() imageInfo {
	if i.width <= 0 || i.height <= 0 {
		return imageInfo{}
	}
	return i
}
