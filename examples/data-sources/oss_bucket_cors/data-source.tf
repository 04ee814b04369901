data "oss_bucket_cors" "example" {
  bucket = "example"
}

# Every origin that some rule names.
output "origins" {
  value = distinct(flatten([for rule in data.oss_bucket_cors.example.cors_rule : tolist(rule.allowed_origins)]))
}
