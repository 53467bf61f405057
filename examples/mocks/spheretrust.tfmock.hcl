# Values for terraform test with mock_provider. Terraform makes up what is not set here, and
# arguments that expect an ID, a certificate or a time refuse what it makes up.

mock_resource "azuresphere_tenant_ca" {
  defaults = {
    id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.AzureSphere/catalogs/mock/certificates/33935224B63706A9B6D5BA1C0F4FEEC0E9034CE3"
    catalog_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.AzureSphere/catalogs/mock"
    thumbprint         = "9E14A05337E8E83E618C97939C77B81E1594D599"
    serial_number      = "33935224B63706A9B6D5BA1C0F4FEEC0E9034CE3"
    subject            = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    issuer             = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    not_before         = "2026-11-27T11:59:56Z"
    not_after          = "2126-11-03T11:59:56Z"
    thumbprint_sha256  = "73BB24804C237915F8CDFF8D742153FB6FE030EE95D338862C60FFE368A0D1BF"
    status             = "Active"
    certificate_pem    = <<-EOT
      -----BEGIN CERTIFICATE-----
      MIIC2zCCAmCgAwIBAgIUM5NSJLY3Bqm21bocD0/uwOkDTOMwCgYIKoZIzj0EAwIw
      gZoxCzAJBgNVBAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRAwDgYDVQQHDAdS
      ZWRtb25kMR4wHAYDVQQKDBVNaWNyb3NvZnQgQ29ycG9yYXRpb24xRDBCBgNVBAMM
      O01pY3Jvc29mdCBBenVyZSBTcGhlcmUgMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAt
      MDAwMDAwMDAwMDAwMCAXDTI2MTEyNzExNTk1NloYDzIxMjYxMTAzMTE1OTU2WjCB
      mjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCldhc2hpbmd0b24xEDAOBgNVBAcMB1Jl
      ZG1vbmQxHjAcBgNVBAoMFU1pY3Jvc29mdCBDb3Jwb3JhdGlvbjFEMEIGA1UEAww7
      TWljcm9zb2Z0IEF6dXJlIFNwaGVyZSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0w
      MDAwMDAwMDAwMDAwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAQASu41NcMHv6EZnnbn
      9JDUvRfx3dD2XygOo8cTtagx0wHXiUBbSrQEAo/5lKhZQthMIXIbTH6JPajmvhXF
      cN8f+078NGpIrXMz1+9ftV+hVr36cL2SRG1hE5oa/Ol5rFGjYzBhMB0GA1UdDgQW
      BBSy/Q5AOse78QM08CsYRb3sG+B+ZDAfBgNVHSMEGDAWgBSy/Q5AOse78QM08CsY
      Rb3sG+B+ZDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjO
      PQQDAgNpADBmAjEA8tZfMMQu52NCl5O25gOxwvN+CtmGn0okcZoR6lZqTioJIh3Y
      6fZpn1A20VgPPlHeAjEA+rKMSYLQXmYo1NMFKQXT4iDiriD/2ss6mHI7hFaZe8wj
      WQ6GUdRabdT9JLB83Ogr
      -----END CERTIFICATE-----
    EOT
    certificate_base64 = "MIIC2zCCAmCgAwIBAgIUM5NSJLY3Bqm21bocD0/uwOkDTOMwCgYIKoZIzj0EAwIwgZoxCzAJBgNVBAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRAwDgYDVQQHDAdSZWRtb25kMR4wHAYDVQQKDBVNaWNyb3NvZnQgQ29ycG9yYXRpb24xRDBCBgNVBAMMO01pY3Jvc29mdCBBenVyZSBTcGhlcmUgMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwMCAXDTI2MTEyNzExNTk1NloYDzIxMjYxMTAzMTE1OTU2WjCBmjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCldhc2hpbmd0b24xEDAOBgNVBAcMB1JlZG1vbmQxHjAcBgNVBAoMFU1pY3Jvc29mdCBDb3Jwb3JhdGlvbjFEMEIGA1UEAww7TWljcm9zb2Z0IEF6dXJlIFNwaGVyZSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAQASu41NcMHv6EZnnbn9JDUvRfx3dD2XygOo8cTtagx0wHXiUBbSrQEAo/5lKhZQthMIXIbTH6JPajmvhXFcN8f+078NGpIrXMz1+9ftV+hVr36cL2SRG1hE5oa/Ol5rFGjYzBhMB0GA1UdDgQWBBSy/Q5AOse78QM08CsYRb3sG+B+ZDAfBgNVHSMEGDAWgBSy/Q5AOse78QM08CsYRb3sG+B+ZDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjOPQQDAgNpADBmAjEA8tZfMMQu52NCl5O25gOxwvN+CtmGn0okcZoR6lZqTioJIh3Y6fZpn1A20VgPPlHeAjEA+rKMSYLQXmYo1NMFKQXT4iDiriD/2ss6mHI7hFaZe8wjWQ6GUdRabdT9JLB83Ogr"
  }
}

mock_resource "azuresphere_proof_of_possession" {
  defaults = {
    id                 = "9E14A05337E8E83E618C97939C77B81E1594D599"
    thumbprint         = "9E14A05337E8E83E618C97939C77B81E1594D599"
    certificate_pem    = <<-EOT
      -----BEGIN CERTIFICATE-----
      MIIC2zCCAmCgAwIBAgIUM5NSJLY3Bqm21bocD0/uwOkDTOMwCgYIKoZIzj0EAwIw
      gZoxCzAJBgNVBAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRAwDgYDVQQHDAdS
      ZWRtb25kMR4wHAYDVQQKDBVNaWNyb3NvZnQgQ29ycG9yYXRpb24xRDBCBgNVBAMM
      O01pY3Jvc29mdCBBenVyZSBTcGhlcmUgMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAt
      MDAwMDAwMDAwMDAwMCAXDTI2MTEyNzExNTk1NloYDzIxMjYxMTAzMTE1OTU2WjCB
      mjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCldhc2hpbmd0b24xEDAOBgNVBAcMB1Jl
      ZG1vbmQxHjAcBgNVBAoMFU1pY3Jvc29mdCBDb3Jwb3JhdGlvbjFEMEIGA1UEAww7
      TWljcm9zb2Z0IEF6dXJlIFNwaGVyZSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0w
      MDAwMDAwMDAwMDAwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAQASu41NcMHv6EZnnbn
      9JDUvRfx3dD2XygOo8cTtagx0wHXiUBbSrQEAo/5lKhZQthMIXIbTH6JPajmvhXF
      cN8f+078NGpIrXMz1+9ftV+hVr36cL2SRG1hE5oa/Ol5rFGjYzBhMB0GA1UdDgQW
      BBSy/Q5AOse78QM08CsYRb3sG+B+ZDAfBgNVHSMEGDAWgBSy/Q5AOse78QM08CsY
      Rb3sG+B+ZDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjO
      PQQDAgNpADBmAjEA8tZfMMQu52NCl5O25gOxwvN+CtmGn0okcZoR6lZqTioJIh3Y
      6fZpn1A20VgPPlHeAjEA+rKMSYLQXmYo1NMFKQXT4iDiriD/2ss6mHI7hFaZe8wj
      WQ6GUdRabdT9JLB83Ogr
      -----END CERTIFICATE-----
    EOT
    certificate_base64 = "MIIC2zCCAmCgAwIBAgIUM5NSJLY3Bqm21bocD0/uwOkDTOMwCgYIKoZIzj0EAwIwgZoxCzAJBgNVBAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRAwDgYDVQQHDAdSZWRtb25kMR4wHAYDVQQKDBVNaWNyb3NvZnQgQ29ycG9yYXRpb24xRDBCBgNVBAMMO01pY3Jvc29mdCBBenVyZSBTcGhlcmUgMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwMCAXDTI2MTEyNzExNTk1NloYDzIxMjYxMTAzMTE1OTU2WjCBmjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCldhc2hpbmd0b24xEDAOBgNVBAcMB1JlZG1vbmQxHjAcBgNVBAoMFU1pY3Jvc29mdCBDb3Jwb3JhdGlvbjFEMEIGA1UEAww7TWljcm9zb2Z0IEF6dXJlIFNwaGVyZSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAQASu41NcMHv6EZnnbn9JDUvRfx3dD2XygOo8cTtagx0wHXiUBbSrQEAo/5lKhZQthMIXIbTH6JPajmvhXFcN8f+078NGpIrXMz1+9ftV+hVr36cL2SRG1hE5oa/Ol5rFGjYzBhMB0GA1UdDgQWBBSy/Q5AOse78QM08CsYRb3sG+B+ZDAfBgNVHSMEGDAWgBSy/Q5AOse78QM08CsYRb3sG+B+ZDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjOPQQDAgNpADBmAjEA8tZfMMQu52NCl5O25gOxwvN+CtmGn0okcZoR6lZqTioJIh3Y6fZpn1A20VgPPlHeAjEA+rKMSYLQXmYo1NMFKQXT4iDiriD/2ss6mHI7hFaZe8wjWQ6GUdRabdT9JLB83Ogr"
    not_before         = "2026-11-27T11:59:56Z"
    not_after          = "2126-11-03T11:59:56Z"
  }
}

mock_resource "iotcentral_enrollment_group" {
  defaults = {
    id       = "mock.azureiotcentral.com/enrollmentGroups/mock"
    id_scope = "0ne00000000"
  }
}

mock_resource "iotcentral_enrollment_group_certificate" {
  defaults = {
    id            = "mock.azureiotcentral.com/enrollmentGroups/mock/certificates/primary"
    thumbprint    = "9E14A05337E8E83E618C97939C77B81E1594D599"
    serial_number = "33935224B63706A9B6D5BA1C0F4FEEC0E9034CE3"
    subject       = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    issuer        = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    not_before    = "2026-11-27T11:59:56Z"
    not_after     = "2126-11-03T11:59:56Z"
  }
}

mock_resource "iotcentral_certificate_verification" {
  defaults = {
    id       = "mock.azureiotcentral.com/enrollmentGroups/mock/certificates/primary"
    verified = true
    subject  = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
  }
}

mock_resource "iotcentral_verification_code" {
  defaults = {
    id                = "mock.azureiotcentral.com/enrollmentGroups/mock/certificates/primary"
    verification_code = "00000000"
  }
}

mock_resource "iotcentral_azure_sphere_trust" {
  defaults = {
    id            = "mock.azureiotcentral.com/enrollmentGroups/mock"
    trusted       = true
    trusted_until = "2126-11-03T11:59:56Z"
    active_entry  = "primary"
    primary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "active"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
    secondary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "retiring"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
  }
}

mock_data "azuresphere_catalog" {
  defaults = {
    id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.AzureSphere/catalogs/mock"
    catalog_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.AzureSphere/catalogs/mock"
    tenant_id  = "00000000-0000-0000-0000-000000000000"
  }
}

mock_data "azuresphere_tenant" {
  defaults = {
    id        = "00000000-0000-0000-0000-000000000000"
    tenant_id = "00000000-0000-0000-0000-000000000000"
  }
}

mock_data "azuresphere_tenant_ca" {
  defaults = {
    id                 = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.AzureSphere/catalogs/mock/certificates/33935224B63706A9B6D5BA1C0F4FEEC0E9034CE3"
    catalog_id         = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.AzureSphere/catalogs/mock"
    thumbprint         = "9E14A05337E8E83E618C97939C77B81E1594D599"
    serial_number      = "33935224B63706A9B6D5BA1C0F4FEEC0E9034CE3"
    subject            = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    issuer             = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    not_before         = "2026-11-27T11:59:56Z"
    not_after          = "2126-11-03T11:59:56Z"
    thumbprint_sha256  = "73BB24804C237915F8CDFF8D742153FB6FE030EE95D338862C60FFE368A0D1BF"
    status             = "Active"
    certificate_pem    = <<-EOT
      -----BEGIN CERTIFICATE-----
      MIIC2zCCAmCgAwIBAgIUM5NSJLY3Bqm21bocD0/uwOkDTOMwCgYIKoZIzj0EAwIw
      gZoxCzAJBgNVBAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRAwDgYDVQQHDAdS
      ZWRtb25kMR4wHAYDVQQKDBVNaWNyb3NvZnQgQ29ycG9yYXRpb24xRDBCBgNVBAMM
      O01pY3Jvc29mdCBBenVyZSBTcGhlcmUgMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAt
      MDAwMDAwMDAwMDAwMCAXDTI2MTEyNzExNTk1NloYDzIxMjYxMTAzMTE1OTU2WjCB
      mjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCldhc2hpbmd0b24xEDAOBgNVBAcMB1Jl
      ZG1vbmQxHjAcBgNVBAoMFU1pY3Jvc29mdCBDb3Jwb3JhdGlvbjFEMEIGA1UEAww7
      TWljcm9zb2Z0IEF6dXJlIFNwaGVyZSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0w
      MDAwMDAwMDAwMDAwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAQASu41NcMHv6EZnnbn
      9JDUvRfx3dD2XygOo8cTtagx0wHXiUBbSrQEAo/5lKhZQthMIXIbTH6JPajmvhXF
      cN8f+078NGpIrXMz1+9ftV+hVr36cL2SRG1hE5oa/Ol5rFGjYzBhMB0GA1UdDgQW
      BBSy/Q5AOse78QM08CsYRb3sG+B+ZDAfBgNVHSMEGDAWgBSy/Q5AOse78QM08CsY
      Rb3sG+B+ZDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjO
      PQQDAgNpADBmAjEA8tZfMMQu52NCl5O25gOxwvN+CtmGn0okcZoR6lZqTioJIh3Y
      6fZpn1A20VgPPlHeAjEA+rKMSYLQXmYo1NMFKQXT4iDiriD/2ss6mHI7hFaZe8wj
      WQ6GUdRabdT9JLB83Ogr
      -----END CERTIFICATE-----
    EOT
    certificate_base64 = "MIIC2zCCAmCgAwIBAgIUM5NSJLY3Bqm21bocD0/uwOkDTOMwCgYIKoZIzj0EAwIwgZoxCzAJBgNVBAYTAlVTMRMwEQYDVQQIDApXYXNoaW5ndG9uMRAwDgYDVQQHDAdSZWRtb25kMR4wHAYDVQQKDBVNaWNyb3NvZnQgQ29ycG9yYXRpb24xRDBCBgNVBAMMO01pY3Jvc29mdCBBenVyZSBTcGhlcmUgMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwMCAXDTI2MTEyNzExNTk1NloYDzIxMjYxMTAzMTE1OTU2WjCBmjELMAkGA1UEBhMCVVMxEzARBgNVBAgMCldhc2hpbmd0b24xEDAOBgNVBAcMB1JlZG1vbmQxHjAcBgNVBAoMFU1pY3Jvc29mdCBDb3Jwb3JhdGlvbjFEMEIGA1UEAww7TWljcm9zb2Z0IEF6dXJlIFNwaGVyZSAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAwdjAQBgcqhkjOPQIBBgUrgQQAIgNiAAQASu41NcMHv6EZnnbn9JDUvRfx3dD2XygOo8cTtagx0wHXiUBbSrQEAo/5lKhZQthMIXIbTH6JPajmvhXFcN8f+078NGpIrXMz1+9ftV+hVr36cL2SRG1hE5oa/Ol5rFGjYzBhMB0GA1UdDgQWBBSy/Q5AOse78QM08CsYRb3sG+B+ZDAfBgNVHSMEGDAWgBSy/Q5AOse78QM08CsYRb3sG+B+ZDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjOPQQDAgNpADBmAjEA8tZfMMQu52NCl5O25gOxwvN+CtmGn0okcZoR6lZqTioJIh3Y6fZpn1A20VgPPlHeAjEA+rKMSYLQXmYo1NMFKQXT4iDiriD/2ss6mHI7hFaZe8wjWQ6GUdRabdT9JLB83Ogr"
  }
}

mock_data "azuresphere_tenant_cas" {
  defaults = {
    catalog_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.AzureSphere/catalogs/mock"
  }
}

mock_data "iotcentral_application" {
  defaults = {
    id        = "mock.azureiotcentral.com"
    host      = "mock.azureiotcentral.com"
    subdomain = "mock"
    id_scope  = "0ne00000000"
  }
}

mock_data "iotcentral_enrollment_group" {
  defaults = {
    id       = "mock.azureiotcentral.com/enrollmentGroups/mock"
    id_scope = "0ne00000000"
  }
}

mock_data "iotcentral_enrollment_groups" {
  defaults = {
    application = "mock"
  }
}

mock_data "iotcentral_enrollment_group_certificate" {
  defaults = {
    id            = "mock.azureiotcentral.com/enrollmentGroups/mock/certificates/primary"
    thumbprint    = "9E14A05337E8E83E618C97939C77B81E1594D599"
    serial_number = "33935224B63706A9B6D5BA1C0F4FEEC0E9034CE3"
    subject       = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    issuer        = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
    not_before    = "2026-11-27T11:59:56Z"
    not_after     = "2126-11-03T11:59:56Z"
    verified      = true
  }
}

mock_data "iotcentral_azure_sphere_trust" {
  defaults = {
    id            = "mock.azureiotcentral.com/enrollmentGroups/mock"
    trusted       = true
    trusted_until = "2126-11-03T11:59:56Z"
    active_entry  = "primary"
    primary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "active"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
    secondary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "retiring"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
  }
}

mock_resource "azuresphere_dps_certificate_verification" {
  defaults = {
    name     = "mock"
    verified = true
    subject  = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
  }
}

mock_resource "azuresphere_dps_enrollment_group" {
  defaults = {
    id     = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.Devices/provisioningServices/mock/enrollmentGroups/mock"
    dps_id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.Devices/provisioningServices/mock"
  }
}

mock_resource "azuresphere_dps_trust" {
  defaults = {
    trusted       = true
    trusted_until = "2126-11-03T11:59:56Z"
    active_entry  = "primary"
    primary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "active"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
    secondary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "retiring"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
  }
}

mock_data "azuresphere_dps" {
  defaults = {
    id                      = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.Devices/provisioningServices/mock"
    dps_id                  = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.Devices/provisioningServices/mock"
    name                    = "mock"
    id_scope                = "0ne00000000"
    provisioning_host       = "global.azure-devices-provisioning.net"
    service_operations_host = "mock.azure-devices-provisioning.net"
    iot_hubs                = ["mock.azure-devices.net"]
    allocation_policy       = "Hashed"
    state                   = "Active"
  }
}

mock_data "azuresphere_dps_enrollment_group" {
  defaults = {
    id                  = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.Devices/provisioningServices/mock/enrollmentGroups/mock"
    dps_id              = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mock/providers/Microsoft.Devices/provisioningServices/mock"
    attestation_type    = "x509"
    provisioning_status = "enabled"
    allocation_policy   = "hashed"
    reprovision_policy  = "reprovision_and_migrate_data"
  }
}

mock_data "azuresphere_dps_trust" {
  defaults = {
    trusted       = true
    trusted_until = "2126-11-03T11:59:56Z"
    active_entry  = "primary"
    primary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "active"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
    secondary = {
      thumbprint = "9E14A05337E8E83E618C97939C77B81E1594D599"
      role       = "retiring"
      subject    = "CN=Microsoft Azure Sphere 00000000-0000-0000-0000-000000000000,O=Microsoft Corporation,L=Redmond,ST=Washington,C=US"
      not_after  = "2126-11-03T11:59:56Z"
      verified   = true
    }
  }
}
