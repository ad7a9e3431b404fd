// Any bytes: parsing ends with a tree or an error, and what was parsed can be printed and parsed
// again.
#include <cstdint>

#include "base/check.h"
#include "config/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto node = aion::config::ParseYaml(text);
  if (!node.ok()) return 0;
  const std::string printed = aion::config::EmitYaml(*node);
  CHECK(aion::config::ParseYaml(printed).ok());
  return 0;
}
