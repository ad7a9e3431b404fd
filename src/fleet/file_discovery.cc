#include "fleet/file_discovery.h"

#include <glob.h>

#include <set>

#include "base/env.h"
#include "base/hash.h"
#include "config/yaml.h"

namespace aion::fleet {
namespace {

constexpr uint64_t kFileBytesMax = 16 << 20;

std::set<std::string> Expand(const std::vector<std::string>& patterns) {
  std::set<std::string> paths;
  for (const std::string& pattern : patterns) {
    glob_t found{};
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
      for (size_t i = 0; i < found.gl_pathc; ++i) paths.insert(found.gl_pathv[i]);
    }
    globfree(&found);
  }
  return paths;
}

}  // namespace

StatusOr<std::vector<std::string>> ParseTargetGroups(std::string_view text) {
  ASSIGN_OR_RETURN(const config::YamlNode root, config::ParseYaml(text));
  std::vector<std::string> addresses;
  if (root.kind == config::YamlKind::kNull) return addresses;
  if (root.kind != config::YamlKind::kSequence)
    return InvalidArgumentError("not a list of target groups");
  for (const config::YamlNode& group : root.items) {
    if (group.kind != config::YamlKind::kMapping) {
      return InvalidArgumentError("line " + std::to_string(group.line) + ": not a target group");
    }
    const config::YamlNode* targets = group.Find("targets");
    if (targets == nullptr || targets->kind == config::YamlKind::kNull) continue;
    if (targets->kind != config::YamlKind::kSequence) {
      return InvalidArgumentError("line " + std::to_string(targets->line) +
                                  ": targets is not a list");
    }
    for (const config::YamlNode& target : targets->items) {
      if (!target.IsScalar())
        return InvalidArgumentError("line " + std::to_string(target.line) + ": not an address");
      addresses.push_back(target.text);
    }
  }
  return addresses;
}

Status FileDiscovery::Refresh() {
  const std::set<std::string> paths = Expand(patterns_);
  Status first_error;
  std::map<std::string, File> files;
  {
    const std::lock_guard lock(mutex_);
    files = files_;
  }
  std::erase_if(files, [&](const auto& known) { return !paths.contains(known.first); });
  for (const std::string& path : paths) {
    const auto fail = [&](const Status& status) {
      if (first_error.ok()) first_error = status.WithContext("read target groups of " + path);
    };
    const auto content = ReadFile(Env::Posix(), path, kFileBytesMax);
    if (!content.ok()) {
      fail(content.status());
      continue;
    }
    std::string hash = Sha256Hex(*content);
    if (const auto known = files.find(path);
        known != files.end() && known->second.content_hash == hash)
      continue;
    auto addresses = ParseTargetGroups(*content);
    if (!addresses.ok()) {
      fail(addresses.status());
      continue;
    }
    files[path] = File{std::move(hash), *std::move(addresses)};
  }
  const std::lock_guard lock(mutex_);
  files_ = std::move(files);
  return first_error;
}

std::vector<std::string> FileDiscovery::Addresses() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> addresses;
  std::set<std::string_view> seen;
  for (const auto& [path, file] : files_) {
    for (const std::string& address : file.addresses) {
      if (seen.insert(address).second) addresses.push_back(address);
    }
  }
  return addresses;
}

}  // namespace aion::fleet
