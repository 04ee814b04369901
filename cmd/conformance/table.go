package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// question is one thing to find out. What is seen agrees if it is what is expected; behind ": " it may go on with what
// says more and decides nothing.
type question struct {
	fact   string // its number in docs/design/oss-facts.md
	text   string
	expect string
	needs  need
	ask    func(*session) string
}

// need is what a question takes beside small objects.
type need string

const (
	anyBucket   need = ""
	plainBucket need = "a bucket without versioning"
	versions    need = "a bucket with versioning"
	needsCORS   need = "--cors"
	needsFrozen need = "--frozen"
	needsCall   need = "--callback"
	needsKey    need = "--kms-key"
)

func (s *session) meets(n need) bool {
	switch n {
	case plainBucket:
		return !s.versioned
	case versions:
		return s.versioned
	case needsCORS:
		return s.cors
	case needsFrozen:
		return s.frozen
	case needsCall:
		return s.callback != ""
	case needsKey:
		return s.kmsKey != ""
	}
	return true
}

// row is a question with its answer.
type row struct {
	question
	asked bool
	seen  string
}

func (r row) agrees() bool { return r.seen == r.expect || strings.HasPrefix(r.seen, r.expect+": ") }

type table struct {
	rows       []row
	incomplete bool // something of the run is left in the bucket
}

// run asks everything, until the end or the first interruption.
func (s *session) run() *table {
	t := &table{}
	for _, questions := range [][]question{aboutMetadata, aboutCopies, aboutReading, aboutUploads, aboutErrors, aboutVersions, aboutCORS, aboutCallbacks} {
		for _, q := range questions {
			if s.only != "" && !strings.Contains(","+s.only+",", ","+q.fact+",") {
				continue
			}
			r := row{question: q, asked: s.meets(q.needs)}
			if r.asked {
				s.broken = nil
				r.seen = q.ask(s)
				if s.broken != nil {
					r.seen = "no answer: " + s.broken.Error()
				}
			}
			if s.ctx.Err() != nil {
				return t
			}
			t.rows = append(t.rows, r)
		}
	}
	if s.only == "" {
		seen := "each of them"
		if len(s.nameless) > 0 {
			seen = "not " + strings.Join(s.nameless, ", ")
		}
		t.rows = append(t.rows, row{asked: true, seen: fmt.Sprintf("%s: %d", seen, s.answers), question: question{
			fact: "OSS-266", text: "answers with x-oss-request-id", expect: "each of them",
		}})
	}
	return t
}

// count is how many questions were asked, and how many of them were answered otherwise than expected.
func (t *table) count() (asked, differ int) {
	for _, r := range t.rows {
		if r.asked {
			asked++
			if !r.agrees() {
				differ++
			}
		}
	}
	return asked, differ
}

func (t *table) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FACT\tAGREES\tQUESTION\tEXPECTED\tSEEN")
	for _, r := range t.rows {
		seen, verdict := r.seen, "yes"
		switch {
		case !r.asked:
			seen, verdict = "not asked: needs "+string(r.needs), "-"
		case !r.agrees():
			verdict = "NO"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.fact, verdict, r.text, r.expect, seen)
	}
	_ = w.Flush()
	asked, differ := t.count()
	fmt.Fprintf(out, "\n%d asked, %d otherwise than expected, %d not asked\n", asked, differ, len(t.rows)-asked)
}
