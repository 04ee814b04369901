# By bucket and key, split at the first slash:
terraform import oss_object.page example/guide/index.html

# or by the URL that ossutil shows:
terraform import oss_object.page oss://example/guide/index.html
