# The CORS rules of every bucket in the region that has some.
list "oss_bucket_cors" "all" {
  provider         = oss
  include_resource = true

  config {}
}
