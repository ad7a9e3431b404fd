#pragma once

// The compressions of the field's protocols. Decompression of hostile bytes is bounded: it fails
// with kResourceExhausted before it produces more than `size_max` bytes, with kInvalidArgument on
// malformed input. All functions are thread-safe.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace aion {

/// Snappy block format: remote read and write bodies.
std::string SnappyCompress(std::string_view bytes);
StatusOr<std::string> SnappyDecompress(std::string_view bytes, size_t size_max);

/// Snappy framing format (`framing_format.txt` of snappy): gRPC's "snappy" encoding, index cache
/// values.
std::string SnappyFrame(std::string_view bytes);
StatusOr<std::string> SnappyUnframe(std::string_view bytes, size_t size_max);
/// True when `bytes` begin with the stream identifier of the framing format.
bool IsSnappyFramed(std::string_view bytes);

std::string GzipCompress(std::string_view bytes, int level = 1);
StatusOr<std::string> GzipDecompress(std::string_view bytes, size_t size_max);

std::string ZstdCompress(std::string_view bytes);
StatusOr<std::string> ZstdDecompress(std::string_view bytes, size_t size_max);

}  // namespace aion
