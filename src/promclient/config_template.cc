#include "promclient/config_template.h"

#include "base/compression.h"

namespace aion::promclient {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b\x08";

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The size of the reference `$(NAME)` that `text` begins with; 0 when it begins with none.
size_t ReferenceSize(std::string_view text) {
  if (!text.starts_with("$(")) return 0;
  size_t end = 2;
  while (end < text.size() && IsNameByte(text[end])) ++end;
  return end > 2 && end < text.size() && text[end] == ')' ? end + 1 : 0;
}

}  // namespace

StatusOr<ExpandedConfig> ExpandConfig(std::string_view bytes, const config::EnvLookup& lookup,
                                      bool tolerate_unset) {
  std::string unpacked;
  if (bytes.starts_with(kGzipMagic)) {
    auto text = GzipDecompress(bytes, kConfigFileBytesMax);
    if (!text.ok()) return text.status().WithContext("read compressed config file");
    unpacked = *std::move(text);
    bytes = unpacked;
  }
  ExpandedConfig out;
  while (true) {
    const size_t dollar = bytes.find('$');
    out.text.append(bytes.substr(0, dollar));
    if (dollar == std::string_view::npos) return out;
    bytes.remove_prefix(dollar);
    const size_t size = ReferenceSize(bytes);
    if (size == 0) {
      out.text.push_back('$');
      bytes.remove_prefix(1);
      continue;
    }
    const std::string_view name = bytes.substr(2, size - 3);
    if (const auto value = lookup(name)) {
      out.text.append(*value);
    } else if (tolerate_unset) {
      ++out.unset_variables;
      out.text.append(bytes.substr(0, size));
    } else {
      return InvalidArgumentError(
          "expand environment variables: found reference to unset environment variable \"" +
          std::string(name) + "\"");
    }
    bytes.remove_prefix(size);
    if (out.text.size() > kConfigFileBytesMax)
      return ResourceExhaustedError("expanded config file: over 64 MiB");
  }
}

}  // namespace aion::promclient
