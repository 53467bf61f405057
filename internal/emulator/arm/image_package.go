// Copyright (c) spheretrust
// SPDX-License-Identifier: MPL-2.0

package arm

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// packageMagic begins the metadata at the end of an image package. After it come the number of sections, the sections, the
// length of all that and a signature. Numbers are little-endian.
var packageMagic = []byte("4X4M")

// packageSignature is the length of the signature.
const packageSignature = 64

// packageMetadata is what an image package says of itself.
type packageMetadata struct {
	Name        string
	ImageID     string // GUID, lower case
	ComponentID string // likewise
	Type        string
}

// imageTypes are the names of the image types by their numbers. From the enum of the specification, whose order has gaps in
// numbers; only 10 was seen in a recording.
var imageTypes = map[uint32]string{
	1: "OneBl", 2: "PlutonRuntime", 3: "WifiFirmware", 4: "SecurityMonitor", 5: "NormalWorldLoader", 6: "NormalWorldDtb",
	7: "NormalWorldKernel", 8: "RootFs", 9: "Services", 10: "Applications", 13: "FwConfig", 16: "BootManifest", 17: "Nwfs",
	18: "TrustedKeystore", 19: "Policy", 20: "CustomerBoardConfig", 21: "UpdateCertStore", 22: "BaseSystemUpdateManifest",
	23: "FirmwareUpdateManifest", 24: "CustomerUpdateManifest", 25: "RecoveryManifest", 26: "ManifestSet",
}

// readPackage reads the metadata of an image package.
func readPackage(content []byte) (packageMetadata, error) {
	at := bytes.LastIndex(content, packageMagic)
	if at < 0 {
		return packageMetadata{}, errors.New("the image has no metadata")
	}
	cut := errors.New("the metadata of the image is cut off")
	left := content[at+len(packageMagic):]
	if len(left) < 4 {
		return packageMetadata{}, cut
	}
	count := binary.LittleEndian.Uint32(left)
	left = left[4:]
	sections := map[string][]byte{}
	for range min(count, 64) {
		if len(left) < 4 {
			return packageMetadata{}, cut
		}
		name, length := string(left[:2]), int(binary.LittleEndian.Uint16(left[2:]))
		left = left[4:]
		if len(left) < length {
			return packageMetadata{}, cut
		}
		sections[name], left = left[:length], left[length:]
	}
	if len(left) < 4+packageSignature {
		return packageMetadata{}, cut
	}
	identity, debug := sections["ID"], sections["DB"]
	if len(identity) != 36 || len(debug) != 40 {
		return packageMetadata{}, errors.New("the metadata of the image has no identity or no name")
	}
	kind, known := imageTypes[binary.LittleEndian.Uint32(identity)]
	if !known {
		kind = "Other"
	}
	return packageMetadata{
		Name:        string(bytes.TrimRight(debug[8:], "\x00")),
		ComponentID: dotNetGUID(identity[4:20]),
		ImageID:     dotNetGUID(identity[20:36]),
		Type:        kind,
	}, nil
}

// dotNetGUID reads a GUID as .NET lays it out: its first three numbers are little-endian.
func dotNetGUID(b []byte) string {
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]),
		binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:16])
}

// capabilityImage makes the image that unlocks a device: a header with the ID of the device, and metadata with the name
// fw_config. It has the length of the recorded one. Neither its signature nor what the header says besides is real.
func capabilityImage(deviceID string) []byte {
	const whole = 392
	header := []byte{0xfd, 0x5c, 0xfd, 0x5c}
	if id, err := hex.DecodeString(deviceID); err == nil {
		header = append(header, id...)
	}
	identity := binary.LittleEndian.AppendUint32(nil, 13)
	for range 2 {
		id := uuid.New()
		identity = append(identity, id[:]...)
	}
	debug := append(binary.LittleEndian.AppendUint64(nil, 0), make([]byte, 32)...)
	copy(debug[8:], "fw_config")
	metadata := binary.LittleEndian.AppendUint32(bytes.Clone(packageMagic), 5)
	for _, section := range []struct {
		name string
		data []byte
	}{{"ID", identity}, {"SG", randomBytes(24)}, {"DB", debug}, {"TP", make([]byte, 4)}, {"ND", make([]byte, 12)}} {
		metadata = append(metadata, section.name...)
		metadata = binary.LittleEndian.AppendUint16(metadata, uint16(len(section.data))) //nolint:gosec // they are short
		metadata = append(metadata, section.data...)
	}
	metadata = binary.LittleEndian.AppendUint32(metadata, uint32(len(metadata)+4+packageSignature)) //nolint:gosec // likewise
	metadata = append(metadata, randomBytes(packageSignature)...)
	header = append(header, make([]byte, whole-len(header)-len(metadata))...)
	return append(header, metadata...)
}
