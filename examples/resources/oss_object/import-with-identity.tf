import {
  to = oss_object.page
  identity = {
    bucket = "example"
    key    = "guide/index.html"
  }
}
