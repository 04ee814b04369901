# What is kept for rare use, with headers and metadata: one request more for each object.
list "oss_object" "rare" {
  provider         = oss
  include_resource = true

  config {
    bucket        = "example"
    storage_class = "IA"
  }
}
