resource "oss_object" "report" {
  bucket              = "example"
  key                 = "reports/2026.pdf"
  content             = "%PDF-1.7 ..."
  content_disposition = provider::oss::content_disposition("attachment", "年度报告 2026.pdf")
}

output "dispositions" {
  value = {
    for name in ["report.pdf", "C++ notes.pdf", "年度报告 2026.pdf", "the \"best\" of.pdf"] : name => provider::oss::content_disposition("inline", name)
  }
}
