data "oss_cors_preflight" "upload" {
  bucket  = "example"
  key     = "uploads/photo.jpg"
  origin  = "https://editor.example.com"
  method  = "PUT"
  headers = ["content-type", "x-oss-meta-owner"]
}

# Warns after each plan and apply while browsers would refuse the upload.
check "editor_may_upload" {
  assert {
    condition     = data.oss_cors_preflight.upload.allowed
    error_message = "The editor cannot upload: ${coalesce(data.oss_cors_preflight.upload.reason, "no reason given")}"
  }
}
