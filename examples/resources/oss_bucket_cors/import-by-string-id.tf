import {
  to = oss_bucket_cors.example
  id = "example"
}
