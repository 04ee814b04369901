package ossserver

import (
	"net/http"
)

func (q *request) deleteObject() error {
	v, err := q.b.remove(q.key, q.query.Get("versionId"), q.now)
	if err != nil {
		return err
	}
	h := q.w.Header()
	if v != nil {
		q.writeVersionID(v)
		if v.DeleteMarker {
			h.Set("x-oss-delete-marker", "true")
		}
	}
	q.w.WriteHeader(http.StatusNoContent) // OSS-013: also where there was nothing
	return nil
}
