# An archive that another resource of the same run builds whenever one of its files changes.
resource "terraform_data" "archive" {
  triggers_replace = {
    for file in fileset("${path.module}/site", "**") : file => filesha256("${path.module}/site/${file}")
  }

  provisioner "local-exec" {
    command = "tar -czf ${path.module}/site.tar.gz -C ${path.module}/site ."
  }
}

resource "oss_object" "archive" {
  bucket      = "example"
  key         = "app/site.tar.gz"
  source      = "${path.module}/site.tar.gz"
  source_hash = terraform_data.archive.id # known after apply exactly when the archive is built
}
