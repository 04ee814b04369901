# The release notes that another pipeline uploads.
data "oss_object" "notes" {
  bucket    = "example"
  key       = "releases/latest/notes.txt"
  read_body = true
  read_tags = true
}

output "release" {
  value = {
    notes   = data.oss_object.notes.body
    version = data.oss_object.notes.metadata["version"]
    stage   = data.oss_object.notes.tags["stage"]
    changed = data.oss_object.notes.last_modified
  }
}
