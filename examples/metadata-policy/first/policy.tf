locals {
  policy = [
    {
      name        = "pages-are-revalidated"
      description = "A visitor must not see yesterday's page."
      keys        = ["**/*.html"]
      headers     = { Cache-Control = { required = true, values = ["no-cache"] } }
    },
  ]
}
