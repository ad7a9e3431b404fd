#include "config/env_substitution.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace aion::config {
namespace {

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::optional<std::string> ProcessEnv(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

StatusOr<std::string> SubstituteEnv(std::string_view text, const EnvLookup& lookup) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const size_t start = text.find("$(");
    out.append(text.substr(0, start));
    if (start == std::string_view::npos) return out;
    text.remove_prefix(start);
    const auto* const end = std::find_if_not(text.begin() + 2, text.end(), IsNameByte);
    const auto size = static_cast<size_t>(end - text.begin());
    if (size == 2 || end == text.end() || *end != ')') {
      out.append(text.substr(0, 2));
      text.remove_prefix(2);
      continue;
    }
    const std::string_view name = text.substr(2, size - 2);
    const std::optional<std::string> value = lookup(name);
    if (!value) {
      return InvalidArgumentError("found reference to unset environment variable " + QuoteGo(name));
    }
    out.append(*value);
    text.remove_prefix(size + 1);
  }
}

}  // namespace aion::config
