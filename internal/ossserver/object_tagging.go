package ossserver

import (
	"maps"
	"net/http"
	"slices"
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
			return invalidTag("The tag key is duplicated.")
		}
		tags[t.Key] = t.Value
	}
	if bad := checkTags(tags); bad != "" {
		return invalidTag(bad)
	}
	return q.setTags(tags)
}

func invalidTag(message string) *apiError {
	return fail(http.StatusBadRequest, "InvalidTag", "", message)
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
