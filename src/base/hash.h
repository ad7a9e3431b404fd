#pragma once

// Checksums and hashes of the formats: CRC32C (Castagnoli) of index and chunk files, XXH64 of
// labels and chunks.

#include <cstdint>
#include <string>
#include <string_view>

namespace aion {

/// CRC32C of `bytes`; `seed` is the CRC of what came before, 0 at the start.
uint32_t Crc32c(std::string_view bytes, uint32_t seed = 0);

/// XXH64 with seed 0: what Go's cespare/xxhash computes.
uint64_t XxHash64(std::string_view bytes);

/// SHA-256, lower-case hex: the `hash` of a file in meta.json.
std::string Sha256Hex(std::string_view bytes);

}  // namespace aion
