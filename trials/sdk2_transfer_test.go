package trials

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
)

// TestSDK2Transfer moves a body of several parts up, across and down.
func TestSDK2Transfer(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		body := strings.Repeat("0123456789", 60_000)
		up := k.NewUploader(func(o *oss.UploaderOptions) { o.PartSize, o.ParallelNum = 200<<10, 2 })
		k.shows(`{"ETag":"\"42AEE5CE6FF2BF3594F769185255BD1F-3\"","HashCRC64":"3932226498140222870","StatusCode":200,"UploadId":"id1"}`)(
			up.UploadFrom(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: oss.Ptr("large"), ContentType: oss.Ptr("text/x-trial"),
				Tagging: oss.Ptr("a=b"), Metadata: map[string]string{"owner": "alice"}}, strings.NewReader(body)))
		k.body("large", body)
		k.shows(`{"ETag":"\"5D41402ABC4B2A76B9719D911017C592\"","HashCRC64":"11177612005948864433","StatusCode":200}`)(
			up.UploadFrom(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: oss.Ptr("small")}, strings.NewReader("hello")))

		across := k.NewCopier(func(o *oss.CopierOptions) {
			o.PartSize, o.ParallelNum, o.MultipartCopyThreshold, o.DisableShallowCopy = 200<<10, 2, 300<<10, true
		})
		k.shows(`{"ETag":"\"42AEE5CE6FF2BF3594F769185255BD1F-3\"","HashCRC64":"3932226498140222870","StatusCode":200,"UploadId":"id2"}`)(
			across.Copy(ctx, &oss.CopyObjectRequest{Bucket: k.bucket, Key: oss.Ptr("copied"), SourceKey: oss.Ptr("large")}))
		k.shows(`{"ContentLength":600000,"ContentType":"text/x-trial","ETag":"\"42AEE5CE6FF2BF3594F769185255BD1F-3\"","HashCRC64":"3932226498140222870","LastModified":"now","Metadata":{"owner":"alice"},"ObjectType":"Multipart","StatusCode":200,"StorageClass":"Standard","TaggingCount":1}`)(
			k.HeadObject(ctx, &oss.HeadObjectRequest{Bucket: k.bucket, Key: oss.Ptr("copied")}))
		k.shows(`{"StatusCode":200,"Tags":[{"Key":"a","Value":"b"}]}`)(k.GetObjectTagging(ctx, &oss.GetObjectTaggingRequest{Bucket: k.bucket, Key: oss.Ptr("copied")}))
		k.body("copied", body)

		file := filepath.Join(k.t.TempDir(), "file")
		down := k.NewDownloader(func(o *oss.DownloaderOptions) { o.PartSize, o.ParallelNum = 200<<10, 2 })
		k.shows(`{"Written":600000}`)(down.DownloadFile(ctx, &oss.GetObjectRequest{Bucket: k.bucket, Key: oss.Ptr("copied")}, file))
		if got, err := os.ReadFile(file); err != nil || string(got) != body {
			k.t.Errorf("%d bytes, %v", len(got), err)
		}
		k.shows(`{"ETag":"\"42AEE5CE6FF2BF3594F769185255BD1F-3\"","HashCRC64":"3932226498140222870","StatusCode":200,"UploadId":"id3"}`)(
			up.UploadFile(ctx, &oss.PutObjectRequest{Bucket: k.bucket, Key: oss.Ptr("file")}, file))
		k.body("file", body)
	})
}

func TestSDK2OpenFile(t *testing.T) {
	t.Parallel()
	eachTalk(t, func(ctx context.Context, k *talk) {
		k.put("k", "0123456789")
		file, err := k.OpenFile(ctx, bucket, "k")
		if err != nil {
			k.t.Fatal(err)
		}
		defer file.Close()
		part := make([]byte, 3)
		if _, err := file.Seek(4, 0); err != nil {
			k.t.Error(err)
		}
		if n, err := file.Read(part); err != nil || string(part[:n]) != "456" {
			k.t.Errorf("%q, %v", part[:n], err)
		}
	})
}
