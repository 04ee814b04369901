package rules

// ACLs are what the ACL of an object may be (PutObjectACL). An object without one of its own has "default", that of its bucket.
var ACLs = []string{"default", "private", "public-read", "public-read-write"}

// StorageClasses are what the class of an object may be (PutObject).
var StorageClasses = []string{"Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"}
