package ossserver

import (
	"net/http"
)

func (q *request) deleteObject() error {
	id := q.query.Get("versionId")
	if q.query.Has("versionId") && id == "" {
		return invalidArgument("versionId", "", "Version id can not be the empty string.")
	}
	v, err := q.b.remove(q.key, id, q.now)
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
