# A password that somebody put into the bucket. It goes where Terraform keeps nothing: into another provider's block, or
# into a write-only argument such as this one.
ephemeral "oss_object" "settings" {
  bucket   = "example"
  key      = "secrets/database.json"
  max_size = 4096
}

resource "oss_object" "connection" {
  bucket             = "example"
  key                = "jobs/connection.txt"
  content_wo         = "postgres://app:${jsondecode(ephemeral.oss_object.settings.body).password}@db.example.com/app"
  content_wo_version = 1
}
