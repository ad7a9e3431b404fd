// docs/compat/flags.md, made of the tables.

#include "app/flags.h"

namespace aion::app {
namespace {

using config::FlagEffect;
using config::FlagKind;
using config::FlagSpec;

std::string_view KindName(FlagKind kind) {
  switch (kind) {
    case FlagKind::kBool:
      return "switch";
    case FlagKind::kString:
      return "text";
    case FlagKind::kInt:
    case FlagKind::kUint:
      return "integer";
    case FlagKind::kFloat:
      return "number";
    case FlagKind::kDuration:
      return "duration (`1h30m`)";
    case FlagKind::kModelDuration:
      return "duration (`1d`)";
    case FlagKind::kBytes:
      return "bytes (`250MB`)";
    case FlagKind::kEnum:
      return "choice";
    case FlagKind::kTimeOrDuration:
      return "time or duration";
    case FlagKind::kEndpoint:
      return "address";
    case FlagKind::kUrl:
      return "URL";
  }
  return "";
}

std::string Default(const FlagSpec& flag) {
  if (flag.default_value.data() == nullptr) return "";
  if (flag.default_value.empty()) return "`\"\"`";
  std::string text = "`";
  for (char c : flag.default_value) text.append(c == '\n' ? "`, `" : std::string(1, c));
  return text + "`";
}

std::string Notes(const FlagSpec& flag) {
  std::string text;
  const auto add = [&](std::string_view note) {
    text.append(text.empty() ? "" : "; ").append(note);
  };
  if (!flag.alias_of.empty()) add("old name of `--" + std::string(flag.alias_of) + "`");
  if (flag.repeatable) add("repeatable");
  if (flag.required) add("required");
  if (flag.hidden) add("hidden");
  if (flag.effect == FlagEffect::kNone) add("accepted, no effect");
  if (flag.effect == FlagEffect::kNotYet) add("**not supported yet**: only the default starts");
  return text;
}

void AppendTable(std::string* out, std::span<const FlagSpec> flags) {
  out->append("| Flag | Value | Default | Notes |\n|---|---|---|---|\n");
  for (const FlagSpec& flag : flags) {
    out->append("| `--").append(flag.name).append("` | ").append(KindName(flag.kind));
    out->append(" | ").append(Default(flag)).append(" | ").append(Notes(flag)).append(" |\n");
  }
}

}  // namespace

std::string FlagsDocument() {
  std::string out =
      "# Flags\n\n"
      "Every flag of every command: those of Thanos with their names, values and defaults, the "
      "names "
      "older releases had, and which\nof them are not in force yet. `aion COMMAND --help` says "
      "what "
      "each does. This page is made of the tables in `src/app`.\n\n"
      "## Every command\n\n";
  AppendTable(&out, GlobalFlags());
  for (const ComponentFlags& component : Components()) {
    out.append("\n## ").append(component.name).append("\n\n").append(component.summary);
    out.append("\n\n");
    AppendTable(&out, component.flags);
  }
  return out;
}

}  // namespace aion::app
