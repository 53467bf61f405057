variables {
  display_name = "Azure Sphere devices"
}

run "trusts_the_tenant" {
  assert {
    condition     = output.trust.primary.role == "active" && output.trust.primary.verified
    error_message = "The primary entry does not hold the active CA, verified."
  }
}

run "second_plan_changes_nothing" {
  command = plan

  assert {
    condition     = output.id_scope == run.trusts_the_tenant.id_scope
    error_message = "The plan makes another enrollment group."
  }

  assert {
    condition     = output.trust == run.trusts_the_tenant.trust
    error_message = "The plan changes the trust."
  }
}
