#!/bin/sh
# Copyright (c) spheretrust
# SPDX-License-Identifier: MPL-2.0

# The documented steps with curl and openssl, one after the other: what people write
# who have no provider. It creates, reads or deletes as many enrollment groups as it
# is told to, and knows nothing of limits, retries or renewals.
#
#   documented_steps.sh create|read|delete COUNT
set -eu

central="https://$HOST/api/enrollmentGroups"
version="api-version=2022-10-31-preview"
arm="${ARM_RESOURCE_MANAGER_ENDPOINT%/}$AZURE_SPHERE_CATALOG_ID/certificates"

token() { # AUDIENCE
  curl -fsS --cacert "$SSL_CERT_FILE" "${ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST%/}/$ARM_TENANT_ID/oauth2/v2.0/token" \
    -d grant_type=client_credentials -d "client_id=$ARM_CLIENT_ID" --data-urlencode "client_secret=$ARM_CLIENT_SECRET" \
    --data-urlencode "scope=$1/.default" | member access_token
}

member() { # NAME, of the first JSON object that has it
  sed -n "s/.*\"$1\":[ ]*\"\([^\"]*\)\".*/\1/p" | head -n 1
}

call() { # METHOD URL TOKEN [BODY]
  if [ $# -gt 3 ]; then
    curl -fsS --cacert "$SSL_CERT_FILE" -X "$1" -H "Authorization: Bearer $3" -H 'Content-Type: application/json' -d "$4" "$2"
  else
    curl -fsS --cacert "$SSL_CERT_FILE" -X "$1" -H "Authorization: Bearer $3" -H 'Content-Length: 0' "$2"
  fi
}

# as_pem reads DER as base64 and prints base64 of PEM, on one line.
as_pem() { base64 -d | openssl x509 -inform DER | base64 | tr -d '\n'; }

central_token=$(token "${IOTCENTRAL_AUDIENCE:-https://apps.azureiotcentral.com}")
i=0
case $1 in
create)
  arm_token=$(token "${ARM_RESOURCE_MANAGER_AUDIENCE:-https://management.azure.com}")
  listed=$(call GET "$arm?api-version=2024-04-01" "$arm_token")
  serial=$(printf '%s' "$listed" | member name)
  ca=$(printf '%s' "$listed" | member certificate | as_pem)
  while [ "$i" -lt "$2" ]; do
    group="$central/script-$i"
    entry="$group/certificates/primary"
    call PUT "$group?$version" "$central_token" "{\"displayName\":\"Script $i\",\"type\":\"iot\",\"attestation\":{\"type\":\"x509\"}}" >/dev/null
    call PUT "$entry?$version" "$central_token" "{\"verified\":false,\"certificate\":\"$ca\"}" >/dev/null
    code=$(call POST "$entry/generateVerificationCode?$version" "$central_token" | member verificationCode)
    proof=$(call POST "$arm/$serial/retrieveProofOfPossessionNonce?api-version=2024-04-01" "$arm_token" \
      "{\"proofOfPossessionNonce\":\"$code\"}" | member certificate | as_pem)
    call POST "$entry/verify?$version" "$central_token" "{\"certificate\":\"$proof\"}" >/dev/null
    call GET "$entry?$version" "$central_token" | grep -q '"verified":true'
    i=$((i + 1))
  done
  ;;
read)
  while [ "$i" -lt "$2" ]; do
    call GET "$central/script-$i?$version" "$central_token" >/dev/null
    call GET "$central/script-$i/certificates/primary?$version" "$central_token" | grep -q '"verified":true'
    i=$((i + 1))
  done
  ;;
delete)
  while [ "$i" -lt "$2" ]; do
    call DELETE "$central/script-$i?$version" "$central_token" >/dev/null
    i=$((i + 1))
  done
  ;;
esac
