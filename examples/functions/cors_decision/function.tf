locals {
  rules = [
    {
      allowed_origins = ["https://editor.example.com"]
      allowed_methods = ["GET", "PUT"]
      allowed_headers = ["content-type", "x-oss-*"]
    },
    {
      allowed_origins = ["*"]
      allowed_methods = ["GET"]
    },
  ]
}

# The second rule answers a page from anywhere: allowed is true and rule is 1.
output "read_from_anywhere" {
  value = provider::oss::cors_decision(local.rules, "https://www.example.net", "GET", [])
}

# No rule lets it write: allowed is false, and reason says why.
output "write_from_anywhere" {
  value = provider::oss::cors_decision(local.rules, "https://www.example.net", "PUT", ["content-type"])
}
