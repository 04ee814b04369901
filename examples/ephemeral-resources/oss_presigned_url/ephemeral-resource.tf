# A report that a colleague may download for a day, under the name it has for people.
ephemeral "oss_presigned_url" "report" {
  bucket                       = "example"
  key                          = "reports/2026.pdf"
  expires_in                   = 24 * 3600
  response_content_disposition = provider::oss::content_disposition("attachment", "年度报告 2026.pdf")
}

# A place for the results of a job, which is handed the URL instead of a key. It has to send the headers as they are here.
ephemeral "oss_presigned_url" "results" {
  bucket       = "example"
  key          = "results/latest.json"
  method       = "PUT"
  content_type = "application/json"

  metadata = {
    owner = "nightly-job"
  }
}

# The job reads both from an object of its own. A write-only argument keeps them out of the state; a new version of it
# hands out URLs that begin afresh.
resource "oss_object" "job" {
  bucket = "example"
  key    = "jobs/nightly.json"

  content_wo = jsonencode({
    read  = { url = ephemeral.oss_presigned_url.report.url }
    write = { url = ephemeral.oss_presigned_url.results.url, headers = ephemeral.oss_presigned_url.results.headers }
  })
  content_wo_version = 1
}
