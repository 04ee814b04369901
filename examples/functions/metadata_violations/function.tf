locals {
  policy = [{
    name    = "pages"
    keys    = ["**/*.html"]
    headers = { Cache-Control = { required = true, values = ["no-cache"] } }
  }]
}

# Nothing is uploaded, and no bucket is asked.
output "broken" {
  value = provider::oss::metadata_violations(local.policy, {
    bucket  = "example"
    key     = "index.html"
    headers = { Cache-Control = "max-age=600" }
  })
}
