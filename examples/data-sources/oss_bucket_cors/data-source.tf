data "oss_bucket_cors" "example" {
  bucket = "example"
}

# Every origin that some rule names.
output "origins" {
  value = distinct(flatten([for rule in data.oss_bucket_cors.example.cors_rule : tolist(rule.allowed_origins)]))
}

# Says after each plan and apply what might be better about the rules; nothing when there is nothing to say.
check "cors_rules" {
  assert {
    condition     = length(data.oss_bucket_cors.example.advice) == 0
    error_message = join("\n", data.oss_bucket_cors.example.advice)
  }
}
