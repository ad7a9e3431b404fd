#include "config/file_watch.h"

#include "base/hash.h"
#include "config/path_or_content.h"

namespace aion::config {

StatusOr<std::optional<std::string>> FileWatch::Poll() {
  ASSIGN_OR_RETURN(std::string content, ReadFile(env_, path_, kConfigBytesMax));
  std::string hash = Sha256Hex(content);
  if (hash_ == hash) return std::optional<std::string>();
  hash_ = std::move(hash);
  return std::optional<std::string>(std::move(content));
}

}  // namespace aion::config
