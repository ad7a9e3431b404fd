// Messages of the small APIs: the first byte picks one. What decodes, encodes to bytes that decode
// to the same bytes.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "fleet/codec.h"

namespace {

template <typename Message>
void Try(std::string_view bytes) {
  using namespace aion::fleet;
  Message message;
  if (!Decode(bytes, &message).ok()) return;
  const std::string encoded = Encode(message);
  Message again;
  CHECK(Decode(encoded, &again).ok());
  CHECK(Encode(again) == encoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion::fleet;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 11) {
    case 0:
      Try<InfoAnswer>(bytes);
      break;
    case 1:
      Try<RulesRequest>(bytes);
      break;
    case 2:
      Try<RulesMessage>(bytes);
      break;
    case 3:
      Try<TargetsRequest>(bytes);
      break;
    case 4:
      Try<TargetsMessage>(bytes);
      break;
    case 5:
      Try<MetadataRequest>(bytes);
      break;
    case 6:
      Try<MetadataMessage>(bytes);
      break;
    case 7:
      Try<ExemplarsRequest>(bytes);
      break;
    case 8:
      Try<ExemplarsMessage>(bytes);
      break;
    case 9:
      Try<TsdbStatusRequest>(bytes);
      break;
    default:
      Try<TsdbStatusMessage>(bytes);
      break;
  }
  return 0;
}
