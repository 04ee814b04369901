package trials

import (
	"context"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

func TestSDK2CORS(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		get := &oss.GetBucketCorsRequest{Bucket: k.bucket}
		put := func(vary *bool, rules ...oss.CORSRule) *oss.PutBucketCorsRequest {
			return &oss.PutBucketCorsRequest{Bucket: k.bucket, CORSConfiguration: &oss.CORSConfiguration{CORSRules: rules, ResponseVary: vary}}
		}
		k.shows(`404 NoSuchCORSConfiguration 0034-00000001`)(k.GetBucketCors(ctx, get))
		k.shows(`{"StatusCode":200}`)(k.PutBucketCors(ctx, put(oss.Ptr(true),
			oss.CORSRule{AllowedOrigins: []string{"https://*.example.com", "https://example.org"}, AllowedMethods: []string{"PUT", "GET"},
				AllowedHeaders: []string{"Content-Type", "x-oss-*"}, ExposeHeaders: []string{"ETag", "x-oss-meta-Owner"}, MaxAgeSeconds: oss.Ptr(int64(60))},
			oss.CORSRule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"GET"}})))
		k.shows(`{"CORSConfiguration":{"CORSRules":[{"AllowedHeaders":["content-type","x-oss-*"],"AllowedMethods":["PUT","GET"],"AllowedOrigins":["https://*.example.com","https://example.org"],"ExposeHeaders":["ETag","x-oss-meta-Owner"],"MaxAgeSeconds":60},{"AllowedMethods":["GET"],"AllowedOrigins":["*"]}],"ResponseVary":true},"StatusCode":200}`)(
			k.GetBucketCors(ctx, get))
		asks := func(origin, method, headers string) *oss.OptionObjectRequest {
			return &oss.OptionObjectRequest{Bucket: k.bucket, Key: oss.Ptr("dir/ü"), Origin: oss.Ptr(origin),
				AccessControlRequestMethod: oss.Ptr(method), AccessControlRequestHeaders: oss.Ptr(headers)}
		}
		k.shows(`{"AccessControlAllowHeaders":"content-type, x-oss-meta-a","AccessControlAllowMethods":"PUT, GET","AccessControlAllowOrigin":"https://a.example.com","AccessControlExposeHeaders":"ETag, x-oss-meta-Owner","AccessControlMaxAge":60,"StatusCode":200}`)(
			k.OptionObject(ctx, asks("https://a.example.com", "PUT", "content-type,X-OSS-Meta-A")))
		k.shows(`403 AccessForbidden`)(k.OptionObject(ctx, asks("https://other.example", "PUT", "content-type")))
		gone := asks("https://a.example.com", "PUT", "content-type")
		gone.Bucket = oss.Ptr("trial-gone")
		k.shows(`404 NoSuchBucket 0015-00000101`)(k.OptionObject(ctx, gone))
		k.shows(`400 InvalidArgument 0034-00000011`)(k.PutBucketCors(ctx, put(nil, oss.CORSRule{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"PATCH"}})))
		k.shows(`400 MalformedXML 0034-00000002`)(k.PutBucketCors(ctx, put(nil)))
		k.shows(`{"StatusCode":204}`)(k.DeleteBucketCors(ctx, &oss.DeleteBucketCorsRequest{Bucket: k.bucket}))
		k.shows(`404 NoSuchCORSConfiguration 0034-00000001`)(k.GetBucketCors(ctx, get))
	})
}
