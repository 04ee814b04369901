# A team that is not on the list, a purpose that is missing, and a label that nobody reads.
resource "oss_object" "orphan" {
  bucket  = "example"
  key     = "reports/2026/costs.csv"
  content = "month,costs\n"

  metadata = {
    owner       = "date-team"
    cost-center = "HZ-0042"
  }
}
