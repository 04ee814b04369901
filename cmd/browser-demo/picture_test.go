package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take the picture of the page again")

// Where the picture is, and what it was taken of. Fonts differ from machine to machine, so no test can compare pictures: it
// compares the digests of the files that the page is made of.
const (
	pictures     = "../../docs/pictures"
	pagePicture  = "upload-page.png"
	pictureFiles = "upload-page.sha256" // as sha256sum writes and checks them, from docs/pictures
)

// filesOfPage lists what decides how the page looks, with digests.
func filesOfPage(t *testing.T) string {
	t.Helper()
	var list strings.Builder
	for _, name := range []string{"app.js", "index.html", "style.css"} {
		path := "../../" + exampleFolder + "/site/" + name // from here and from docs/pictures
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(text), path)
	}
	return list.String()
}

// The picture that the example's README.md shows was taken of the page as it is.
func TestPictureIsOfThisPage(t *testing.T) {
	t.Parallel()
	if *update {
		t.Skip("it is being taken again, by TestBrowserUpload")
	}
	stored, err := os.ReadFile(filepath.Join(pictures, pictureFiles))
	if err != nil {
		t.Fatal(err)
	}
	if string(stored) != filesOfPage(t) {
		t.Error("the page has changed since its picture was taken: run make pictures")
	}
	png, err := os.ReadFile(filepath.Join(pictures, pagePicture))
	if err != nil || !strings.HasPrefix(string(png), "\x89PNG\r\n") {
		t.Errorf("the picture has %d bytes and is not PNG: %v", len(png), err)
	}
}

// itsPicture is taken of the page after a callback, with -update only.
func (h *theatre) itsPicture(t *testing.T) {
	if !*update {
		t.Skip("taken by make pictures")
	}
	v := h.browser.open(t, h.page())
	v.fill("notes/picture.txt")
	shows(t, "callback", v.click("callback"), "2020", "eliot")
	png, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{pagePicture: string(png), pictureFiles: filesOfPage(t)} {
		if err := os.WriteFile(filepath.Join(pictures, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
