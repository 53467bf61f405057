#!/bin/sh
# Makes an IoT Central application trust the active CA of an Azure Sphere catalog, with
# Microsoft's Azure CLI alone. It needs no extension. Sign in with "az login" first.
#
#   trust.sh -g RESOURCE_GROUP -c CATALOG -a APPLICATION [-i GROUP_ID] [-n DISPLAY_NAME] [-x]
#
# CATALOG and APPLICATION are the names of resources in the group. With -x, the certificate is
# uploaded as verified; otherwise Azure Sphere proves that it has the key of the certificate.
# Run again, the script changes nothing that is right already.
set -eu

usage() {
	sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

resource_group='' catalog='' application=''
group_id=azure-sphere display_name='Azure Sphere' attested=false
while getopts g:c:a:i:n:x option; do
	case $option in
	g) resource_group=$OPTARG ;;
	c) catalog=$OPTARG ;;
	a) application=$OPTARG ;;
	i) group_id=$OPTARG ;;
	n) display_name=$OPTARG ;;
	x) attested=true ;;
	*) usage ;;
	esac
done
[ -n "$resource_group" ] && [ -n "$catalog" ] && [ -n "$application" ] || usage

step() { printf '%s\n' "$*"; }
fail() {
	printf 'Error: %s\n' "$*" >&2
	exit 1
}

problem=$(mktemp)
trap 'rm -f "$problem"' EXIT

# Azure Sphere, through Azure Resource Manager. The token goes with it.
sphere() {
	sphere_method=$1 sphere_path=$2
	shift 2
	az rest --method "$sphere_method" --url "$catalog_id$sphere_path?api-version=2024-04-01" "$@"
}

# IoT Central has a token of its own.
central() {
	central_method=$1 central_path=$2
	shift 2
	az rest --method "$central_method" --resource https://apps.azureiotcentral.com \
		--url "https://$subdomain.azureiotcentral.com/api/enrollmentGroups/$group_id$central_path?api-version=2022-07-31" "$@"
}

# Reads something that may not be there: prints nothing then.
if_there() {
	"$@" 2>"$problem" || {
		grep -q 'Not Found' "$problem" || {
			cat "$problem" >&2
			return 1
		}
	}
}

# 1. Who is asking, and where.
subscription=$(az account show --query id --output tsv)
catalog_id=/subscriptions/$subscription/resourceGroups/$resource_group/providers/Microsoft.AzureSphere/catalogs/$catalog
subdomain=$(az iot central app show --name "$application" --resource-group "$resource_group" --query properties.subdomain --output tsv 2>"$problem") ||
	fail "$(cat "$problem")"
# Older versions of the CLI leave the properties out.
[ -n "$subdomain" ] ||
	subdomain=$(az iot central app show --name "$application" --resource-group "$resource_group" --query subdomain --output tsv 2>"$problem")
step "Application $application is at https://$subdomain.azureiotcentral.com."

# 2. The certificate that signs device certificates (az sphere ca-certificate download).
active="value[?properties.status=='Active'] | [0]"
serial=$(sphere get /certificates --query "$active.name" --output tsv)
[ -n "$serial" ] || fail "catalog $catalog has no active certificate"
thumbprint=$(sphere get /certificates --query "$active.properties.thumbprint" --output tsv)
certificate=$(sphere get /certificates --query "$active.properties.certificate" --output tsv)
step "The active CA of catalog $catalog has the serial number $serial and the thumbprint $thumbprint."

# 3. The enrollment group.
name=$(if_there central get '' --query displayName --output tsv)
if [ -z "$name" ]; then
	central put '' --output none \
		--body "{\"displayName\": \"$display_name\", \"type\": \"iot\", \"enabled\": true, \"attestation\": {\"type\": \"x509\"}}"
	step "Created the enrollment group $group_id ($display_name)."
else
	step "The enrollment group $group_id ($name) is there."
fi

# 4. The certificate, in the primary entry.
held=$(if_there central get /certificates/primary --query info.sha1Thumbprint --output tsv)
if [ -z "$held" ]; then
	central put /certificates/primary --output none --body "{\"verified\": $attested, \"certificate\": \"$certificate\"}"
	step "Uploaded the certificate as primary."
elif [ "$(printf %s "$held" | tr a-f A-F)" != "$thumbprint" ]; then
	fail "the primary entry holds another certificate, $held"
fi

# 5. Proof of possession (az sphere ca-certificate download-proof).
if [ "$(central get /certificates/primary --query verified --output tsv)" != true ]; then
	code=$(central post /certificates/primary/generateVerificationCode --query verificationCode --output tsv)
	proof=$(sphere post "/certificates/$serial/retrieveProofOfPossessionNonce" --body "{\"proofOfPossessionNonce\": \"$code\"}" \
		--query certificate --output tsv)
	central post /certificates/primary/verify --output none --body "{\"certificate\": \"$proof\"}"
	step 'Azure Sphere signed the verification code, and IoT Central took the proof.'
fi

# 6. What came of it.
[ "$(central get /certificates/primary --query verified --output tsv)" = true ] || fail 'the certificate is not verified'
step "The primary certificate $thumbprint is verified. Devices of catalog $catalog can enrol in $application."
