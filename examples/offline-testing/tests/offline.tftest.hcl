# Everything here is the local server's, so that this test reaches no account, whatever the environment says.
provider "oss" {
  region            = "cn-hangzhou"
  endpoint          = "http://127.0.0.1:9000"
  access_key_id     = "local-id"
  access_key_secret = "local-secret"
}

run "publish" {
  assert {
    condition     = oss_object.settings.size == length(oss_object.settings.content)
    error_message = "The object has ${oss_object.settings.size} bytes."
  }
  assert {
    condition     = oss_object.settings.content_type == "application/json"
    error_message = "A browser would get ${oss_object.settings.content_type}."
  }
}

# What was applied is what is stored: a write would make the ETag unknown, and a condition that is unknown fails.
run "nothing_to_do" {
  command = plan

  assert {
    condition     = oss_object.settings.etag != ""
    error_message = "A second plan wants to write the object again."
  }
}

run "hand_over" {
  variables {
    owner = "search-team"
  }

  assert {
    condition     = oss_object.settings.metadata["owner"] == "search-team"
    error_message = "The owner is ${oss_object.settings.metadata["owner"]}."
  }
  assert {
    condition     = oss_object.settings.crc64 == "12359769002067142223" # of {"theme":"light"}
    error_message = "A new owner must leave the body alone."
  }
}

run "new_theme" {
  command = plan

  variables {
    owner = "search-team"
    theme = "dark"
  }

  # The checksum of the new body is known before a byte is sent.
  assert {
    condition     = oss_object.settings.crc64 != "12359769002067142223"
    error_message = "The theme does not reach the body."
  }
}

run "owner_is_a_team" {
  command = plan

  variables {
    owner = "Alice"
  }

  expect_failures = [var.owner]
}
