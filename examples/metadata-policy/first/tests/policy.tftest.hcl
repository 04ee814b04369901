run "pages" {
  command = plan
  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "b", key = "a/index.html" })) == 1
    error_message = "A page without a Cache-Control passes."
  }
  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "b", key = "index.html", headers = { Cache-Control = "no-cache" } })) == 0
    error_message = "A page that is right does not pass."
  }
}
