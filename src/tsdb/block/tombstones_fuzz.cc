// A tombstones file, as it is and with a fitting checksum.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/hash.h"
#include "tsdb/block/tombstones.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion;
  using namespace aion::tsdb;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)ParseTombstones(bytes);
  std::string file;
  PutBe32(&file, kTombstonesMagic);
  PutU8(&file, 1);
  file.append(bytes);
  PutBe32(&file, Crc32c(bytes));
  const StatusOr<Tombstones> tombstones = ParseTombstones(file);
  if (!tombstones.ok()) return 0;
  const StatusOr<Tombstones> again = ParseTombstones(PrintTombstones(*tombstones));
  CHECK(again.ok());
  for (const auto& [ref, intervals] : *tombstones) {
    const auto found = again->find(ref);
    CHECK(intervals.empty() ? found == again->end() : found->second == intervals);
  }
  return 0;
}
