package ossserver

import "net/http"

func (q *request) getObjectACL() error {
	v, err := q.b.lookup(q.key, q.query.Get("versionId"), q.r.Method)
	if err != nil {
		return err
	}
	q.writeVersionID(v)
	return q.writeXML(accessControlPolicy{Owner: localOwner, Grant: v.ACL})
}

func (q *request) putObjectACL() error {
	acl := q.header("x-oss-object-acl")
	if acl == "" {
		return fail(http.StatusBadRequest, "MissingArgument", "", "Missing Some Required Arguments.", "ArgumentName", "x-oss-object-acl")
	}
	if err := checkObjectACL(acl); err != nil {
		return err
	}
	v, err := q.b.update(q.key, q.query.Get("versionId"), q.r.Method, func(v *version) error {
		v.ACL = acl
		return nil
	})
	if err != nil {
		return err
	}
	q.writeVersionID(v)
	return nil
}
