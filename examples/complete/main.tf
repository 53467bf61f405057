# Makes an Azure Sphere tenant trusted by an Azure IoT Central application, and
# keeps it trusted. Where the tenant and the application are, and how to sign in,
# comes from the environment: AZURE_SPHERE_CATALOG_ID, IOTCENTRAL_APPLICATION, ARM_*.

terraform {
  required_version = ">= 1.8"

  required_providers {
    azuresphere = {
      source = "spheretrust/azuresphere"
    }
    iotcentral = {
      source = "spheretrust/iotcentral"
    }
  }
}

provider "azuresphere" {}

provider "iotcentral" {}

# The CA that signs the certificates of all devices of the tenant. When Azure
# Sphere renews it, the next plan moves to the new one.
resource "azuresphere_tenant_ca" "this" {}

resource "iotcentral_enrollment_group" "sphere" {
  display_name = "Azure Sphere devices"
}

resource "iotcentral_enrollment_group_certificate" "primary" {
  enrollment_group_id = iotcentral_enrollment_group.sphere.id
  entry               = "primary"
  certificate_pem     = azuresphere_tenant_ca.this.certificate_pem
}

# Generates a verification code, lets Azure Sphere sign it, and hands the proof to
# IoT Central. When trust is lost, the plan shows verified = false -> true.
resource "iotcentral_certificate_verification" "primary" {
  certificate_id = iotcentral_enrollment_group_certificate.primary.id
  thumbprint     = iotcentral_enrollment_group_certificate.primary.thumbprint
  azure_sphere   = {}
}
