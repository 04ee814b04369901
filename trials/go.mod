module github.com/terraform-provider-oss/terraform-provider-oss/trials

go 1.26.0

require (
	github.com/aliyun/alibabacloud-oss-go-sdk-v2 v1.6.1
	github.com/terraform-provider-oss/terraform-provider-oss v0.0.0
)

require (
	github.com/alibabacloud-go/debug v1.0.1 // indirect
	github.com/aliyun/aliyun-oss-go-sdk v3.0.2+incompatible // indirect
	github.com/aliyun/credentials-go v1.4.14 // indirect
	github.com/cenkalti/backoff/v5 v5.0.3 // indirect
	golang.org/x/sync v0.25.0 // indirect
	gopkg.in/ini.v1 v1.67.0 // indirect
)

require golang.org/x/time v0.16.0 // indirect

replace github.com/terraform-provider-oss/terraform-provider-oss => ../
