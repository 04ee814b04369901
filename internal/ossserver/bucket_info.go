package ossserver

import "encoding/xml"

// bucketInfo has its elements in the order of the alphabet, as far as ListBuckets shows (OSS-232).
type bucketInfo struct {
	XMLName xml.Name `xml:"BucketInfo"`
	Bucket  bucketDetails
}

type bucketDetails struct {
	Grant                  string `xml:"AccessControlList>Grant"`
	AccessMonitor          string
	BlockPublicAccess      bool
	BucketPolicy           loggingPolicy
	Comment                string
	CreationDate           string
	CrossRegionReplication string
	DataRedundancyType     string
	ExtranetEndpoint       string
	IntranetEndpoint       string
	Location               string
	Name                   string
	Owner                  owner
	ResourceGroupID        string          `xml:"ResourceGroupId"`
	Encryption             shownEncryption `xml:"ServerSideEncryptionRule"`
	StorageClass           string
	TransferAcceleration   string
	Versioning             string `xml:",omitempty"`
}

type loggingPolicy struct{ LogBucket, LogPrefix string }

type shownEncryption struct {
	KMSDataEncryption string `xml:",omitempty"`
	KMSMasterKeyID    string `xml:",omitempty"`
	SSEAlgorithm      string
}

const (
	disabled             = "Disabled"
	defaultResourceGroup = "rg-local0000000001"
)

// getBucketInfo is OSS-296. What cannot be switched on here is Disabled, and no log is kept. Public access is never
// blocked, where the service blocks it in buckets of newer accounts.
func (q *request) getBucketInfo() error {
	set := q.b.settings()
	listed := q.listed(set)
	d := bucketDetails{
		Grant: set.ACL, AccessMonitor: disabled, CrossRegionReplication: disabled, TransferAcceleration: disabled,
		CreationDate: listed.CreationDate, DataRedundancyType: set.redundancy(), StorageClass: set.StorageClass,
		ExtranetEndpoint: listed.ExtranetEndpoint, IntranetEndpoint: listed.IntranetEndpoint, Location: listed.Location,
		Name: set.Name, Owner: localOwner, ResourceGroupID: set.ResourceGroup, Versioning: set.Versioning,
		Encryption: shownEncryption{SSEAlgorithm: "None"},
	}
	if d.ResourceGroupID == "" {
		d.ResourceGroupID = defaultResourceGroup
	}
	if e := set.Encryption; e != nil {
		d.Encryption = shownEncryption{SSEAlgorithm: e.Algorithm, KMSMasterKeyID: e.KeyID, KMSDataEncryption: e.DataEncryption}
	}
	return q.writeXML(bucketInfo{Bucket: d})
}

const (
	redundancyLRS = "LRS"
	redundancyZRS = "ZRS"
)

// redundancy is LRS where nobody chose.
func (s *bucketSettings) redundancy() string {
	if s.Redundancy == "" {
		return redundancyLRS
	}
	return s.Redundancy
}
