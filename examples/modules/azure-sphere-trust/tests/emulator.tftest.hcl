# Runs against sphere-emulator -applications contoso,fabrikam -- terraform test -filter=tests/emulator.tftest.hcl

variables {
  trusts = {
    contoso  = {}
    fabrikam = { application = "fabrikam", display_name = "Fabrikam devices", group_id = "sphere" }
    dps      = { target = "dps", group_id = "sphere" }
  }
  device_ids = ["AB000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"]
}

run "trusts_one_tenant_in_two_applications_and_a_dps" {
  assert {
    condition     = output.trusted == { contoso = true, dps = true, fabrikam = true }
    error_message = "Devices cannot enrol."
  }

  assert {
    condition     = output.active_ca["contoso"].verified && output.active_ca["contoso"].role == "active"
    error_message = "The Active CA is not verified."
  }

  assert {
    condition     = alltrue([for problems in output.problems : length(problems) == 0])
    error_message = "There are problems."
  }

  assert {
    condition     = jsondecode(output.app_manifest["fabrikam"]).CmdArgs[1] == output.id_scope["fabrikam"]
    error_message = "The fragment of app_manifest.json has another ID scope."
  }

  assert {
    condition     = endswith(output.enrollment_group_ids["fabrikam"], "/enrollmentGroups/sphere")
    error_message = "The group has another ID."
  }
}

run "has_what_devices_of_the_dps_need" {
  command = plan

  assert {
    condition     = startswith(output.id_scope["dps"], "0ne") && length(jsondecode(output.app_manifest["dps"]).Capabilities.AllowedConnections) > 1
    error_message = "The fragment of app_manifest.json has no ID scope, or no IoT hubs."
  }

  assert {
    condition     = output.active_ca["dps"].verified && output.active_ca["dps"].role == "active"
    error_message = "The Active CA is not verified."
  }
}

run "second_plan_changes_nothing" {
  command = plan

  assert {
    condition     = output.trusted == { contoso = true, dps = true, fabrikam = true }
    error_message = "The plan changes something."
  }

  assert {
    condition     = output.device_ids == [lower(one(var.device_ids))]
    error_message = "The device IDs are not in lower case."
  }
}
