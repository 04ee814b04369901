package trials

import (
	"context"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestSDK2Buckets(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		b, gone := oss.Ptr("trial-new"), oss.Ptr("trial-gone")
		k.shows(`{"StatusCode":200}`)(k.PutBucket(ctx, &oss.PutBucketRequest{Bucket: b, Acl: oss.BucketACLPublicRead, ResourceGroupId: oss.Ptr("rg-trial"),
			CreateBucketConfiguration: &oss.CreateBucketConfiguration{StorageClass: oss.StorageClassIA, DataRedundancyType: oss.DataRedundancyZRS}}))
		k.shows(`409 BucketAlreadyExists 0015-00000104`)(k.PutBucket(ctx, &oss.PutBucketRequest{Bucket: b,
			CreateBucketConfiguration: &oss.CreateBucketConfiguration{StorageClass: oss.StorageClassArchive}}))
		k.shows(`400 InvalidArgument`)(k.PutBucket(ctx, &oss.PutBucketRequest{Bucket: oss.Ptr("trial-odd"), Acl: "odd"}))
		k.shows(`{"BucketInfo":{"ACL":"public-read","AccessMonitor":"Disabled","BlockPublicAccess":false,"BucketPolicy":{"LogBucket":"","LogPrefix":""},"Comment":"","CreationDate":"now","CrossRegionReplication":"Disabled","DataRedundancyType":"ZRS","ExtranetEndpoint":"oss-cn-hangzhou.aliyuncs.com","IntranetEndpoint":"oss-cn-hangzhou-internal.aliyuncs.com","Location":"oss-cn-hangzhou","Name":"trial-new","Owner":"owner","ResourceGroupId":"rg-trial","SseRule":{"SSEAlgorithm":""},"StorageClass":"IA","TransferAcceleration":"Disabled"},"StatusCode":200}`)(
			k.GetBucketInfo(ctx, &oss.GetBucketInfoRequest{Bucket: b}))
		k.shows(`{"LocationConstraint":"oss-cn-hangzhou","StatusCode":200}`)(k.GetBucketLocation(ctx, &oss.GetBucketLocationRequest{Bucket: b}))
		k.shows(`{"ArchiveObjectCount":0,"ArchiveRealStorage":0,"ArchiveStorage":0,"ColdArchiveObjectCount":0,"ColdArchiveRealStorage":0,"ColdArchiveStorage":0,"DeepColdArchiveObjectCount":0,"DeepColdArchiveRealStorage":0,"DeepColdArchiveStorage":0,"DeleteMarkerCount":0,"InfrequentAccessObjectCount":0,"InfrequentAccessRealStorage":0,"InfrequentAccessStorage":0,"LastModifiedTime":0,"LiveChannelCount":0,"MultipartPartCount":0,"MultipartUploadCount":0,"ObjectCount":0,"StandardObjectCount":0,"StandardStorage":0,"StatusCode":200,"Storage":0}`)(
			k.GetBucketStat(ctx, &oss.GetBucketStatRequest{Bucket: b}))
		k.shows(`{"ACL":"public-read","Owner":"owner","StatusCode":200}`)(k.GetBucketAcl(ctx, &oss.GetBucketAclRequest{Bucket: b}))
		k.shows(`{"StatusCode":200}`)(k.PutBucketAcl(ctx, &oss.PutBucketAclRequest{Bucket: b, Acl: oss.BucketACLPrivate}))
		k.shows(`{"ACL":"private","Owner":"owner","StatusCode":200}`)(k.GetBucketAcl(ctx, &oss.GetBucketAclRequest{Bucket: b}))
		k.shows(`{"StatusCode":200}`)(k.GetBucketVersioning(ctx, &oss.GetBucketVersioningRequest{Bucket: b}))
		k.shows(`{"StatusCode":200}`)(k.PutBucketVersioning(ctx, &oss.PutBucketVersioningRequest{Bucket: b, VersioningConfiguration: &oss.VersioningConfiguration{Status: oss.VersionSuspended}}))
		k.shows(`{"StatusCode":200,"VersionStatus":"Suspended"}`)(k.GetBucketVersioning(ctx, &oss.GetBucketVersioningRequest{Bucket: b}))

		for name, want := range map[string]bool{"trial-new": true, "trial-gone": false} {
			if got, err := k.IsBucketExist(ctx, name); err != nil || got != want {
				k.t.Errorf("%s exists: %v, %v", name, got, err)
			}
		}
		k.shows(`404 NoSuchBucket 0015-00000101`)(k.GetBucketInfo(ctx, &oss.GetBucketInfoRequest{Bucket: gone}))
		k.shows(`404 NoSuchBucket 0015-00000101`)(k.DeleteBucket(ctx, &oss.DeleteBucketRequest{Bucket: gone}))
		k.put("k", "x")
		k.shows(`409 BucketNotEmpty 0015-00000301`)(k.DeleteBucket(ctx, &oss.DeleteBucketRequest{Bucket: k.bucket}))
		k.shows(`{"StatusCode":204}`)(k.DeleteBucket(ctx, &oss.DeleteBucketRequest{Bucket: b}))
		k.shows(`404 NoSuchBucket 0015-00000101`)(k.GetBucketAcl(ctx, &oss.GetBucketAclRequest{Bucket: b}))
	})
}

func TestSDK2ListBuckets(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.shows(`{"Buckets":[{"CreationDate":"now","ExtranetEndpoint":"oss-cn-hangzhou.aliyuncs.com","IntranetEndpoint":"oss-cn-hangzhou-internal.aliyuncs.com","Location":"oss-cn-hangzhou","Name":"trial","Region":"cn-hangzhou","StorageClass":"Standard"}],"IsTruncated":false,"MaxKeys":0,"Owner":"owner","StatusCode":200}`)(
			k.ListBuckets(ctx, &oss.ListBucketsRequest{}))
		for _, name := range []string{"trial-a", "trial-b"} {
			k.shows(`{"StatusCode":200}`)(k.PutBucket(ctx, &oss.PutBucketRequest{Bucket: oss.Ptr(name)}))
		}
		k.shows(`{"Buckets":[{"CreationDate":"now","ExtranetEndpoint":"oss-cn-hangzhou.aliyuncs.com","IntranetEndpoint":"oss-cn-hangzhou-internal.aliyuncs.com","Location":"oss-cn-hangzhou","Name":"trial-a","Region":"cn-hangzhou","StorageClass":"Standard"}],"IsTruncated":true,"MaxKeys":1,"NextMarker":"trial-a","Owner":"owner","Prefix":"trial-","StatusCode":200}`)(
			k.ListBuckets(ctx, &oss.ListBucketsRequest{Prefix: oss.Ptr("trial-"), MaxKeys: 1}))
		k.shows(`{"Buckets":[{"CreationDate":"now","ExtranetEndpoint":"oss-cn-hangzhou.aliyuncs.com","IntranetEndpoint":"oss-cn-hangzhou-internal.aliyuncs.com","Location":"oss-cn-hangzhou","Name":"trial-b","Region":"cn-hangzhou","StorageClass":"Standard"}],"IsTruncated":false,"MaxKeys":0,"Owner":"owner","StatusCode":200}`)(
			k.ListBuckets(ctx, &oss.ListBucketsRequest{Prefix: oss.Ptr("trial-"), MaxKeys: 1, Marker: oss.Ptr("trial-a")}))
		k.shows(`400 InvalidArgument`)(k.ListBuckets(ctx, &oss.ListBucketsRequest{Prefix: oss.Ptr("NO/BUCKET")}))
		var names []string
		pages := k.NewListBucketsPaginator(&oss.ListBucketsRequest{MaxKeys: 2})
		for pages.HasNext() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				k.t.Fatal(err)
			}
			for _, b := range page.Buckets {
				names = append(names, oss.ToString(b.Name))
			}
		}
		k.same(names, "trial", "trial-a", "trial-b")
	})
}

func TestSDK2BucketEncryption(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		get := &oss.GetBucketEncryptionRequest{Bucket: k.bucket}
		put := func(rule oss.ApplyServerSideEncryptionByDefault) *oss.PutBucketEncryptionRequest {
			return &oss.PutBucketEncryptionRequest{Bucket: k.bucket, ServerSideEncryptionRule: &oss.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &rule}}
		}
		k.shows(`404 NoSuchServerSideEncryptionRule 0005-00000004`)(k.GetBucketEncryption(ctx, get))
		k.shows(`{"StatusCode":200}`)(k.PutBucketEncryption(ctx, put(oss.ApplyServerSideEncryptionByDefault{SSEAlgorithm: oss.Ptr("AES256")})))
		k.shows(`{"ServerSideEncryptionRule":{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}},"StatusCode":200}`)(k.GetBucketEncryption(ctx, get))
		k.shows(`{"StatusCode":200}`)(k.PutBucketEncryption(ctx, put(oss.ApplyServerSideEncryptionByDefault{SSEAlgorithm: oss.Ptr("KMS"),
			KMSMasterKeyID: oss.Ptr("9468da86-3509-4f8d-a61e-6eab1eac0001"), KMSDataEncryption: oss.Ptr("SM4")})))
		k.shows(`{"ServerSideEncryptionRule":{"ApplyServerSideEncryptionByDefault":{"KMSDataEncryption":"SM4","KMSMasterKeyID":"9468da86-3509-4f8d-a61e-6eab1eac0001","SSEAlgorithm":"KMS"}},"StatusCode":200}`)(
			k.GetBucketEncryption(ctx, get))
		k.shows(`{"BucketInfo":{"ACL":"private","AccessMonitor":"Disabled","BlockPublicAccess":false,"BucketPolicy":{"LogBucket":"","LogPrefix":""},"Comment":"","CreationDate":"now","CrossRegionReplication":"Disabled","DataRedundancyType":"LRS","ExtranetEndpoint":"oss-cn-hangzhou.aliyuncs.com","IntranetEndpoint":"oss-cn-hangzhou-internal.aliyuncs.com","Location":"oss-cn-hangzhou","Name":"trial","Owner":"owner","ResourceGroupId":"rg-local0000000001","SseRule":{"KMSDataEncryption":"SM4","KMSMasterKeyID":"9468da86-3509-4f8d-a61e-6eab1eac0001","SSEAlgorithm":"KMS"},"StorageClass":"Standard","TransferAcceleration":"Disabled"},"StatusCode":200}`)(
			k.GetBucketInfo(ctx, &oss.GetBucketInfoRequest{Bucket: k.bucket}))
		k.put("k", "hello")
		k.shows(`{"ContentLength":5,"ContentMD5":"XUFAKrxLKna5cZ2REBfFkg==","ContentType":"application/octet-stream","ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","LastModified":"now","ObjectType":"Normal","ServerSideDataEncryption":"SM4","ServerSideEncryption":"KMS","ServerSideEncryptionKeyId":"9468da86-3509-4f8d-a61e-6eab1eac0001","StatusCode":200,"StorageClass":"Standard","TaggingCount":0}`)(
			k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k")}))
		k.shows(`400 InvalidEncryptionAlgorithmError`)(k.PutBucketEncryption(ctx, put(oss.ApplyServerSideEncryptionByDefault{SSEAlgorithm: oss.Ptr("ROT13")})))
		k.shows(`{"StatusCode":204}`)(k.DeleteBucketEncryption(ctx, &oss.DeleteBucketEncryptionRequest{Bucket: k.bucket}))
		k.shows(`404 NoSuchServerSideEncryptionRule 0005-00000004`)(k.GetBucketEncryption(ctx, get))
	})
}

func TestSDK2BucketOverwriteConfig(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		get := &oss.GetBucketOverwriteConfigRequest{Bucket: k.bucket}
		k.shows(`404 NoSuchBucketOverwriteConfig`)(k.GetBucketOverwriteConfig(ctx, get))
		k.shows(`{"StatusCode":200}`)(k.PutBucketOverwriteConfig(ctx, &oss.PutBucketOverwriteConfigRequest{Bucket: k.bucket, OverwriteConfiguration: &oss.OverwriteConfiguration{
			Rules: []oss.OverwriteRule{
				{ID: oss.Ptr("all"), Action: oss.Ptr("forbid"), Prefix: oss.Ptr("kept/"), Suffix: oss.Ptr(".txt")},
				{ID: oss.Ptr("one"), Action: oss.Ptr("forbid"), Prefix: oss.Ptr("other/"), Principals: &oss.OverwritePrincipals{Principals: []string{"27737962156157"}}},
			}}}))
		k.shows(`{"OverwriteConfiguration":{"Rules":[{"Action":"forbid","ID":"all","Prefix":"kept/","Suffix":".txt"},{"Action":"forbid","ID":"one","Prefix":"other/","Principals":{"Principals":["27737962156157"]}}]},"StatusCode":200}`)(
			k.GetBucketOverwriteConfig(ctx, get))
		k.put("kept/a.txt", "x")
		k.shows(`409 FileAlreadyExists`)(k.CopyObject(ctx, &oss.CopyObjectRequest{Bucket: k.bucket, Key: oss.Ptr("kept/a.txt"), SourceKey: oss.Ptr("kept/a.txt")}))
		k.shows(`{"StatusCode":204}`)(k.DeleteBucketOverwriteConfig(ctx, &oss.DeleteBucketOverwriteConfigRequest{Bucket: k.bucket}))
		k.shows(`404 NoSuchBucketOverwriteConfig`)(k.GetBucketOverwriteConfig(ctx, get))
	})
}

// TestSDK2NotModelled holds that what the server does not know is refused, and not taken without effect.
func TestSDK2NotModelled(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		const refused = `501 NotImplemented`
		k.shows(refused)(k.GetBucketPolicy(ctx, &oss.GetBucketPolicyRequest{Bucket: k.bucket}))
		k.shows(refused)(k.GetBucketLifecycle(ctx, &oss.GetBucketLifecycleRequest{Bucket: k.bucket}))
		k.shows(refused)(k.GetBucketTags(ctx, &oss.GetBucketTagsRequest{Bucket: k.bucket}))
		k.shows(refused)(k.DescribeRegions(ctx, &oss.DescribeRegionsRequest{}))
		k.put("k", "x")
		k.shows(refused)(k.GetObject(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), Process: oss.Ptr("image/info")}))
		k.shows(refused)(k.ProcessObject(ctx, &oss.ProcessObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), Process: oss.Ptr("image/resize,w_1|sys/saveas,o_aw==")}))
		k.shows(refused)(k.SealAppendObject(ctx, &oss.SealAppendObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), Position: oss.Ptr(int64(1))}))
	})
}
