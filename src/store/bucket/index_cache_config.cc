#include "store/bucket/index_cache_config.h"

#include <algorithm>
#include <cctype>

#include "config/yaml_decoder.h"

namespace aion::store {
namespace {

using config::YamlFields;
using config::YamlNode;

/// Upstream's check on the two sizes.
Status CheckSizes(const cache::LruCacheOptions& options) {
  if (options.item_bytes_max <= options.bytes_max) return OkStatus();
  return InvalidArgumentError("max item size (" + std::to_string(options.item_bytes_max) +
                              ") cannot be bigger than overall cache size (" +
                              std::to_string(options.bytes_max) + ")");
}

}  // namespace

cache::LruCacheOptions IndexCacheOfSize(uint64_t bytes_max) {
  cache::LruCacheOptions options;
  options.bytes_max = bytes_max;
  options.item_bytes_max = std::min(options.item_bytes_max, bytes_max / 2);
  return options;
}

StatusOr<cache::LruCacheOptions> ParseIndexCacheConfig(std::string_view yaml) {
  const auto document = config::ParseYaml(yaml);
  if (!document.ok()) return document.status().WithContext("parsing config YAML file");
  cache::LruCacheOptions options;
  if (document->kind == config::YamlKind::kNull) return options;
  std::string type;
  YamlNode config, ttl;
  std::vector<std::string> enabled_items;
  config::YamlErrors errors;
  YamlFields fields(*document, "storecache.IndexCacheConfig", &errors);
  fields.String("type", &type);
  fields.Raw("config", &config);
  fields.Strings("enabled_items", &enabled_items);
  fields.Raw("ttl", &ttl);
  fields.Finish();
  if (!errors.ok()) return errors.ToStatus().WithContext("parsing config YAML file");
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  if (type == "MEMCACHED" || type == "REDIS") {
    return UnimplementedError("index cache with type " + type +
                              " is not supported by this build yet: IN-MEMORY is");
  }
  if (type != "IN-MEMORY")
    return InvalidArgumentError("index cache with type " + type + " is not supported");
  YamlFields sizes(config, "storecache.InMemoryIndexCacheConfig", &errors);
  sizes.Bytes("max_size", &options.bytes_max);
  sizes.Bytes("max_item_size", &options.item_bytes_max);
  sizes.Finish();
  if (!errors.ok()) return errors.ToStatus().WithContext("create IN-MEMORY index cache");
  if (const Status status = CheckSizes(options); !status.ok())
    return status.WithContext("create IN-MEMORY index cache");
  return options;
}

}  // namespace aion::store
