import {
  to = oss_directory.site
  identity = {
    bucket = "example"
    prefix = "www/"
  }
}
