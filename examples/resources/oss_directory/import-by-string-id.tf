import {
  to = oss_directory.site
  id = "example/www/"
}
