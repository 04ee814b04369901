package trials

import (
	"context"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestSDK2Restore(t *testing.T) {
	t.Parallel()
	for name, v1 := range map[string]bool{"V1": true, "V4": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := serve(t, "--restore-time", "1h")
			k := &talk{Client: newSDK2(endpoint, v1), t: t, url: endpoint, bucket: oss.Ptr(bucket), ids: map[string]string{}}
			k.restore(t.Context())
		})
	}
}

// restore has objects that take an hour to thaw.
func (k *talk) restore(ctx context.Context) {
	for key, class := range map[string]oss.StorageClassType{"archive": oss.StorageClassArchive, "cold": oss.StorageClassColdArchive, "plain": oss.StorageClassStandard} {
		_, err := k.PutObject(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: oss.Ptr(key), StorageClass: class, Body: strings.NewReader("x")})
		if err != nil {
			k.t.Fatal(err)
		}
	}
	thaw := func(key string, request *oss.RestoreRequest) *oss.RestoreObjectRequest {
		return &oss.RestoreObjectRequest{Bucket: k.bucket, Key: oss.Ptr(key), RestoreRequest: request}
	}
	k.shows(`403 InvalidObjectState`)(k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("archive")}))
	k.shows(`{"StatusCode":202}`)(k.RestoreObject(ctx, thaw("archive", &oss.RestoreRequest{Days: 2})))
	k.shows(`409 RestoreAlreadyInProgress 0016-00000701`)(k.RestoreObject(ctx, thaw("archive", &oss.RestoreRequest{Days: 2})))
	k.shows(`{"ContentLength":1,"ContentMD5":"ndTkYSaMgDT1yFZOFVxnpg==","ContentType":"application/octet-stream","ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","HashCRC64":"727031140999736901","LastModified":"now","ObjectType":"Normal","Restore":"ongoing-request=\"true\"","StatusCode":200,"StorageClass":"Archive","TaggingCount":0}`)(
		k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: oss.Ptr("archive")}))
	k.shows(`{"RestorePriority":"Bulk","StatusCode":202}`)(k.RestoreObject(ctx, thaw("cold", &oss.RestoreRequest{Days: 2, Tier: oss.Ptr("Bulk")})))
	k.shows(`400 InvalidArgument 0016-00000703`)(k.RestoreObject(ctx, thaw("cold", &oss.RestoreRequest{Days: 2, JobParameters: &oss.JobParameters{Tier: oss.Ptr("Odd")}})))
	k.shows(`400 OperationNotSupported`)(k.RestoreObject(ctx, thaw("plain", nil)))
	k.shows(`404 NoSuchKey 0026-00000001`)(k.RestoreObject(ctx, thaw("none", nil)))
	k.shows(`409 ArchiveRestoreNotFinished 0016-00000719`)(k.CleanRestoredObject(ctx, &oss.CleanRestoredObjectRequest{Bucket: k.bucket, Key: oss.Ptr("archive")}))
	k.shows(`400 OperationNotSupported`)(k.CleanRestoredObject(ctx, &oss.CleanRestoredObjectRequest{Bucket: k.bucket, Key: oss.Ptr("plain")}))
	k.shows(`{"Contents":[{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"archive","LastModified":"now","RestoreInfo":"ongoing-request=\"true\"","Size":1,"StorageClass":"Archive","Type":"Normal"},{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"cold","LastModified":"now","RestoreInfo":"ongoing-request=\"true\"","Size":1,"StorageClass":"ColdArchive","Type":"Normal"},{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"plain","LastModified":"now","Size":1,"StorageClass":"Standard","Type":"Normal"}],"Delimiter":"","EncodingType":"url","IsTruncated":false,"KeyCount":3,"MaxKeys":100,"Name":"trial","Prefix":"","StatusCode":200}`)(
		k.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: k.bucket}))
}

// TestSDK2Restored has objects that thaw at once.
func TestSDK2Restored(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		key := oss.Ptr("archive")
		_, err := k.PutObject(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: key, StorageClass: oss.StorageClassArchive, Body: strings.NewReader("hello")})
		if err != nil {
			k.t.Fatal(err)
		}
		thaw := &oss.RestoreObjectRequest{Bucket: k.bucket, Key: key, RestoreRequest: &oss.RestoreRequest{Days: 1}}
		k.shows(`{"StatusCode":202}`)(k.RestoreObject(ctx, thaw))
		k.body("archive", "hello")
		head, err := k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: key})
		if err != nil || !strings.HasPrefix(oss.ToString(head.Restore), `ongoing-request="false", expiry-date="`) {
			k.t.Errorf("%+v, %v", head, err)
		}
		k.shows(`{"StatusCode":200}`)(k.RestoreObject(ctx, thaw))
		k.shows(`{"StatusCode":200}`)(k.CleanRestoredObject(ctx, &oss.CleanRestoredObjectRequest{Bucket: k.bucket, Key: key}))
		k.shows(`403 InvalidObjectState`)(k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: key}))
	})
}
