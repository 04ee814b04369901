# Without a body in the configuration only the headers and the metadata are managed, here of an object that something
# else uploads. They are repaired by a copy of the object onto itself; its body is never read or sent.
resource "oss_object" "nightly" {
  bucket          = "example"
  key             = "reports/nightly.csv"
  allow_overwrite = true # takes the existing object over; nothing of its body is overwritten

  content_type  = "text/csv"
  cache_control = "max-age=3600"

  metadata = {
    owner     = "data-team"
    retention = "90-days"
  }
}
