package ossserver

import (
	"net/http"
	"strconv"
	"time"
)

const maxPostAge = 7 * 24 * time.Hour // OSS-102

// authorizeForm finds out from a form's fields who uploads, and whether the policy lets it; it gives the sizes a file may
// have. Signatures in headers or URL are not looked at (OSS-102).
func (q *request) authorizeForm(form *postForm) (sizeRange, error) {
	c, err := q.formClaim(form.fields)
	if err != nil {
		return anySize, err
	}
	if c == nil {
		return anySize, q.authorizeObject(q.b, q.key, "", true)
	}
	if q.account, err = q.verify(c); err != nil {
		return anySize, err
	}
	policy, err := parsePolicy(form.fields["policy"])
	if err != nil {
		return anySize, err
	}
	if form.fields["x-oss-signature-version"] != "" {
		for _, name := range []string{"x-oss-signature-version", "x-oss-credential", "x-oss-date"} {
			if !policy.requires(name, form.fields[name]) {
				return anySize, policyFailed("", "it does not fix "+name+" to the value of the form.")
			}
		}
	}
	return policy.check(form.fields, q.bucketName, q.now)
}

// formClaim reads the signature of either version; nil is the anonymous user.
func (q *request) formClaim(fields map[string]string) (*claim, error) {
	v4 := false
	for _, name := range []string{"x-oss-signature-version", "x-oss-credential", "x-oss-signature"} {
		v4 = v4 || fields[name] != ""
	}
	if v4 {
		return q.formClaimV4(fields)
	}
	id, hasID := fields["ossaccesskeyid"]
	signature, hasSignature := fields["signature"]
	policy, hasPolicy := fields["policy"]
	if !hasID && !hasSignature && !hasPolicy {
		return nil, nil
	}
	for _, need := range []struct {
		name, ec string
		there    bool
	}{{"OSSAccessKeyId", "", id != ""}, {"policy", "0002-00000702", policy != ""}, {"Signature", missingSignature(hasSignature), signature != ""}} {
		if !need.there {
			return nil, missingField(need.name, need.ec)
		}
	}
	return &claim{
		accessKeyID: id, signature: signature, token: fields["x-oss-security-token"], sign: signV1,
		strings: []xmlField{{"StringToSign", policy}},
	}, nil
}

// missingSignature is the EC of a signature field that is not there or, else, empty.
func missingSignature(there bool) string {
	if there {
		return "0002-00000704"
	}
	return "0002-00000703"
}

func missingField(name, ec string) *apiError {
	return fail(http.StatusBadRequest, "InvalidArgument", ec, "The form field "+name+" is missing.", "ArgumentName", name, "ArgumentValue", "")
}

func (q *request) formClaimV4(fields map[string]string) (*claim, error) {
	if v := fields["x-oss-signature-version"]; v != algorithmV4 {
		return nil, notImplemented("Field", "the signature version "+strconv.Quote(v)+" of a form")
	}
	if fields["policy"] == "" {
		return nil, missingField("policy", "0002-00000702")
	}
	if signature, there := fields["x-oss-signature"]; signature == "" {
		return nil, missingField("x-oss-signature", missingSignature(there))
	}
	scope, ok := parseCredentialV4(fields["x-oss-credential"])
	if !ok {
		return nil, fail(http.StatusBadRequest, "InvalidArgument", "0002-00000710", "The x-oss-credential field is invalid.",
			"ArgumentName", "x-oss-credential", "ArgumentValue", fields["x-oss-credential"])
	}
	if scope.region != q.s.region() {
		return nil, fail(http.StatusBadRequest, "InvalidArgument", "0002-00000715", "The region of the x-oss-credential field is not the "+
			"region of the bucket; "+q.s.region()+" is expected.", "ArgumentName", "x-oss-credential", "ArgumentValue", fields["x-oss-credential"])
	}
	t, err := time.Parse(isoBasic, fields["x-oss-date"])
	if err != nil {
		return nil, fail(http.StatusForbidden, "AccessDenied", "0002-00000502", "OSS authentication requires a valid Date.")
	}
	if t.Sub(q.now) > maxSkew {
		return nil, q.checkSkew(t)
	}
	if err := q.expired(t.Add(maxPostAge)); err != nil {
		return nil, err
	}
	if err := q.checkScopeV4(scope, t, ""); err != nil {
		return nil, err
	}
	return &claim{
		accessKeyID: scope.accessKeyID, signature: fields["x-oss-signature"], token: fields["x-oss-security-token"], v4: true,
		strings: []xmlField{{"StringToSign", fields["policy"]}},
		sign:    func(secret, s string) string { return signV4(secret, scope.day, scope.region, s) },
	}, nil
}
