# The first body is made here, and a pipeline deploys the following ones. Headers and metadata stay managed.
resource "oss_object" "release" {
  bucket            = "example"
  key               = "app/release.json"
  content           = jsonencode({ version = "0.0.0" })
  ignore_body_drift = true

  content_type  = "application/json"
  cache_control = "no-cache"
}
