# OSS answers with the first rule that matches, so the order of the rules has a meaning: the narrow one comes first.
resource "oss_bucket_cors" "example" {
  bucket = "example"

  # The editor uploads from the browser and has to read the ETag of what it stored.
  cors_rule {
    allowed_origins = ["https://editor.example.com"]
    allowed_methods = ["GET", "PUT", "HEAD"]
    allowed_headers = ["content-type", "x-oss-*"]
    expose_headers  = ["etag", "x-oss-request-id"]
    max_age_seconds = 600
  }

  # Everybody else may read.
  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET", "HEAD"]
  }

  # Answers differ by origin, so caches between OSS and the browser have to keep them apart.
  response_vary = true
}
