# Each assertion fails when the rule that it is about is taken away or weakened.
run "ownership" {
  command = plan

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "a.txt" }) : "${v.severity} ${v.place}"]) == "error metadata[\"owner\"]; error metadata[\"purpose\"]"
    error_message = "An object may be nobody's."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "a.txt", metadata = { owner = "sales", purpose = "figures" } }) : "${v.severity} ${v.place}"]) == "error metadata[\"owner\"]"
    error_message = "A team may be any."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "a.txt", metadata = { owner = "web-team", purpose = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" } }) : "${v.severity} ${v.place}"]) == "error metadata[\"purpose\"]"
    error_message = "A purpose may be long."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "a.txt", metadata = { owner = "web-team", purpose = "figures", colour = "red" } })) == 0
    error_message = "Labels of objects that are no reports are held to a list."
  }
}

run "reports" {
  command = plan

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "reports/a.csv", metadata = { owner = "web-team", purpose = "figures" } }) : "${v.severity} ${v.place}"]) == "warning metadata[\"cost-centre\"]"
    error_message = "A report without a cost centre is not warned of."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "reports/2026/a.csv", metadata = { owner = "web-team", purpose = "figures", cost-centre = "42" } }) : "${v.severity} ${v.place}"]) == "warning metadata[\"cost-centre\"]"
    error_message = "A cost centre may be any text."
  }

  assert {
    condition     = join("; ", [for v in provider::oss::metadata_violations(local.policy, { bucket = "example", key = "reports/2026/a.csv", metadata = { owner = "web-team", purpose = "figures", cost-centre = "HZ-0042", colour = "red" } }) : "${v.severity} ${v.place}"]) == "error metadata[\"colour\"]"
    error_message = "A report may have other labels."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "example", key = "reports/2026/a.csv", metadata = { owner = "web-team", purpose = "figures", cost-centre = "HZ-0042" } })) == 0
    error_message = "A report that is right is refused."
  }

  assert {
    condition     = length(provider::oss::metadata_violations(local.policy, { bucket = "another", key = "reports/a.csv", metadata = { owner = "web-team", purpose = "figures" } })) == 0
    error_message = "Reports in buckets of others need a cost centre."
  }
}
