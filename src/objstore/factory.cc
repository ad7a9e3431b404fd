#include "objstore/factory.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "config/yaml_decoder.h"
#include "objstore/prefix.h"
#include "objstore/providers/filesystem.h"

namespace aion::objstore {
namespace {

using config::YamlNode;

struct BucketConfig {
  std::string type;
  YamlNode config;
  std::string prefix;
};

StatusOr<BucketConfig> ParseConfig(std::string_view yaml) {
  ASSIGN_OR_RETURN(const YamlNode document, config::ParseYaml(yaml));
  BucketConfig parsed;
  config::YamlErrors errors;
  config::YamlFields fields(document, "client.BucketConfig", &errors);
  fields.String("type", &parsed.type);
  fields.Raw("config", &parsed.config);
  fields.String("prefix", &parsed.prefix);
  // Documented beside the three by upstream; the provider works without it.
  YamlNode hedging;
  fields.Raw("hedging_config", &hedging);
  fields.Finish();
  RETURN_IF_ERROR(errors.ToStatus());
  return parsed;
}

StatusOr<std::unique_ptr<Bucket>> MakeFilesystem(const YamlNode& node, Env& env) {
  FilesystemOptions options;
  if (node.kind == config::YamlKind::kMapping) {
    // Compat: the inner document of this type is lenient: unknown fields are ignored.
    if (const YamlNode* directory = node.Find("directory");
        directory != nullptr && directory->IsScalar()) {
      options.directory = directory->text;
    }
  }
  return MakeFilesystemBucket(options, env);
}

struct Provider {
  std::string_view type;
  StatusOr<std::unique_ptr<Bucket>> (*make)(const YamlNode& config,
                                            Env& env);  // Null: not in this build.
};

constexpr std::array<Provider, 10> kProviders = {{
    {"FILESYSTEM", MakeFilesystem},
    {"S3", nullptr},
    {"GCS", nullptr},
    {"AZURE", nullptr},
    {"SWIFT", nullptr},
    {"COS", nullptr},
    {"ALIYUNOSS", nullptr},
    {"BOS", nullptr},
    {"OCI", nullptr},
    {"OBS", nullptr},
}};

}  // namespace

StatusOr<std::unique_ptr<Bucket>> MakeBucketFromYaml(std::string_view yaml, Env& env) {
  auto parsed = ParseConfig(yaml);
  if (!parsed.ok()) return parsed.status().WithContext("parsing config YAML file");
  std::string type = parsed->type;
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  const auto provider = std::find_if(kProviders.begin(), kProviders.end(),
                                     [&](const Provider& p) { return p.type == type; });
  if (provider == kProviders.end()) {
    return InvalidArgumentError("bucket with type " + parsed->type + " is not supported");
  }
  if (provider->make == nullptr) {
    return UnimplementedError(
        "bucket with type " + parsed->type +
        " is not supported by this build yet: FILESYSTEM is the only type it serves");
  }
  auto bucket = provider->make(parsed->config, env);
  if (!bucket.ok()) return bucket.status().WithContext("create " + parsed->type + " client");
  return MakePrefixedBucket(*std::move(bucket), parsed->prefix);
}

}  // namespace aion::objstore
