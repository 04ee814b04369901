package ossserver

import "encoding/xml"

// bucketStat is the usage of a bucket: bytes and numbers, in total and by class.
type bucketStat struct {
	XMLName              xml.Name `xml:"BucketStat"`
	Storage              int64
	ObjectCount          int64
	MultipartUploadCount int64
	LiveChannelCount     int64
	MultipartPartCount   int64 // of uploads under way (OSS-341), like the next
	MultipartPartStorage int64
	DeleteMarkerCount    int64 // OSS-341
	LastModifiedTime     int64 // of these figures, in seconds since 1970; 0 for a bucket that has none yet (OSS-298)

	StandardStorage             int64
	StandardObjectCount         int64
	InfrequentAccessStorage     int64
	InfrequentAccessRealStorage int64
	InfrequentAccessObjectCount int64
	ArchiveStorage              int64
	ArchiveRealStorage          int64
	ArchiveObjectCount          int64
	ColdArchiveStorage          int64
	ColdArchiveRealStorage      int64
	ColdArchiveObjectCount      int64
	DeepColdArchiveStorage      int64
	DeepColdArchiveRealStorage  int64
	DeepColdArchiveObjectCount  int64
}

// minBilled is the size a small object of a colder class counts as (OSS-015).
const minBilled = 64 << 10

func (s *bucketStat) add(v *version) {
	s.Storage += v.Size
	s.ObjectCount++
	count := func(billed, actual, number *int64) {
		*billed += max(v.Size, minBilled)
		*actual += v.Size
		*number++
	}
	switch v.StorageClass {
	case classStandard:
		s.StandardStorage += v.Size
		s.StandardObjectCount++
	case classIA:
		count(&s.InfrequentAccessStorage, &s.InfrequentAccessRealStorage, &s.InfrequentAccessObjectCount)
	case classArchive:
		count(&s.ArchiveStorage, &s.ArchiveRealStorage, &s.ArchiveObjectCount)
	case classColdArchive:
		count(&s.ColdArchiveStorage, &s.ColdArchiveRealStorage, &s.ColdArchiveObjectCount)
	case classDeepColdArchive:
		count(&s.DeepColdArchiveStorage, &s.DeepColdArchiveRealStorage, &s.DeepColdArchiveObjectCount)
	}
}

// getBucketStat counts afresh each time, where OSS is up to an hour behind. Versions count as objects, markers for themselves.
func (q *request) getBucketStat() error {
	var out bucketStat
	q.b.mu.RLock()
	if q.b.seq > 0 || len(q.b.uploads) > 0 {
		out.LastModifiedTime = q.now.Unix()
	}
	for _, versions := range q.b.entries {
		for _, v := range versions {
			if v.DeleteMarker {
				out.DeleteMarkerCount++
				continue
			}
			out.add(v)
		}
	}
	out.MultipartUploadCount = int64(len(q.b.uploads))
	for _, u := range q.b.uploads {
		for _, p := range u.parts {
			out.MultipartPartCount++
			out.MultipartPartStorage += p.Size
		}
	}
	q.b.mu.RUnlock()
	return q.writeXML(out)
}
