# Each assertion fails when the rule is weakened.
run "uploads" {
  command = plan

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "uploads/a/b.pdf" }) : "${v.severity} ${v.place}"]) == "error headers[\"Content-Disposition\"]"
    error_message = "An upload may be shown by browsers."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "uploads/a.pdf", headers = { Content-Disposition = "inline" } }) : "${v.severity} ${v.place}"]) == "error headers[\"Content-Disposition\"]"
    error_message = "An upload may ask to be shown."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "uploads/a.html", headers = { Content-Disposition = "attachment", Content-Type = provider::oss::content_type("a.html") } }) : "${v.severity} ${v.place}"]) == "error headers[\"Content-Type\"]"
    error_message = "An upload may be a page."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "uploads/a.pdf", headers = { Content-Disposition = "attachment; filename=\"a.pdf\"", Content-Type = "application/pdf" } })) == 0
    error_message = "An upload that is right is refused."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "index.html", headers = { Content-Type = "text/html" } })) == 0
    error_message = "Pages of the site are held to the rule."
  }
}
