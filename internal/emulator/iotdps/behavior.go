// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package iotdps

import "time"

// Behavior decides what the documentation leaves open of Device Provisioning Service.
type Behavior struct {
	DPSCertificateUpserts      bool             // PUT of an existing certificate without If-Match replaces it; default: 412
	DPSMissingMatchBadRequest  bool             // a call that needs If-Match and has none answers 400; default: 412
	DPSAnyMatchRefused         bool             // If-Match: * answers 412; default: it matches every etag
	DPSPutKeepsVerified        bool             // PUT of an existing certificate leaves it verified; default: it is unverified again
	DPSGenerateResetsVerified  bool             // a new verification code takes the verification away; default: it stays
	DPSEarlierCodesStayValid   bool             // a new code leaves earlier ones valid; default: it voids them
	DPSCodeLifetime            time.Duration    // how long a verification code can be used; 0: without end
	DPSVerifyMismatchConflict  bool             // a proof that does not fit answers 409; default: 400
	DPSReferencedDeleteRefused bool             // DELETE of a certificate that a group refers to answers 409; default: 200
	DPSUnknownReferences       bool             // a group may refer to a certificate that is not there; default: 400
	DPSUnverifiedRefused       bool             // a group may not refer to an unverified certificate; default: it may
	DPSSharedCA                bool             // two groups may trust one CA; default: 409
	DPSCertificateReturned     bool             // answers always hold the certificate; default: only that with a code does
	DPSCertificateLimit        CertificateLimit // answer to the 26th certificate
	DPSAnyPrincipal            bool             // the data plane takes any token of its audience; default: a role is needed
	DPSNoRoleForbidden         bool             // a token without a role answers 403; default: 401
	DPSEmptyGroups             bool             // an X.509 group may be without any certificate; default: 400
	DPSPageSize                int              // enrollment groups per page of a query; 0: all on one
	DPSOperationsPerMinute     int              // operations per minute and service, beyond which 429; 0: unlimited
	DPSReadLag                 int              // how many reads of a certificate still show it as it was before a change; 0: none
}

// CertificateLimit says what becomes of the 26th certificate of a service.
type CertificateLimit string

// What may become of it.
const (
	LimitForbidden  CertificateLimit = ""      // 403
	LimitBadRequest CertificateLimit = "400"   // 400
	LimitNone       CertificateLimit = "allow" // it is taken
)

// maxCertificates is how many a service has at most.
const maxCertificates = 25
