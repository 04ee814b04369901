# By bucket and prefix; a bucket alone is all of it:
terraform import oss_directory.site example/www/

# or by the URL that ossutil shows:
terraform import oss_directory.site oss://example/www/
