# Every site below sites/: sites/shop/, sites/blog/.
list "oss_directory" "sites" {
  provider = oss

  config {
    bucket = "example"
    prefix = "sites/"
  }
}
