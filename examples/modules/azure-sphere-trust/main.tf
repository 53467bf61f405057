locals {
  # azure_sphere is null where the provider block names the tenant.
  azure_sphere = {
    for name, trust in var.trusts : name => trust.catalog_id == null && trust.tenant_id == null ? null : {
      catalog_id = trust.catalog_id
      tenant_id  = trust.tenant_id
    }
  }
}

resource "iotcentral_enrollment_group" "this" {
  for_each = var.trusts

  application  = each.value.application
  group_id     = each.value.group_id
  display_name = each.value.display_name
  enabled      = each.value.enabled
}

resource "iotcentral_azure_sphere_trust" "this" {
  for_each = var.trusts

  enrollment_group_id = iotcentral_enrollment_group.this[each.key].id
  azure_sphere        = local.azure_sphere[each.key]
  replace_foreign     = each.value.replace_foreign
}

# What is wrong, with stable codes. While the trust has a change to apply, this is known after it.
data "iotcentral_azure_sphere_trust" "this" {
  for_each   = var.trusts
  depends_on = [iotcentral_azure_sphere_trust.this]

  enrollment_group_id = iotcentral_enrollment_group.this[each.key].id
  azure_sphere        = local.azure_sphere[each.key]
}

# The ID of the Azure Sphere tenant, for app_manifest.json. A Legacy tenant is given by it.
data "azuresphere_catalog" "this" {
  for_each = { for name, trust in var.trusts : name => trust.catalog_id if trust.tenant_id == null }

  catalog_id = each.value
}

check "devices_can_enrol" {
  assert {
    condition     = alltrue([for trust in iotcentral_azure_sphere_trust.this : trust.trusted])
    error_message = "Devices cannot enrol in: ${join(", ", [for name, trust in iotcentral_azure_sphere_trust.this : name if !trust.trusted])}. Run terraform apply."
  }
}

check "no_problems" {
  assert {
    condition     = alltrue([for trust in data.iotcentral_azure_sphere_trust.this : length(trust.problems) == 0])
    error_message = join("\n", flatten([for name, trust in data.iotcentral_azure_sphere_trust.this : [for problem in trust.problems : "${name}: ${problem.message}"]]))
  }
}
