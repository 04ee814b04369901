package ossserver

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
)

// listedBucket has its elements in the order of OSS-232.
type listedBucket struct {
	Comment          string
	CreationDate     string
	ExtranetEndpoint string
	IntranetEndpoint string
	Location         string
	Name             string
	Region           string
	StorageClass     string
}

// listBucketsResult shows the elements of paging only where there is another page (OSS-232).
type listBucketsResult struct {
	XMLName     xml.Name `xml:"ListAllMyBucketsResult"`
	Prefix      string   `xml:",omitempty"`
	Marker      string   `xml:",omitempty"`
	MaxKeys     int      `xml:",omitempty"`
	IsTruncated bool     `xml:",omitempty"`
	NextMarker  string   `xml:",omitempty"`
	Owner       owner
	Buckets     []listedBucket `xml:"Buckets>Bucket"`
}

func (q *request) listBuckets() error {
	limit, err := q.intParam("max-keys", 1, maxKeysLimit, 100)
	if err != nil {
		return err
	}
	prefix, marker := q.query.Get("prefix"), q.query.Get("marker")
	if strings.ContainsFunc(prefix, notInBucketName) || len(prefix) > maxBucketName { // OSS-297
		return invalidArgument("prefix", prefix, "The prefix is none of a bucket name.")
	}
	out := listBucketsResult{Owner: localOwner}
	for _, b := range q.s.store.list() {
		if !strings.HasPrefix(b.name, prefix) || b.name <= marker {
			continue
		}
		if len(out.Buckets) == limit {
			out.Prefix, out.Marker, out.MaxKeys, out.IsTruncated = prefix, marker, limit, true
			out.NextMarker = out.Buckets[limit-1].Name
			break
		}
		out.Buckets = append(out.Buckets, q.listed(b.settings()))
	}
	return q.writeXML(out)
}

func (q *request) listed(set bucketSettings) listedBucket {
	location := "oss-" + q.s.region()
	return listedBucket{
		Name: set.Name, CreationDate: isoTime(set.Created), Location: location, StorageClass: set.StorageClass,
		ExtranetEndpoint: location + ".aliyuncs.com", IntranetEndpoint: location + "-internal.aliyuncs.com",
		Region: q.s.region(),
	}
}

type createBucketConfiguration struct {
	XMLName            xml.Name       `xml:"CreateBucketConfiguration"`
	StorageClass       string         `xml:"StorageClass"`
	DataRedundancyType string         `xml:"DataRedundancyType"` // shown, has no effect on one disk
	Unknown            []unknownChild `xml:",any"`
}

func (q *request) putBucket() error {
	set, err := q.wantedBucket()
	if err != nil {
		return err
	}
	wanted := set
	if set.StorageClass == "" {
		set.StorageClass = classStandard
	}
	if set.ACL == "" {
		set.ACL = aclPrivate
	}
	b, existed, err := q.s.store.create(q.bucketName, set)
	if err != nil {
		return err
	}
	if existed { // OSS-014: by its own owner, a second creation may only change the ACL
		have := b.settings()
		if wanted.StorageClass != "" && wanted.StorageClass != have.StorageClass ||
			wanted.Redundancy != "" && wanted.Redundancy != have.redundancy() {
			return fail(http.StatusConflict, "BucketAlreadyExists", "0015-00000104",
				"The requested bucket name is not available. The bucket namespace is shared by all users of the system. "+
					"Please select a different name and try again.", "BucketName", q.bucketName)
		}
		if wanted.ACL != "" {
			if err := b.change(func(s *bucketSettings) { s.ACL = wanted.ACL }); err != nil {
				return err
			}
		}
	}
	q.w.Header().Set("Location", "/"+q.bucketName)
	return nil
}

// wantedBucket reads what a PutBucket asks for; what it leaves open is "".
func (q *request) wantedBucket() (bucketSettings, error) {
	set := bucketSettings{ACL: q.header("x-oss-acl"), ResourceGroup: q.header("x-oss-resource-group-id")}
	if set.ACL != "" {
		if err := checkBucketACL(set.ACL); err != nil {
			return set, err
		}
	}
	var err error
	if set.Encryption, err = q.requestEncryption(); err != nil {
		return set, err
	}
	data, err := q.readBody(maxSettingBody)
	if err != nil {
		return set, err
	}
	if len(data) > 0 { // a client may also say nothing, in a chunked body
		var in createBucketConfiguration
		if decodeXML(data, &in) != nil || len(in.Unknown) > 0 {
			return set, fail(http.StatusBadRequest, "MalformedXML", "0015-00000231", malformedXML().message) // OSS-291
		}
		set.StorageClass, set.Redundancy = in.StorageClass, in.DataRedundancyType
	}
	switch {
	case set.StorageClass != "" && !validStorageClass(set.StorageClass): // OSS-206
		return set, fail(http.StatusBadRequest, "InvalidArgument", "0013-00000101", "No such bucket storage class exists.",
			"ArgumentName", "StorageClass", "ArgumentValue", set.StorageClass)
	case !slices.Contains([]string{"", redundancyLRS, redundancyZRS}, set.Redundancy):
		return set, invalidArgument("DataRedundancyType", set.Redundancy, "The data redundancy type is LRS or ZRS.")
	}
	return set, nil
}

func checkBucketACL(acl string) error {
	if !slices.Contains([]string{aclPrivate, aclPublicRead, aclPublicReadWrite}, acl) {
		return invalidArgument("x-oss-acl", acl, "The specified ACL is not valid.")
	}
	return nil
}

func (q *request) deleteBucket() error {
	if err := q.s.store.remove(q.bucketName); err != nil {
		return err
	}
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (q *request) headBucket() error {
	q.w.Header().Set("x-oss-bucket-region", q.s.region())
	return nil
}

type locationConstraint struct {
	XMLName  xml.Name `xml:"LocationConstraint"`
	Location string   `xml:",chardata"`
}

func (q *request) getBucketLocation() error {
	return q.writeXML(locationConstraint{Location: "oss-" + q.s.region()})
}

func (q *request) getBucketACL() error {
	return q.writeXML(accessControlPolicy{Owner: localOwner, Grant: q.b.settings().ACL})
}

func (q *request) putBucketACL() error {
	acl := q.header("x-oss-acl")
	if err := checkBucketACL(acl); err != nil {
		return err
	}
	return q.b.change(func(set *bucketSettings) { set.ACL = acl })
}
