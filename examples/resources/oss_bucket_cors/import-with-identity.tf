import {
  to = oss_bucket_cors.example
  identity = {
    bucket = "example"
  }
}
