module github.com/terraform-provider-oss/terraform-provider-oss/trials

go 1.26.0

require (
	github.com/aliyun/alibabacloud-oss-go-sdk-v2 v1.6.1
	github.com/terraform-provider-oss/terraform-provider-oss v0.0.0
)

replace github.com/terraform-provider-oss/terraform-provider-oss => ../

require golang.org/x/time v0.16.0 // indirect
