# Needs no service: the values come from ../../mocks.

mock_provider "azuresphere" {
  source = "../../mocks"
}

mock_provider "iotcentral" {
  source = "../../mocks"
}

variables {
  trusts = { contoso = {} }
}

run "accepts_the_defaults" {
  assert {
    condition     = output.trusted["contoso"] && length(output.device_ids) == 0
    error_message = "The defaults do not work."
  }
}

run "wants_a_trust" {
  command = plan

  variables {
    trusts = {}
  }

  expect_failures = [var.trusts]
}

run "wants_one_tenant" {
  command = plan

  variables {
    trusts = {
      contoso = {
        catalog_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/contoso/providers/Microsoft.AzureSphere/catalogs/contoso"
        tenant_id  = "11111111-2222-3333-4444-555555555555"
      }
    }
  }

  expect_failures = [var.trusts]
}

run "wants_a_catalog_id" {
  command = plan

  variables {
    trusts = { contoso = { catalog_id = "contoso" } }
  }

  expect_failures = [var.trusts]
}

run "wants_a_target_that_there_is" {
  command = plan

  variables {
    trusts = { contoso = { target = "hub" } }
  }

  expect_failures = [var.trusts]
}

run "wants_a_group_id_for_a_dps" {
  command = plan

  variables {
    trusts = { contoso = { target = "dps" } }
  }

  expect_failures = [var.trusts]
}

run "wants_device_ids" {
  command = plan

  variables {
    device_ids = ["abc"]
  }

  expect_failures = [var.device_ids]
}
