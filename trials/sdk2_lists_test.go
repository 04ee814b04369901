package trials

import (
	"context"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// oddKeys sort in the order of their bytes.
var oddKeys = []string{"a&b", "a\x01b", "dir/1", "dir/2 +", "ü"}

func TestSDK2ListObjects(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		for _, key := range oddKeys {
			k.put(key, "x")
		}
		k.shows(`{"Contents":[{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"a\u0001b","LastModified":"now","Owner":"owner","Size":1,"StorageClass":"Standard","Type":"Normal"}],"Delimiter":"","EncodingType":"url","IsTruncated":true,"Marker":"","MaxKeys":1,"Name":"trial","NextMarker":"a\u0001b","Prefix":"a","StatusCode":200}`)(
			k.ListObjects(ctx, &oss.ListObjectsRequest{Bucket: k.bucket, Prefix: oss.Ptr("a"), MaxKeys: 1}))
		k.shows(`{"CommonPrefixes":[{"Prefix":"dir/"}],"Contents":[{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"ü","LastModified":"now","Owner":"owner","Size":1,"StorageClass":"Standard","Type":"Normal"}],"Delimiter":"/","EncodingType":"url","IsTruncated":false,"Marker":"a&b","MaxKeys":100,"Name":"trial","Prefix":"","StatusCode":200}`)(
			k.ListObjects(ctx, &oss.ListObjectsRequest{Bucket: k.bucket, Delimiter: oss.Ptr("/"), Marker: oss.Ptr("a&b")}))
		k.shows(`{"CommonPrefixes":[{"Prefix":"dir/"}],"Contents":[{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"ü","LastModified":"now","Owner":"owner","Size":1,"StorageClass":"Standard","Type":"Normal"}],"Delimiter":"/","EncodingType":"url","IsTruncated":false,"KeyCount":2,"MaxKeys":3,"Name":"trial","Prefix":"","StartAfter":"a&b","StatusCode":200}`)(
			k.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: k.bucket, Delimiter: oss.Ptr("/"), MaxKeys: 3, StartAfter: oss.Ptr("a&b"), FetchOwner: true}))
		first, err := k.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: k.bucket, Prefix: oss.Ptr("dir/"), MaxKeys: 1})
		if err != nil {
			k.t.Fatal(err)
		}
		token := first.NextContinuationToken
		k.shows(`{"Contents":[{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"dir/1","LastModified":"now","Size":1,"StorageClass":"Standard","Type":"Normal"}],"Delimiter":"","EncodingType":"url","IsTruncated":true,"KeyCount":1,"MaxKeys":1,"Name":"trial","NextContinuationToken":"id1","Prefix":"dir/","StatusCode":200}`)(
			first, nil)
		k.shows(`{"Contents":[{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"dir/2 +","LastModified":"now","Size":1,"StorageClass":"Standard","Type":"Normal"}],"ContinuationToken":"id1","Delimiter":"","EncodingType":"url","IsTruncated":false,"KeyCount":1,"MaxKeys":1,"Name":"trial","Prefix":"dir/","StatusCode":200}`)(
			k.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: k.bucket, Prefix: oss.Ptr("dir/"), MaxKeys: 1, ContinuationToken: token}))
		k.shows(`400 InvalidArgument`)(k.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: k.bucket, ContinuationToken: oss.Ptr("odd")}))
		k.shows(`400 InvalidArgument 0015-00000402`)(k.ListObjects(ctx, &oss.ListObjectsRequest{Bucket: k.bucket, MaxKeys: 1001}))
		k.shows(`404 NoSuchBucket 0015-00000101`)(k.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: oss.Ptr("trial-gone")}))

		var names []string
		keep := func(all []oss.ObjectProperties) {
			for _, o := range all {
				names = append(names, oss.ToString(o.Key))
			}
		}
		pages := k.NewListObjectsPaginator(&oss.ListObjectsRequest{Bucket: k.bucket}, func(o *oss.PaginatorOptions) { o.Limit = 2 })
		for pages.HasNext() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				k.t.Fatal(err)
			}
			keep(page.Contents)
		}
		k.same(names, oddKeys[1], oddKeys[0], oddKeys[2], oddKeys[3], oddKeys[4])
		names = nil
		pages2 := k.NewListObjectsV2Paginator(&oss.ListObjectsV2Request{Bucket: k.bucket}, func(o *oss.PaginatorOptions) { o.Limit = 2 })
		for pages2.HasNext() {
			page, err := pages2.NextPage(ctx)
			if err != nil {
				k.t.Fatal(err)
			}
			keep(page.Contents)
		}
		k.same(names, oddKeys[1], oddKeys[0], oddKeys[2], oddKeys[3], oddKeys[4])
	})
}

func TestSDK2Versions(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.put("k", "unversioned")
		k.enableVersions()
		k.shows(`{"StatusCode":200,"VersionStatus":"Enabled"}`)(k.GetBucketVersioning(ctx, &oss.GetBucketVersioningRequest{Bucket: k.bucket}))
		old := k.put("k", "old")
		k.put("k", "new")
		k.shows(`{"Body":"old","ContentLength":3,"ContentMD5":"FJYD5sA1FjYqjaI/Yk25RQ==","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"149603E6C03516362A8DA23F624DB945\"","HashCRC64":"9264138970912413707","LastModified":"now","ObjectType":"Normal","StatusCode":200,"StorageClass":"Standard","TaggingCount":0,"VersionId":"id1"}`)(
			k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId}))
		k.shows(`{"Body":"unversioned","ContentLength":11,"ContentMD5":"R9crMrjcvjE3OkyF4LPHxg==","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"47D72B32B8DCBE31373A4C85E0B3C7C6\"","HashCRC64":"14836880659067092902","LastModified":"now","ObjectType":"Normal","StatusCode":200,"StorageClass":"Standard","TaggingCount":0,"VersionId":"null"}`)(
			k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: oss.Ptr("null")}))
		k.shows(`{"ContentLength":3,"ContentMD5":"Iq9kXRhZy1ym2gxITx836g==","ContentType":"application/octet-stream","ETag":"\"22AF645D1859CB5CA6DA0C484F1F37EA\"","HashCRC64":"13934607461713311319","LastModified":"now","ObjectType":"Normal","StatusCode":200,"StorageClass":"Standard","TaggingCount":0,"VersionId":"id2"}`)(
			k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k")}))
		k.shows(`{"ContentLength":3,"ETag":"\"149603E6C03516362A8DA23F624DB945\"","HashCRC64":"9264138970912413707","LastModified":"now","StatusCode":200,"VersionId":"id1"}`)(
			k.GetObjectMeta(ctx, &oss.GetObjectMetaRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId}))
		k.shows(`{"ETag":"\"149603E6C03516362A8DA23F624DB945\"","HashCRC64":"9264138970912413707","LastModified":"now","SourceVersionId":"id1","StatusCode":200,"VersionId":"id3"}`)(
			k.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: k.bucket, Key: oss.Ptr("copy"), SourceKey: oss.Ptr("k"), SourceVersionId: old.VersionId}))
		k.shows(`{"StatusCode":200,"VersionId":"id1"}`)(k.PutObjectTagging(ctx, &oss.PutObjectTaggingRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId,
			Tagging: &oss.Tagging{TagSet: &oss.TagSet{Tags: []oss.Tag{{Key: oss.Ptr("a"), Value: oss.Ptr("b")}}}}}))
		k.shows(`{"StatusCode":200,"Tags":[{"Key":"a","Value":"b"}],"VersionId":"id1"}`)(k.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId}))
		k.shows(`{"StatusCode":204,"VersionId":"id1"}`)(k.DeleteObjectTagging(ctx, &oss.DeleteObjectTaggingRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId}))
		k.shows(`{"StatusCode":200,"VersionId":"id1"}`)(k.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId, Acl: oss.ObjectACLPrivate}))
		k.shows(`{"ACL":"private","Owner":"owner","StatusCode":200,"VersionId":"id1"}`)(k.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId}))
		k.shows(`{"StatusCode":200,"VersionId":"id4"}`)(k.PutSymlink(ctx, &oss.PutSymlinkRequest{Bucket: k.bucket, Key: oss.Ptr("link"), Target: oss.Ptr("k")}))
		marked, err := k.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k")})
		if err != nil {
			k.t.Fatal(err)
		}
		k.shows(`{"DeleteMarker":true,"StatusCode":204,"VersionId":"id5"}`)(marked, nil)
		k.shows(`404 NoSuchKey 0026-00000001`)(k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k")}))
		k.shows(`405 MethodNotAllowed`)(k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: marked.VersionId}))
		k.shows(`{"Delimiter":"","EncodingType":"url","IsTruncated":false,"KeyMarker":"","MaxKeys":100,"Name":"trial","ObjectDeleteMarkers":[{"IsLatest":true,"Key":"k","LastModified":"now","Owner":"owner","VersionId":"id5"}],"ObjectVersions":[{"ETag":"\"149603E6C03516362A8DA23F624DB945\"","IsLatest":true,"Key":"copy","LastModified":"now","Owner":"owner","Size":3,"StorageClass":"Standard","Type":"Normal","VersionId":"id3"},{"ETag":"\"22AF645D1859CB5CA6DA0C484F1F37EA\"","IsLatest":false,"Key":"k","LastModified":"now","Owner":"owner","Size":3,"StorageClass":"Standard","Type":"Normal","VersionId":"id2"},{"ETag":"\"149603E6C03516362A8DA23F624DB945\"","IsLatest":false,"Key":"k","LastModified":"now","Owner":"owner","Size":3,"StorageClass":"Standard","Type":"Normal","VersionId":"id1"},{"ETag":"\"47D72B32B8DCBE31373A4C85E0B3C7C6\"","IsLatest":false,"Key":"k","LastModified":"now","Owner":"owner","Size":11,"StorageClass":"Standard","Type":"Normal","VersionId":"null"},{"ETag":"\"8CE4B16B22B58894AA86C421E8759DF3\"","IsLatest":true,"Key":"link","LastModified":"now","Owner":"owner","Size":0,"StorageClass":"Standard","Type":"Symlink","VersionId":"id4"}],"Prefix":"","StatusCode":200,"VersionIdMarker":""}`)(
			k.ListObjectVersions(ctx, &oss.ListObjectVersionsRequest{Bucket: k.bucket}))
		k.shows(`{"Delimiter":"","EncodingType":"url","IsTruncated":true,"KeyMarker":"","MaxKeys":2,"Name":"trial","NextKeyMarker":"k","NextVersionIdMarker":"id2","ObjectDeleteMarkers":[{"IsLatest":true,"Key":"k","LastModified":"now","Owner":"owner","VersionId":"id5"}],"ObjectVersions":[{"ETag":"\"22AF645D1859CB5CA6DA0C484F1F37EA\"","IsLatest":false,"Key":"k","LastModified":"now","Owner":"owner","Size":3,"StorageClass":"Standard","Type":"Normal","VersionId":"id2"}],"Prefix":"k","StatusCode":200,"VersionIdMarker":""}`)(
			k.ListObjectVersions(ctx, &oss.ListObjectVersionsRequest{Bucket: k.bucket, Prefix: oss.Ptr("k"), MaxKeys: 2}))
		k.shows(`{"DeleteMarker":true,"StatusCode":204,"VersionId":"id5"}`)(k.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: marked.VersionId}))
		k.shows(`{"DeletedObjects":[{"DeleteMarker":false,"Key":"k","VersionId":"id1"},{"DeleteMarker":false,"Key":"k","VersionId":"null"},{"DeleteMarker":true,"DeleteMarkerVersionId":"id6","Key":"link"}],"EncodingType":"url","StatusCode":200}`)(
			k.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: k.bucket, Delete: &oss.Delete{Objects: []oss.ObjectIdentifier{
				{Key: oss.Ptr("k"), VersionId: old.VersionId}, {Key: oss.Ptr("k"), VersionId: oss.Ptr("null")}, {Key: oss.Ptr("link")}}}}))
		k.shows(`404 NoSuchVersion 0012-00000203`)(k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: old.VersionId}))

		var kinds []string
		pages := k.NewListObjectVersionsPaginator(&oss.ListObjectVersionsRequest{Bucket: k.bucket}, func(o *oss.PaginatorOptions) { o.Limit = 1 })
		for pages.HasNext() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				k.t.Fatal(err)
			}
			for _, v := range page.ObjectVersions {
				kinds = append(kinds, oss.ToString(v.Key))
			}
			for _, v := range page.ObjectDeleteMarkers {
				kinds = append(kinds, oss.ToString(v.Key)+" deleted")
			}
		}
		k.same(kinds, "copy", "k", "link deleted", "link")
	})
}
