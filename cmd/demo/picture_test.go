package main

import (
	"encoding/xml"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "paint the pictures again instead of comparing them")

// expectPicture compares a picture of what a terminal shows with the one in docs/pictures, which `make pictures` paints again.
func expectPicture(t *testing.T, repo, name, title, text string) {
	t.Helper()
	file := filepath.Join(repo, "docs", "pictures", name)
	fresh := paint(title, text)
	if *update {
		if err := os.WriteFile(file, []byte(fresh), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(stored) != fresh {
		t.Errorf("docs/pictures/%s does not show what the terminal shows now: run make pictures. It shows\n%s", name, text)
	}
}

// Measures of a picture in pixels. A character of a monospaced font is about 0.6 as wide as it is high.
const (
	fontSize   = 13
	charWidth  = 7.85
	lineHeight = 18
	margin     = 20
)

// colours are those of the codes that Terraform and this package use.
var colours = map[string]string{"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "90": "#8b949e"}

// A code sets one thing: a colour, bold type, or everything back.
var code = regexp.MustCompile("\x1b\\[(\\d+)m")

// paint makes an SVG of a terminal that shows a text, which may have codes for colours and bold type. Neither the time nor the
// place of the painting is in it.
func paint(title, text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	columns := 0
	for _, line := range lines {
		columns = max(columns, len([]rune(code.ReplaceAllString(line, ""))))
	}
	width, height := int(float64(columns)*charWidth)+2*margin, len(lines)*lineHeight+2*margin
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" role="img">
<title>%s</title>
<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace" font-size="%d" fill="#e6edf3">
`, width, height, escape(title), fontSize)
	for i, line := range lines {
		if line != "" {
			fmt.Fprintf(&svg, "<text xml:space=\"preserve\" x=\"%d\" y=\"%d\">%s</text>\n", margin, margin+i*lineHeight+fontSize, paintLine(line))
		}
	}
	svg.WriteString("</g>\n</svg>\n")
	return svg.String()
}

// paintLine makes spans of a line. Each line begins without a colour, as Terraform ends what it began.
func paintLine(line string) string {
	var spans strings.Builder
	colour, bold := "", false
	write := func(text string) {
		style := ""
		if colour != "" {
			style += fmt.Sprintf(" fill=%q", colour)
		}
		if bold {
			style += ` font-weight="bold"`
		}
		switch {
		case text == "":
		case style == "":
			spans.WriteString(escape(text))
		default:
			fmt.Fprintf(&spans, "<tspan%s>%s</tspan>", style, escape(text))
		}
	}
	from := 0
	for _, at := range code.FindAllStringSubmatchIndex(line, -1) {
		write(line[from:at[0]])
		from = at[1]
		switch set := line[at[2]:at[3]]; set {
		case "0":
			colour, bold = "", false
		case "1":
			bold = true
		default:
			colour = colours[set]
		}
	}
	write(line[from:])
	return spans.String()
}

func escape(text string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text)) // a strings.Builder takes everything
	return strings.ReplaceAll(escaped.String(), "&#34;", `"`)
}

// dim is a line in grey, as for a comment; typed is a command.
func dim(line string) string   { return "\x1b[90m" + line + "\x1b[0m" }
func typed(line string) string { return "\x1b[1m$ " + line + "\x1b[0m" }

func TestPaint(t *testing.T) {
	t.Parallel()
	svg := paint("<a>", "\x1b[1mbold\x1b[0m and \x1b[33m~\x1b[0m\x1b[0m & \"x\"\n\n  y\n")
	for _, want := range []string{
		"<title>&lt;a&gt;</title>",
		`y="33"><tspan font-weight="bold">bold</tspan> and <tspan fill="#e3b341">~</tspan> &amp; "x"</text>`,
		`y="69">  y</text>`,
		fmt.Sprintf(`width="%d" height="94"`, 125+2*margin),
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
	if strings.Contains(svg, "\x1b") {
		t.Error("a code is left")
	}
	if err := xml.Unmarshal([]byte(svg), new(any)); err != nil {
		t.Error(err)
	}
}
