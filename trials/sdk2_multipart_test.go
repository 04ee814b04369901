package trials

import (
	"context"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

const partSize = 100 << 10 // the least that a part has which is not the last

// begin starts an upload in parts and names its id.
func (k *talk) begin(key string) *string {
	k.t.Helper()
	begun, err := k.InitiateMultipartUpload(k.t.Context(), &oss.InitiateMultipartUploadRequest{Bucket: k.bucket, Key: oss.Ptr(key)})
	if err != nil {
		k.t.Fatal(err)
	}
	k.id(*begun.UploadId)
	return begun.UploadId
}

func (k *talk) part(key string, id *string, number int32, body string) oss.UploadPart {
	k.t.Helper()
	part, err := k.UploadPart(k.t.Context(), &oss.UploadPartRequest{Bucket: k.bucket, Key: oss.Ptr(key), UploadId: id, PartNumber: number, Body: strings.NewReader(body)})
	if err != nil {
		k.t.Fatal(err)
	}
	return oss.UploadPart{PartNumber: number, ETag: part.ETag}
}

func TestSDK2Multipart(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		key := oss.Ptr("dir/ü +.bin")
		first := strings.Repeat("a", partSize)
		begun, err := k.InitiateMultipartUpload(ctx, &oss.InitiateMultipartUploadRequest{Bucket: k.bucket, Key: key, StorageClass: oss.StorageClassIA,
			ContentType: oss.Ptr("text/x-trial"), CacheControl: oss.Ptr("no-cache"), Tagging: oss.Ptr("a=b"), Metadata: map[string]string{"owner": "alice"},
			ServerSideEncryption: oss.Ptr("AES256")})
		if err != nil {
			k.t.Fatal(err)
		}
		id := begun.UploadId
		k.shows(`{"Bucket":"trial","EncodingType":"url","Key":"dir/ü +.bin","StatusCode":200,"UploadId":"id1"}`)(begun, nil)
		k.shows(`{"ContentMD5":"MC06DI4xnqqVsFmzRt4dHQ==","ETag":"\"302D3A0C8E319EAA95B059B346DE1D1D\"","HashCRC64":"12696911168479852064","StatusCode":200}`)(
			k.UploadPart(ctx, &oss.UploadPartRequest{Bucket: k.bucket, Key: key, UploadId: id, PartNumber: 1, Body: strings.NewReader(first)}))
		k.shows(`{"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","StatusCode":200}`)(
			k.UploadPart(ctx, &oss.UploadPartRequest{Bucket: k.bucket, Key: key, UploadId: id, PartNumber: 7, Body: strings.NewReader("hello"),
				ContentMD5: oss.Ptr("XUFAKrxLKna5cZ2REBfFkg==")}))
		k.shows(`{"Bucket":"trial","EncodingType":"url","IsTruncated":false,"Key":"dir/ü +.bin","MaxParts":1000,"NextPartNumberMarker":7,"PartNumberMarker":0,"Parts":[{"ETag":"\"302D3A0C8E319EAA95B059B346DE1D1D\"","HashCRC64":"12696911168479852064","LastModified":"now","PartNumber":1,"Size":102400},{"ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","PartNumber":7,"Size":5}],"StatusCode":200,"StorageClass":"IA","UploadId":"id1"}`)(
			k.ListParts(ctx, &oss.ListPartsRequest{Bucket: k.bucket, Key: key, UploadId: id}))
		k.shows(`{"Bucket":"trial","EncodingType":"url","IsTruncated":true,"Key":"dir/ü +.bin","MaxParts":1,"NextPartNumberMarker":1,"PartNumberMarker":0,"Parts":[{"ETag":"\"302D3A0C8E319EAA95B059B346DE1D1D\"","HashCRC64":"12696911168479852064","LastModified":"now","PartNumber":1,"Size":102400}],"StatusCode":200,"StorageClass":"IA","UploadId":"id1"}`)(
			k.ListParts(ctx, &oss.ListPartsRequest{Bucket: k.bucket, Key: key, UploadId: id, MaxParts: 1}))
		var numbers []string
		pages := k.NewListPartsPaginator(&oss.ListPartsRequest{Bucket: k.bucket, Key: key, UploadId: id}, func(o *oss.PaginatorOptions) { o.Limit = 1 })
		for pages.HasNext() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				k.t.Fatal(err)
			}
			for _, p := range page.Parts {
				numbers = append(numbers, oss.ToString(p.ETag))
			}
		}
		k.same(numbers, `"302D3A0C8E319EAA95B059B346DE1D1D"`, `"5D41402ABC4B2A76B9719D911017C592"`)
		done := &oss.CompleteMultipartUploadRequest{Bucket: k.bucket, Key: key, UploadId: id, Acl: oss.ObjectACLPublicRead,
			CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: []oss.UploadPart{{PartNumber: 1, ETag: oss.Ptr(`"0"`)}}}}
		k.shows(`400 InvalidPart 0042-00000212`)(k.CompleteMultipartUpload(ctx, done))
		done.CompleteMultipartUpload.Parts = []oss.UploadPart{{PartNumber: 1, ETag: oss.Ptr(numbers[0])}, {PartNumber: 7, ETag: oss.Ptr(numbers[1])}}
		k.shows(`{"Bucket":"trial","ETag":"\"666B2DEED38C68BD9F40C2C617CBD99C-2\"","EncodingType":"url","HashCRC64":"17953958192002549168","Key":"dir/ü +.bin","Location":"http://oss/trial/dir/%C3%BC%20%2B.bin","StatusCode":200}`)(
			k.CompleteMultipartUpload(ctx, done))
		k.shows(`{"CacheControl":"no-cache","ContentLength":102405,"ContentType":"text/x-trial","ETag":"\"666B2DEED38C68BD9F40C2C617CBD99C-2\"","HashCRC64":"17953958192002549168","LastModified":"now","Metadata":{"owner":"alice"},"ObjectType":"Multipart","ServerSideEncryption":"AES256","StatusCode":200,"StorageClass":"IA","TaggingCount":1}`)(
			k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: key}))
		k.shows(`{"ACL":"public-read","Owner":"owner","StatusCode":200}`)(k.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: k.bucket, Key: key}))
		k.body(*key, first+"hello")
		k.shows(`404 NoSuchUpload 0042-00000203`)(k.CompleteMultipartUpload(ctx, done))
		k.shows(`404 NoSuchUpload 0042-00000002`)(k.ListParts(ctx, &oss.ListPartsRequest{Bucket: k.bucket, Key: key, UploadId: id}))
		k.shows(`404 NoSuchUpload 0042-00000002`)(k.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{Bucket: k.bucket, Key: key, UploadId: id}))
	})
}

func TestSDK2CompleteAll(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.enableVersions()
		id := k.begin("all")
		k.part("all", id, 1, "hello")
		all := &oss.CompleteMultipartUploadRequest{Bucket: k.bucket, Key: oss.Ptr("all"), UploadId: id, CompleteAll: oss.Ptr("yes")}
		k.shows(`{"Bucket":"trial","ETag":"\"F872A18EB88181EB00816510E762FEE6-1\"","EncodingType":"url","HashCRC64":"11177612005948864433","Key":"all","Location":"http://oss/trial/all","StatusCode":200,"VersionId":"id2"}`)(
			k.CompleteMultipartUpload(ctx, all))
		k.body("all", "hello")
		id = k.begin("all")
		again := &oss.CompleteMultipartUploadRequest{Bucket: k.bucket, Key: oss.Ptr("all"), UploadId: id, CompleteAll: oss.Ptr("yes"),
			CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: []oss.UploadPart{k.part("all", id, 1, "x")}}}
		k.shows(`400 InvalidArgument 0042-00000216`)(k.CompleteMultipartUpload(ctx, again))
	})
}

func TestSDK2UploadPartCopy(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.put("dir/ü +.txt", "hello")
		id := k.begin("copied")
		copied := &oss.UploadPartCopyRequest{Bucket: k.bucket, Key: oss.Ptr("copied"), UploadId: id, PartNumber: 1, SourceKey: oss.Ptr("dir/ü +.txt"), Range: oss.Ptr("bytes=1-3")}
		k.shows(`{"ETag":"\"3123059C1C816471780539F6B6B738DC\"","LastModified":"now","StatusCode":200}`)(k.UploadPartCopy(ctx, copied))
		k.shows(`{"Bucket":"trial","ETag":"\"AC23170F91728825F97C9B6F1FE38B47-1\"","EncodingType":"url","HashCRC64":"7179078296112549670","Key":"copied","Location":"http://oss/trial/copied","StatusCode":200}`)(
			k.CompleteMultipartUpload(ctx, &oss.CompleteMultipartUploadRequest{Bucket: k.bucket, Key: oss.Ptr("copied"), UploadId: id,
				CompleteMultipartUpload: &oss.CompleteMultipartUpload{Parts: []oss.UploadPart{{PartNumber: 1, ETag: oss.Ptr(`"3123059C1C816471780539F6B6B738DC"`)}}}}))
		k.body("copied", "ell")
		copied.UploadId, copied.Range = k.begin("copied"), oss.Ptr("bytes=1-9")
		k.shows(`400 InvalidArgument`)(k.UploadPartCopy(ctx, copied))
		copied.Range, copied.IfMatch = nil, oss.Ptr(`"0"`)
		k.shows(`412 PreconditionFailed`)(k.UploadPartCopy(ctx, copied))
		copied.IfMatch, copied.SourceKey = nil, oss.Ptr("none")
		k.shows(`404 NoSuchKey 0026-00000001`)(k.UploadPartCopy(ctx, copied))
	})
}

func TestSDK2ListMultipartUploads(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.shows(`{"Bucket":"trial","Delimiter":"","EncodingType":"url","IsTruncated":false,"KeyMarker":"","MaxUploads":1000,"NextKeyMarker":"","NextUploadIdMarker":"","Prefix":"","StatusCode":200,"UploadIdMarker":""}`)(
			k.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: k.bucket}))
		a := k.begin("a&\x01")
		k.begin("dir/b")
		k.begin("dir/c")
		k.shows(`{"Bucket":"trial","Delimiter":"/","EncodingType":"url","IsTruncated":false,"KeyMarker":"","MaxUploads":1000,"NextKeyMarker":"dir/","NextUploadIdMarker":"","Prefix":"","StatusCode":200,"UploadIdMarker":"","Uploads":[{"Initiated":"now","Key":"a&\u0001","UploadId":"id1"}]}`)(
			k.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: k.bucket, Delimiter: oss.Ptr("/")}))
		k.shows(`{"Bucket":"trial","Delimiter":"","EncodingType":"url","IsTruncated":true,"KeyMarker":"","MaxUploads":1,"NextKeyMarker":"dir/b","NextUploadIdMarker":"id2","Prefix":"dir/","StatusCode":200,"UploadIdMarker":"","Uploads":[{"Initiated":"now","Key":"dir/b","UploadId":"id2"}]}`)(
			k.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: k.bucket, Prefix: oss.Ptr("dir/"), MaxUploads: 1}))
		k.shows(`{"Bucket":"trial","Delimiter":"","EncodingType":"url","IsTruncated":false,"KeyMarker":"dir/b","MaxUploads":1000,"NextKeyMarker":"dir/c","NextUploadIdMarker":"id3","Prefix":"","StatusCode":200,"UploadIdMarker":"","Uploads":[{"Initiated":"now","Key":"dir/c","UploadId":"id3"}]}`)(
			k.ListMultipartUploads(ctx, &oss.ListMultipartUploadsRequest{Bucket: k.bucket, KeyMarker: oss.Ptr("dir/b")}))
		var keys []string
		pages := k.NewListMultipartUploadsPaginator(&oss.ListMultipartUploadsRequest{Bucket: k.bucket}, func(o *oss.PaginatorOptions) { o.Limit = 1 })
		for pages.HasNext() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				k.t.Fatal(err)
			}
			for _, u := range page.Uploads {
				keys = append(keys, oss.ToString(u.Key))
			}
		}
		k.same(keys, "a&\x01", "dir/b", "dir/c")
		k.shows(`{"StatusCode":204}`)(k.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{Bucket: k.bucket, Key: oss.Ptr("a&\x01"), UploadId: a}))
		k.shows(`404 NoSuchUpload 0042-00000002`)(k.AbortMultipartUpload(ctx, &oss.AbortMultipartUploadRequest{Bucket: k.bucket, Key: oss.Ptr("a&\x01"), UploadId: a}))
		k.shows(`{"ArchiveObjectCount":0,"ArchiveRealStorage":0,"ArchiveStorage":0,"ColdArchiveObjectCount":0,"ColdArchiveRealStorage":0,"ColdArchiveStorage":0,"DeepColdArchiveObjectCount":0,"DeepColdArchiveRealStorage":0,"DeepColdArchiveStorage":0,"DeleteMarkerCount":0,"InfrequentAccessObjectCount":0,"InfrequentAccessRealStorage":0,"InfrequentAccessStorage":0,"LastModifiedTime":"now","LiveChannelCount":0,"MultipartPartCount":0,"MultipartUploadCount":2,"ObjectCount":0,"StandardObjectCount":0,"StandardStorage":0,"StatusCode":200,"Storage":0}`)(
			k.GetBucketStat(ctx, &oss.GetBucketStatRequest{Bucket: k.bucket}))
	})
}
