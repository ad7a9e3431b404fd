#include "store/bucket/hints.h"

#include "base/bytes.h"

namespace aion::store {
namespace {

/// Field `number` of wire type 2.
void PutField(std::string* out, uint32_t number, std::string_view bytes) {
  PutUvarint(out, number << 3 | 2);
  PutUvarintBytes(out, bytes);
}

}  // namespace

std::string QueriedBlocksHints(std::string_view message, const std::vector<std::string>& blocks) {
  std::string hints;
  for (const std::string& id : blocks) {
    std::string block;
    PutField(&block, 1, id);
    PutField(&hints, 1, block);
  }
  std::string any;
  PutField(&any, 1, "type.googleapis.com/hintspb." + std::string(message));
  if (!hints.empty()) PutField(&any, 2, hints);
  return any;
}

}  // namespace aion::store
