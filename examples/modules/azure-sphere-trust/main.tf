locals {
  # azure_sphere is null where the provider block names the tenant.
  azure_sphere = {
    for name, trust in var.trusts : name => trust.catalog_id == null && trust.tenant_id == null ? null : {
      catalog_id = trust.catalog_id
      tenant_id  = trust.tenant_id
    }
  }

  in_iot_central = { for name, trust in var.trusts : name => trust if trust.target == "iot_central" }
  in_dps         = { for name, trust in var.trusts : name => trust if trust.target == "dps" }

  # What both targets have in common.
  trusts   = merge(iotcentral_azure_sphere_trust.this, azuresphere_dps_trust.this)
  problems = { for name, trust in merge(data.iotcentral_azure_sphere_trust.this, data.azuresphere_dps_trust.this) : name => trust.problems }
}

resource "iotcentral_enrollment_group" "this" {
  for_each = local.in_iot_central

  application  = each.value.application
  group_id     = each.value.group_id
  display_name = each.value.display_name
  enabled      = each.value.enabled
}

resource "iotcentral_azure_sphere_trust" "this" {
  for_each = local.in_iot_central

  enrollment_group_id = iotcentral_enrollment_group.this[each.key].id
  azure_sphere        = local.azure_sphere[each.key]
  replace_foreign     = each.value.replace_foreign
}

# What is wrong, with stable codes. While the trust has a change to apply, this is known after it.
data "iotcentral_azure_sphere_trust" "this" {
  for_each   = local.in_iot_central
  depends_on = [iotcentral_azure_sphere_trust.this]

  enrollment_group_id = iotcentral_enrollment_group.this[each.key].id
  azure_sphere        = local.azure_sphere[each.key]
}

resource "azuresphere_dps_enrollment_group" "this" {
  for_each = local.in_dps

  dps_id              = each.value.dps_id
  group_id            = each.value.group_id
  provisioning_status = each.value.enabled ? "enabled" : "disabled"
}

resource "azuresphere_dps_trust" "this" {
  for_each = local.in_dps

  enrollment_group_id = azuresphere_dps_enrollment_group.this[each.key].id
  azure_sphere        = local.azure_sphere[each.key]
  replace_foreign     = each.value.replace_foreign
}

data "azuresphere_dps_trust" "this" {
  for_each   = local.in_dps
  depends_on = [azuresphere_dps_trust.this]

  enrollment_group_id = azuresphere_dps_enrollment_group.this[each.key].id
  azure_sphere        = local.azure_sphere[each.key]
}

data "azuresphere_dps" "this" {
  for_each = local.in_dps

  dps_id = each.value.dps_id
}

# The ID of the Azure Sphere tenant, for app_manifest.json. A Legacy tenant is given by it.
data "azuresphere_catalog" "this" {
  for_each = { for name, trust in var.trusts : name => trust.catalog_id if trust.tenant_id == null }

  catalog_id = each.value
}

check "devices_can_enrol" {
  assert {
    condition     = alltrue([for trust in local.trusts : trust.trusted])
    error_message = "Devices cannot enrol in: ${join(", ", [for name, trust in local.trusts : name if !trust.trusted])}. Run terraform apply."
  }
}

check "no_problems" {
  assert {
    condition     = alltrue([for problems in local.problems : length(problems) == 0])
    error_message = join("\n", flatten([for name, problems in local.problems : [for problem in problems : "${name}: ${problem.message}"]]))
  }
}
