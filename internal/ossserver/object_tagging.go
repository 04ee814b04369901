package ossserver

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxTaggingBody = 64 << 10 // ten tags of 384 bytes and their markup stay far below

func (q *request) getTagging() error {
	v, err := q.b.lookup(q.key, q.query.Get("versionId"), q.r.Method)
	if err != nil {
		return err
	}
	q.writeVersionID(v)
	answer := tagging{}
	for _, key := range slices.Sorted(maps.Keys(v.Tags)) {
		answer.TagSet.Tags = append(answer.TagSet.Tags, tag{Key: key, Value: v.Tags[key]})
	}
	return q.writeXML(answer)
}

func (q *request) putTagging() error {
	var in tagging
	if err := q.readXML(&in, maxTaggingBody); err != nil {
		return err
	}
	tags := map[string]string{}
	for _, t := range in.TagSet.Tags {
		if _, twice := tags[t.Key]; twice {
			return invalidTag("Cannot provide multiple Tags with the same key")
		}
		tags[t.Key] = t.Value
	}
	if err := checkTags(tags); err != nil {
		return err
	}
	return q.setTags(tags)
}

func invalidTag(message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidTag", "", message)
}

// parseTagHeader reads x-oss-tagging: k1=v1&k2=v2, both sides URL-coded, a missing "=" an empty value (OSS-028). Other errors
// than those of its form are the same as in a document (OSS-282).
func parseTagHeader(text string) (map[string]string, error) {
	tags := map[string]string{}
	for item := range strings.SplitSeq(text, "&") {
		k, v, _ := strings.Cut(item, "=")
		key, errK := url.QueryUnescape(k)
		value, errV := url.QueryUnescape(v)
		if _, twice := tags[key]; twice || errK != nil || errV != nil {
			return nil, invalidArgument("x-oss-tagging", text, "The header 'x-oss-tagging' shall be encoded as UTF-8 then URLEncoded "+
				"URL query parameters without tag name duplicates.")
		}
		tags[key] = value
	}
	return tags, checkTags(tags)
}

// checkTags is OSS-028 with the errors of OSS-282. Too many tags in a document are taken to be the same error as in a header.
func checkTags(tags map[string]string) error {
	if len(tags) > 10 {
		return fail(http.StatusBadRequest, "BadRequest", "", "Object tags cannot be greater than 10")
	}
	for key, value := range tags {
		switch {
		case key == "" || len(key) > 128 || !validTagText(key):
			return invalidTag("The TagKey you have provided is invalid")
		case len(value) > 256 || !validTagText(value):
			return invalidTag("The TagValue you have provided is invalid")
		}
	}
	return nil
}

// validTagText takes letters and digits of any script (OSS-268).
func validTagText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" +-=._:/", r)
	})
}

func (q *request) deleteTagging() error {
	if err := q.setTags(nil); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (q *request) setTags(tags map[string]string) error {
	v, err := q.b.update(q.key, q.query.Get("versionId"), q.r.Method, func(v *version) error {
		v.Tags = tags
		return nil
	})
	if err != nil {
		return err
	}
	q.writeVersionID(v)
	return nil
}
