package ossserver

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
)

type listedBucket struct {
	Name             string
	CreationDate     string
	Location         string
	ExtranetEndpoint string
	IntranetEndpoint string
	StorageClass     string
	Region           string
}

type listBucketsResult struct {
	XMLName     xml.Name `xml:"ListAllMyBucketsResult"`
	Prefix      string   `xml:",omitempty"`
	Marker      string   `xml:",omitempty"`
	MaxKeys     int      `xml:",omitempty"`
	IsTruncated bool
	NextMarker  string `xml:",omitempty"`
	Owner       owner
	Buckets     []listedBucket `xml:"Buckets>Bucket"`
}

func (q *request) listBuckets() error {
	limit, err := q.intParam("max-keys", 1, maxKeysLimit, 100)
	if err != nil {
		return err
	}
	out := listBucketsResult{Prefix: q.query.Get("prefix"), Marker: q.query.Get("marker"), Owner: localOwner}
	for _, b := range q.s.store.list() {
		if !strings.HasPrefix(b.name, out.Prefix) || b.name <= out.Marker {
			continue
		}
		if len(out.Buckets) == limit {
			out.IsTruncated, out.MaxKeys = true, limit
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
	DataRedundancyType string         `xml:"DataRedundancyType"` // accepted, has no effect on one disk
	Unknown            []unknownChild `xml:",any"`
}

func (q *request) putBucket() error {
	set := bucketSettings{ACL: q.header("x-oss-acl"), StorageClass: classStandard}
	if set.ACL == "" {
		set.ACL = aclPrivate
	}
	if err := checkBucketACL(set.ACL); err != nil {
		return err
	}
	data, err := q.readBody(maxSettingBody)
	if err != nil {
		return err
	}
	if len(data) > 0 { // a client may also say nothing, in a chunked body
		var in createBucketConfiguration
		if decodeXML(data, &in) != nil || len(in.Unknown) > 0 {
			return malformedXML()
		}
		if in.StorageClass != "" {
			set.StorageClass = in.StorageClass
		}
	}
	if !validStorageClass(set.StorageClass) {
		return invalidArgument("StorageClass", set.StorageClass, "No such bucket storage class exists.")
	}
	b, existed, err := q.s.store.create(q.bucketName, set)
	if err != nil {
		return err
	}
	if existed { // OSS-014: by its own owner, a second creation may only change the ACL
		if b.settings().StorageClass != set.StorageClass {
			return fail(http.StatusConflict, "BucketAlreadyExists", "0015-00000104",
				"The requested bucket name is not available. The bucket namespace is shared by all users of the system. "+
					"Please select a different name and try again.", "BucketName", q.bucketName)
		}
		if q.header("x-oss-acl") != "" {
			if err := b.change(func(s *bucketSettings) { s.ACL = set.ACL }); err != nil {
				return err
			}
		}
	}
	q.w.Header().Set("Location", "/"+q.bucketName)
	return nil
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

type bucketInfo struct {
	XMLName xml.Name `xml:"BucketInfo"`
	Bucket  struct {
		listedBucket
		Owner      owner
		Grant      string `xml:"AccessControlList>Grant"`
		Versioning string `xml:",omitempty"`
	}
}

func (q *request) getBucketInfo() error {
	set := q.b.settings()
	var out bucketInfo
	out.Bucket.listedBucket = q.listed(set)
	out.Bucket.Owner, out.Bucket.Grant, out.Bucket.Versioning = localOwner, set.ACL, set.Versioning
	return q.writeXML(out)
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
