variables {
  display_name = "Azure Sphere devices"
}

run "trusts_the_tenant" {}

run "wait_until_there_is_a_successor" {
  module {
    source = "./tests/clock"
  }

  variables {
    advance = "645d"
  }
}

run "trusts_the_successor" {
  assert {
    condition     = output.trust.primary.role == "active" && output.trust.secondary.role == "upcoming" && output.trust.secondary.verified
    error_message = "The secondary entry does not hold the next CA, verified."
  }
}

run "wait_until_the_successor_is_active" {
  module {
    source = "./tests/clock"
  }

  variables {
    advance = "45d"
  }
}

run "successor_takes_over" {
  assert {
    condition     = output.trust.secondary.role == "active" && output.trust.secondary.thumbprint == run.trusts_the_successor.trust.secondary.thumbprint
    error_message = "The secondary entry does not hold the new active CA."
  }
}
