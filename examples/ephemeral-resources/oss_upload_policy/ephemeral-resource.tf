# A form for pictures up to 5 MiB, below one prefix.
ephemeral "oss_upload_policy" "pictures" {
  bucket        = "example"
  key_prefix    = "pictures/"
  max_size      = 5 * 1024 * 1024
  content_types = ["image/png", "image/jpeg"]
  expires_in    = 3600

  metadata = {
    source = "upload-form"
  }
  request_headers = {
    "Cache-Control"          = "no-cache"
    "x-oss-forbid-overwrite" = "true"
  }
}

# The page that uploads posts these fields, the field Content-Type, and the file last, to the URL.
resource "oss_object" "form" {
  bucket = "example"
  key    = "upload/form.json"

  content_wo = jsonencode({
    url    = ephemeral.oss_upload_policy.pictures.url
    fields = ephemeral.oss_upload_policy.pictures.fields
  })
  content_wo_version = 1
}
