import {
  to = oss_object.page
  id = "example/guide/index.html"
}
