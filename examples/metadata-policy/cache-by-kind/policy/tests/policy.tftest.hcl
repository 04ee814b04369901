# Each assertion fails when the rule that it is about is taken away or weakened.
run "pages" {
  command = plan

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "index.html" }) : "${v.severity} ${v.place}"]) == "error headers[\"Cache-Control\"]"
    error_message = "A page may be without a Cache-Control."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "docs/index.html", headers = { Cache-Control = "max-age=600" } }) : "${v.severity} ${v.place}"]) == "error headers[\"Cache-Control\"]"
    error_message = "A page may be kept."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "index.html", headers = { Cache-Control = "no-cache" } })) == 0
    error_message = "A page that is right is refused."
  }
}

run "assets" {
  command = plan

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "assets/app.4f1c.js" }) : "${v.severity} ${v.place}"]) == "error headers[\"Cache-Control\"]"
    error_message = "An asset may be without a Cache-Control."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "assets/fonts/a.woff2", headers = { Cache-Control = "no-cache" } }) : "${v.severity} ${v.place}"]) == "error headers[\"Cache-Control\"]"
    error_message = "An asset need not be kept."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "assets/app.4f1c.js", headers = { Cache-Control = "public, max-age=31536000, immutable" } })) == 0
    error_message = "An asset that is right is refused."
  }
}

run "data" {
  command = plan

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "feed.json" }) : "${v.severity} ${v.place}"]) == "warning headers[\"Cache-Control\"]"
    error_message = "A feed without a Cache-Control is not warned of."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "feeds/news.json", headers = { Cache-Control = "max-age=3601" } }) : "${v.severity} ${v.place}"]) == "warning headers[\"Cache-Control\"]"
    error_message = "A feed may be older than an hour."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "feed.json", headers = { Cache-Control = "max-age=3600" } })) == 0
    error_message = "A feed that is an hour old is refused."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "readme.txt" })) == 0
    error_message = "Other files are held to a rule."
  }
}
