package trials

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestSDK2Objects(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		key := oss.Ptr("dir/a b+ü&#?.txt")
		k.shows(`{"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","StatusCode":200}`)(k.PutObject(ctx, &oss.PutObjectRequest{
			Bucket: k.bucket, Key: key, Body: strings.NewReader("hello"), Tagging: oss.Ptr("a=b"), Acl: oss.ObjectACLPublicRead,
			StorageClass: oss.StorageClassIA, ContentType: oss.Ptr("text/x-trial"), CacheControl: oss.Ptr("no-cache"),
			ContentDisposition: oss.Ptr("attachment"), ContentEncoding: oss.Ptr("x-trial"), Expires: oss.Ptr("Fri, 01 Jan 2038 00:00:00 GMT"),
			ContentMD5: oss.Ptr("XUFAKrxLKna5cZ2REBfFkg=="), Metadata: map[string]string{"owner": "alice", "cost-center": "ü"},
			ServerSideEncryption: oss.Ptr("KMS"), ServerSideEncryptionKeyId: oss.Ptr("key-of-trial"), TrafficLimit: 819200}))
		k.shows(`409 FileAlreadyExists`)(k.PutObject(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: key, Body: strings.NewReader("x"), ForbidOverwrite: oss.Ptr("true")}))
		k.shows(`{"CacheControl":"no-cache","ContentDisposition":"attachment","ContentEncoding":"x-trial","ContentLength":5,"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ContentType":"text/x-trial","ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","Expires":"Fri, 01 Jan 2038 00:00:00 GMT","HashCRC64":"11177612005948864433","LastModified":"now","Metadata":{"cost-center":"ü","owner":"alice"},"ObjectType":"Normal","ServerSideEncryption":"KMS","ServerSideEncryptionKeyId":"key-of-trial","StatusCode":200,"StorageClass":"IA","TaggingCount":1}`)(
			k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: key}))
		k.shows(`412 PreconditionFailed`)(k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: key, IfMatch: oss.Ptr(`"0"`)}))
		k.shows(`{"ContentLength":5,"ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","StatusCode":200}`)(
			k.GetObjectMeta(ctx, &oss.GetObjectMetaRequest{Bucket: k.bucket, Key: key}))
		k.shows(`{"Body":"hello","ContentLength":5,"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ContentType":"text/x-trial","DeleteMarker":false,"ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","Metadata":{"cost-center":"ü","owner":"alice"},"ObjectType":"Normal","ServerSideEncryption":"KMS","ServerSideEncryptionKeyId":"key-of-trial","StatusCode":200,"StorageClass":"IA","TaggingCount":1}`)(
			k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: key}))
		for name, want := range map[string]bool{*key: true, "none": false} {
			if got, err := k.IsObjectExist(ctx, bucket, name); err != nil || got != want {
				k.t.Errorf("%s exists: %v, %v", name, got, err)
			}
		}
		_, err := k.IsObjectExist(ctx, "trial-gone", "none")
		k.shows(`404 NoSuchBucket 0015-00000101`)(nil, err)
		k.shows(`{"DeleteMarker":false,"StatusCode":204}`)(k.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: k.bucket, Key: key}))
		k.shows(`{"DeleteMarker":false,"StatusCode":204}`)(k.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: k.bucket, Key: key}))
		k.shows(`404 NoSuchKey 0026-00000001`)(k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: key}))
		k.shows(`404 NoSuchKey 0026-00000001`)(k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: key}))
		k.shows(`404 NoSuchKey 0026-00000001`)(k.GetObjectMeta(ctx, &oss.GetObjectMetaRequest{Bucket: k.bucket, Key: key}))
	})
}

func TestSDK2GetObject(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.put("k", "0123456789")
		get := func(change func(*oss.GetObjectRequest)) *oss.GetObjectRequest {
			r := &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k")}
			change(r)
			return r
		}
		k.shows(`{"Body":"234","ContentLength":3,"ContentRange":"bytes 2-4/10","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"781E5E245D69B566979B86E28D23F2C7\"","HashCRC64":"2838902930144391966","LastModified":"now","ObjectType":"Normal","StatusCode":206,"StorageClass":"Standard","TaggingCount":0}`)(
			k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.Range = oss.Ptr("bytes=2-4") })))
		k.shows(`{"Body":"789","ContentLength":3,"ContentRange":"bytes 7-9/10","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"781E5E245D69B566979B86E28D23F2C7\"","HashCRC64":"2838902930144391966","LastModified":"now","ObjectType":"Normal","StatusCode":206,"StorageClass":"Standard","TaggingCount":0}`)(
			k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.Range = oss.Ptr("bytes=-3") })))
		k.shows(`{"Body":"0123456789","ContentLength":10,"ContentMD5":"eB5eJF1ptWaXm4bijSPyxw==","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"781E5E245D69B566979B86E28D23F2C7\"","HashCRC64":"2838902930144391966","LastModified":"now","ObjectType":"Normal","StatusCode":200,"StorageClass":"Standard","TaggingCount":0}`)(
			k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.Range = oss.Ptr("bytes=5-20") })))
		k.shows(`{"Body":"56789","ContentLength":5,"ContentRange":"bytes 5-9/10","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"781E5E245D69B566979B86E28D23F2C7\"","HashCRC64":"2838902930144391966","LastModified":"now","ObjectType":"Normal","StatusCode":206,"StorageClass":"Standard","TaggingCount":0}`)(
			k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.Range, r.RangeBehavior = oss.Ptr("bytes=5-20"), oss.Ptr("standard") })))
		k.shows(`416 InvalidRange`)(k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.Range, r.RangeBehavior = oss.Ptr("bytes=10-"), oss.Ptr("standard") })))
		k.shows(`{"Body":"0123456789","ContentLength":10,"ContentMD5":"eB5eJF1ptWaXm4bijSPyxw==","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"781E5E245D69B566979B86E28D23F2C7\"","HashCRC64":"2838902930144391966","LastModified":"now","ObjectType":"Normal","StatusCode":200,"StorageClass":"Standard","TaggingCount":0}`)(
			k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.IfMatch = oss.Ptr(`"781E5E245D69B566979B86E28D23F2C7"`) })))
		k.shows(`412 PreconditionFailed`)(k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.IfMatch = oss.Ptr(`"0"`) })))
		k.shows(`304 BadErrorResponse`)(k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.IfNoneMatch = oss.Ptr(`"781E5E245D69B566979B86E28D23F2C7"`) })))
		k.shows(`304 BadErrorResponse`)(k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.IfModifiedSince = oss.Ptr("Fri, 01 Jan 2038 00:00:00 GMT") })))
		k.shows(`412 PreconditionFailed`)(k.GetObject(ctx, get(func(r *oss.GetObjectRequest) { r.IfUnmodifiedSince = oss.Ptr("Fri, 13 Nov 2015 14:47:53 GMT") })))
		k.shows(`{"Body":"0123456789","ContentLength":10,"ContentMD5":"eB5eJF1ptWaXm4bijSPyxw==","ContentType":"text/a","DeleteMarker":false,"ETag":"\"781E5E245D69B566979B86E28D23F2C7\"","HashCRC64":"2838902930144391966","LastModified":"now","ObjectType":"Normal","StatusCode":200,"StorageClass":"Standard","TaggingCount":0}`)(
			k.GetObject(ctx, get(func(r *oss.GetObjectRequest) {
				r.ResponseContentType, r.ResponseCacheControl, r.ResponseContentDisposition = oss.Ptr("text/a"), oss.Ptr("max-age=1"), oss.Ptr("inline")
				r.ResponseContentEncoding, r.ResponseExpires = oss.Ptr("x-a"), oss.Ptr("0")
			})))
	})
}

func TestSDK2Files(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		from, to := filepath.Join(k.t.TempDir(), "from.html"), filepath.Join(k.t.TempDir(), "to")
		if err := os.WriteFile(from, []byte("hello"), 0o600); err != nil {
			k.t.Fatal(err)
		}
		k.shows(`{"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","StatusCode":200}`)(
			k.PutObjectFromFile(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: oss.Ptr("f.html")}, from))
		get, err := k.GetObjectToFile(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("f.html")}, to)
		if err != nil || oss.ToString(get.ContentType) != "text/html" || oss.ToString(get.HashCRC64) != helloCRC {
			k.t.Errorf("%+v, %v", get, err)
		}
		if got, err := os.ReadFile(to); err != nil || string(got) != "hello" {
			k.t.Errorf("%q, %v", got, err)
		}
	})
}

func TestSDK2CopyObject(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		key := oss.Ptr("dir/ü +.txt")
		_, err := k.PutObject(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: key, Body: strings.NewReader("hello"), Tagging: oss.Ptr("a=b"),
			CacheControl: oss.Ptr("no-cache"), ContentType: oss.Ptr("text/x-trial"), Metadata: map[string]string{"owner": "alice"}})
		if err != nil {
			k.t.Fatal(err)
		}
		copied := func(to string, change func(*oss.CopyObjectRequest)) *oss.CopyObjectRequest {
			r := &oss.CopyObjectRequest{Bucket: k.bucket, Key: oss.Ptr(to), SourceKey: key}
			change(r)
			return r
		}
		k.shows(`{"ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","StatusCode":200}`)(
			k.CopyObject(ctx, copied("plain", func(*oss.CopyObjectRequest) {})))
		k.shows(`{"CacheControl":"no-cache","ContentLength":5,"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ContentType":"text/x-trial","ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","Metadata":{"owner":"alice"},"ObjectType":"Normal","StatusCode":200,"StorageClass":"Standard","TaggingCount":1}`)(
			k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: oss.Ptr("plain")}))
		k.shows(`{"ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","ServerSideEncryption":"AES256","StatusCode":200}`)(
			k.CopyObject(ctx, copied("changed", func(r *oss.CopyObjectRequest) {
				r.MetadataDirective, r.Metadata = oss.Ptr("REPLACE"), map[string]string{"team": "web"}
				r.TaggingDirective, r.Tagging = oss.Ptr("Replace"), oss.Ptr("c=d&e=f")
				r.StorageClass, r.ServerSideEncryption, r.Acl = oss.StorageClassIA, oss.Ptr("AES256"), oss.ObjectACLPublicRead
			})))
		k.shows(`{"ContentLength":5,"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ContentType":"text/x-trial","ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","Metadata":{"team":"web"},"ObjectType":"Normal","ServerSideEncryption":"AES256","StatusCode":200,"StorageClass":"IA","TaggingCount":2}`)(
			k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: oss.Ptr("changed")}))
		k.shows(`{"StatusCode":200,"Tags":[{"Key":"c","Value":"d"},{"Key":"e","Value":"f"}]}`)(k.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: k.bucket, Key: oss.Ptr("changed")}))
		k.shows(`{"ACL":"public-read","Owner":"owner","StatusCode":200}`)(k.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: k.bucket, Key: oss.Ptr("changed")}))
		k.shows(`409 FileAlreadyExists`)(k.CopyObject(ctx, copied("changed", func(r *oss.CopyObjectRequest) { r.ForbidOverwrite = oss.Ptr("true") })))
		k.shows(`412 PreconditionFailed`)(k.CopyObject(ctx, copied("other", func(r *oss.CopyObjectRequest) { r.IfMatch = oss.Ptr(`"0"`) })))
		k.shows(`304 BadErrorResponse`)(k.CopyObject(ctx, copied("other", func(r *oss.CopyObjectRequest) { r.IfNoneMatch = oss.Ptr(`"5D41402ABC4B2A76B9719D911017C592"`) })))
		k.shows(`404 NoSuchKey 0026-00000001`)(k.CopyObject(ctx, copied("other", func(r *oss.CopyObjectRequest) { r.SourceKey = oss.Ptr("none") })))
		k.shows(`404 NoSuchBucket 0015-00000101`)(k.CopyObject(ctx, copied("other", func(r *oss.CopyObjectRequest) { r.SourceBucket = oss.Ptr("trial-gone") })))
	})
}

func TestSDK2AppendObject(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		add := func(at int64, body string) *oss.AppendObjectRequest {
			return &oss.AppendObjectRequest{Bucket: k.bucket, Key: oss.Ptr("log"), Position: oss.Ptr(at), Body: strings.NewReader(body),
				ContentType: oss.Ptr("text/x-log"), Metadata: map[string]string{"owner": "alice"}}
		}
		first := add(0, "he")
		first.InitHashCRC64 = oss.Ptr("0")
		k.shows(`{"HashCRC64":"14183117467897383851","NextPosition":2,"StatusCode":200}`)(k.AppendObject(ctx, first))
		k.shows(`{"HashCRC64":"11177612005948864433","NextPosition":5,"StatusCode":200}`)(k.AppendObject(ctx, add(2, "llo")))
		k.shows(`409 PositionNotEqualToLength 0026-00000016`)(k.AppendObject(ctx, add(2, "llo")))
		head, err := k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: oss.Ptr("log")})
		if err == nil {
			head.ETag = nil // opaque (OSS-073)
		}
		k.shows(`{"ContentLength":5,"ContentType":"text/x-log","HashCRC64":"11177612005948864433","LastModified":"now","Metadata":{"owner":"alice"},"NextAppendPosition":"5","ObjectType":"Appendable","StatusCode":200,"StorageClass":"Standard","TaggingCount":0}`)(
			head, err)
		k.put("k", "x")
		onto := add(1, "y")
		onto.Key = oss.Ptr("k")
		k.shows(`409 ObjectNotAppendable`)(k.AppendObject(ctx, onto))
		file, err := k.AppendFile(ctx, bucket, "log")
		if err != nil {
			k.t.Fatal(err)
		}
		if _, err := file.Write([]byte("!")); err != nil {
			k.t.Error(err)
		}
		if err := file.Close(); err != nil {
			k.t.Error(err)
		}
		k.body("log", "hello!")
	})
}

func TestSDK2DeleteMultipleObjects(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		named := func(keys ...string) []oss.ObjectIdentifier {
			var all []oss.ObjectIdentifier
			for _, key := range keys {
				all = append(all, oss.ObjectIdentifier{Key: oss.Ptr(key)})
			}
			return all
		}
		for _, key := range []string{"a&b", "c\x01d", "ü", "left"} {
			k.put(key, "x")
		}
		k.shows(`{"DeletedObjects":[{"DeleteMarker":false,"Key":"a&b"},{"DeleteMarker":false,"Key":"c\u0001d"},{"DeleteMarker":false,"Key":"none"}],"EncodingType":"url","StatusCode":200}`)(
			k.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: k.bucket, Delete: &oss.Delete{Objects: named("a&b", "c\x01d", "none")}}))
		k.shows(`{"StatusCode":200}`)(k.DeleteMultipleObjects(ctx, &oss.DeleteMultipleObjectsRequest{Bucket: k.bucket, Delete: &oss.Delete{Objects: named("ü"), Quiet: true}}))
		k.shows(`{"Contents":[{"ETag":"\"9DD4E461268C8034F5C8564E155C67A6\"","Key":"left","LastModified":"now","Size":1,"StorageClass":"Standard","Type":"Normal"}],"Delimiter":"","EncodingType":"url","IsTruncated":false,"KeyCount":1,"MaxKeys":100,"Name":"trial","Prefix":"","StatusCode":200}`)(
			k.ListObjectsV2(ctx, &oss.ListObjectsV2Request{Bucket: k.bucket}))
	})
}

func TestSDK2ObjectACL(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		key := oss.Ptr("k")
		k.put("k", "x")
		k.shows(`{"ACL":"default","Owner":"owner","StatusCode":200}`)(k.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: k.bucket, Key: key}))
		k.shows(`{"StatusCode":200}`)(k.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: k.bucket, Key: key, Acl: oss.ObjectACLPublicReadWrite}))
		k.shows(`{"ACL":"public-read-write","Owner":"owner","StatusCode":200}`)(k.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: k.bucket, Key: key}))
		k.shows(`400 InvalidArgument 0017-00000104`)(k.PutObjectAcl(ctx, &oss.PutObjectAclRequest{Bucket: k.bucket, Key: key, Acl: "odd"}))
		k.shows(`404 NoSuchKey 0026-00000001`)(k.GetObjectAcl(ctx, &oss.GetObjectAclRequest{Bucket: k.bucket, Key: oss.Ptr("none")}))
	})
}

func TestSDK2ObjectTagging(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		key := oss.Ptr("k")
		k.put("k", "x")
		get := &oss.GetObjectTaggingRequest{Bucket: k.bucket, Key: key}
		put := func(tags ...oss.Tag) *oss.PutObjectTaggingRequest {
			return &oss.PutObjectTaggingRequest{Bucket: k.bucket, Key: key, Tagging: &oss.Tagging{TagSet: &oss.TagSet{Tags: tags}}}
		}
		k.shows(`{"StatusCode":200}`)(k.GetObjectTagging(ctx, get))
		k.shows(`{"StatusCode":200}`)(k.PutObjectTagging(ctx, put(oss.Tag{Key: oss.Ptr("a b"), Value: oss.Ptr("c+d")}, oss.Tag{Key: oss.Ptr("e"), Value: oss.Ptr("")})))
		k.shows(`{"StatusCode":200,"Tags":[{"Key":"a b","Value":"c+d"},{"Key":"e","Value":""}]}`)(k.GetObjectTagging(ctx, get))
		k.shows(`400 InvalidTag`)(k.PutObjectTagging(ctx, put(oss.Tag{Key: oss.Ptr("a"), Value: oss.Ptr("1")}, oss.Tag{Key: oss.Ptr("a"), Value: oss.Ptr("2")})))
		k.shows(`{"StatusCode":204}`)(k.DeleteObjectTagging(ctx, &oss.DeleteObjectTaggingRequest{Bucket: k.bucket, Key: key}))
		k.shows(`{"StatusCode":200}`)(k.GetObjectTagging(ctx, get))
	})
}

func TestSDK2Symlink(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.put("dir/ü +.txt", "hello")
		k.shows(`{"StatusCode":200}`)(k.PutSymlink(ctx, &oss.PutSymlinkRequest{Bucket: k.bucket, Key: oss.Ptr("link"), Target: oss.Ptr("dir%2F%C3%BC%20%2B.txt"),
			StorageClass: oss.StorageClassIA, Acl: oss.ObjectACLPrivate, Metadata: map[string]string{"owner": "alice"}}))
		link, err := k.GetSymlink(ctx, &oss.GetSymlinkRequest{Bucket: k.bucket, Key: oss.Ptr("link")})
		if err == nil {
			link.ETag = nil // of the link itself, which no page describes
		}
		k.shows(`{"Metadata":{"owner":"alice"},"StatusCode":200,"Target":"dir%2F%C3%BC%20%2B.txt"}`)(link, err)
		k.shows(`{"Body":"hello","ContentLength":5,"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ContentType":"application/octet-stream","DeleteMarker":false,"ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","Metadata":{"owner":"alice"},"ObjectType":"Symlink","StatusCode":200,"StorageClass":"IA","TaggingCount":0}`)(
			k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("link")}))
		k.shows(`409 FileAlreadyExists`)(k.PutSymlink(ctx, &oss.PutSymlinkRequest{Bucket: k.bucket, Key: oss.Ptr("link"), Target: oss.Ptr("x"), ForbidOverwrite: oss.Ptr("true")}))
		k.shows(`400 NotSymlink`)(k.GetSymlink(ctx, &oss.GetSymlinkRequest{Bucket: k.bucket, Key: oss.Ptr("dir/ü +.txt")}))
		k.shows(`404 NoSuchKey 0026-00000001`)(k.GetSymlink(ctx, &oss.GetSymlinkRequest{Bucket: k.bucket, Key: oss.Ptr("none")}))
	})
}
