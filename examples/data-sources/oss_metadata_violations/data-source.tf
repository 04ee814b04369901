data "oss_metadata_violations" "reports" {
  bucket = "example"
  glob   = "reports/**"

  # Left out, the provider's metadata_policy is used.
  metadata_policy = [
    {
      name        = "ownership"
      description = "So that a question about a report finds somebody."
      metadata    = { owner = { required = true, pattern = "[a-z-]+" } }
    },
  ]
}

# A warning in each plan and apply, as long as something is wrong.
check "reports_have_owners" {
  assert {
    condition     = data.oss_metadata_violations.reports.error_count == 0
    error_message = data.oss_metadata_violations.reports.report
  }
}

output "violations" {
  value = data.oss_metadata_violations.reports.violations
}

output "summary" {
  value = data.oss_metadata_violations.reports.summary
}
