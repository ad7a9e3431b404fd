#include "config/path_or_content.h"

namespace aion::config {

PathOrContent PathOrContent::FromFlags(const FlagValues& values, std::string_view flag,
                                       bool required, bool substitute_env) {
  const std::string name(flag);
  return {.flag = name,
          .path = values.String(name + "-file"),
          .content = values.String(name),
          .required = required,
          .substitute_env = substitute_env};
}

StatusOr<std::string> PathOrContent::Content(Env& env, const EnvLookup& lookup) const {
  const std::string file_flag = flag + "-file";
  if (!path.empty() && !content.empty()) {
    return InvalidArgumentError("both " + file_flag + " and " + flag + " flags set.");
  }
  std::string text = content;
  if (!path.empty()) {
    StatusOr<std::string> file = ReadFile(env, path, kConfigBytesMax);
    if (!file.ok()) {
      return file.status().WithContext("loading file " + path + " for " + file_flag);
    }
    text = *std::move(file);
  }
  if (text.empty() && required) {
    return InvalidArgumentError("flag " + file_flag + " or " + flag +
                                " is required for running this command and content cannot be "
                                "empty.");
  }
  if (!substitute_env) return text;
  return SubstituteEnv(text, lookup);
}

}  // namespace aion::config
