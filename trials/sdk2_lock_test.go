package trials

import (
	"context"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

const farDate = "2099-01-01T00:00:00.000Z"

func TestSDK2ObjectWorm(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		get := &oss.GetBucketObjectWormConfigurationRequest{Bucket: k.bucket}
		put := &oss.PutBucketObjectWormConfigurationRequest{Bucket: k.bucket, ObjectWormConfiguration: &oss.ObjectWormConfiguration{ObjectWormEnabled: oss.Ptr("Enabled"),
			Rule: &oss.ObjectWormRule{DefaultRetention: &oss.ObjectWormDefaultRetention{Mode: oss.Ptr("GOVERNANCE"), Days: oss.Ptr(int32(1))}}}}
		k.shows(`404 NoSuchObjectWormConfiguration`)(k.GetBucketObjectWormConfiguration(ctx, get))
		k.shows(`400 InvalidRequest`)(k.PutBucketObjectWormConfiguration(ctx, put))
		k.enableVersions()
		k.shows(`{"StatusCode":200}`)(k.PutBucketObjectWormConfiguration(ctx, put))
		k.shows(`{"ObjectWormConfiguration":{"ObjectWormEnabled":"Enabled","Rule":{"DefaultRetention":{"Days":1,"Mode":"GOVERNANCE"}}},"StatusCode":200}`)(k.GetBucketObjectWormConfiguration(ctx, get))
		put.ObjectWormConfiguration.Rule = nil
		k.shows(`{"StatusCode":200}`)(k.PutBucketObjectWormConfiguration(ctx, put))
		k.shows(`{"ObjectWormConfiguration":{"ObjectWormEnabled":"Enabled"},"StatusCode":200}`)(k.GetBucketObjectWormConfiguration(ctx, get))

		version := k.put("k", "x").VersionId
		kept := &oss.GetObjectRetentionRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: version}
		keep := &oss.PutObjectRetentionRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: version,
			Retention: &oss.ObjectWormRetention{Mode: oss.Ptr("GOVERNANCE"), RetainUntilDate: oss.Ptr(farDate)}}
		k.shows(`404 NoSuchObjectRetentionConfiguration`)(k.GetObjectRetention(ctx, kept))
		k.shows(`{"StatusCode":200}`)(k.PutObjectRetention(ctx, keep))
		k.shows(`{"Retention":{"Mode":"GOVERNANCE","RetainUntilDate":"2099-01-01T00:00:00.000Z"},"StatusCode":200}`)(k.GetObjectRetention(ctx, kept))
		k.shows(`409 FileImmutable`)(k.DeleteObject(ctx, &oss.DeleteObjectRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: version}))
		keep.Retention.RetainUntilDate = oss.Ptr("2098-01-01T00:00:00.000Z")
		k.shows(`403 AccessDenied`)(k.PutObjectRetention(ctx, keep))
		keep.BypassGovernanceRetention = oss.Ptr(true)
		k.shows(`{"StatusCode":200}`)(k.PutObjectRetention(ctx, keep))
		k.shows(`{"Retention":{"Mode":"GOVERNANCE","RetainUntilDate":"2098-01-01T00:00:00.000Z"},"StatusCode":200}`)(k.GetObjectRetention(ctx, kept))

		held := &oss.GetObjectLegalHoldRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: version}
		hold := func(status string) *oss.PutObjectLegalHoldRequest {
			return &oss.PutObjectLegalHoldRequest{Bucket: k.bucket, Key: oss.Ptr("k"), VersionId: version, LegalHold: &oss.ObjectWormLegalHold{Status: oss.Ptr(status)}}
		}
		k.shows(`404 NoSuchObjectLegalHoldConfiguration`)(k.GetObjectLegalHold(ctx, held))
		k.shows(`{"StatusCode":200}`)(k.PutObjectLegalHold(ctx, hold("ON")))
		k.shows(`{"LegalHold":{"Status":"ON"},"StatusCode":200}`)(k.GetObjectLegalHold(ctx, held))
		k.shows(`{"StatusCode":200}`)(k.PutObjectLegalHold(ctx, hold("OFF")))
		k.shows(`{"LegalHold":{"Status":"OFF"},"StatusCode":200}`)(k.GetObjectLegalHold(ctx, held))
		k.shows(`400 MalformedXML`)(k.PutObjectLegalHold(ctx, hold("odd")))
	})
}
