#pragma once

// Flags as data: a FlagSpec is one row of a component's flag table, a CommandSpec one command.
//
// Tables are constexpr arrays in `app`; from them come parsing (`command_line.h`), the help text
// (`help.h`) and the compatibility document. All views point at literals.

#include <span>
#include <string_view>

namespace aion::config {

enum class FlagKind {
  kBool,  ///< `--x` and `--no-x`; `--x=false` too.
  kString,
  kInt,
  kUint,
  kFloat,
  kDuration,        ///< Go's syntax plus d and w: "1.5h", "2d".
  kModelDuration,   ///< Prometheus' syntax: "1d", "2h30m".
  kBytes,           ///< Base-2 units: "250MB".
  kEnum,            ///< One of `enum_values`.
  kTimeOrDuration,  ///< RFC 3339, or a model duration relative to now: "-1d".
  kEndpoint,        ///< "host:port" or "dns+host:port".
  kUrl,             ///< An absolute or relative URL.
};

/// What setting the flag does in this version.
enum class FlagEffect {
  kInForce,
  kNone,    ///< Accepted; nothing a user can see depends on it here.
  kNotYet,  ///< Starting with it set to anything but its default fails with a clear message.
};

struct FlagSpec {
  std::string_view name;
  FlagKind kind = FlagKind::kString;
  std::string_view help;

  /// Null data() means no default; "" is one. Several of a repeatable flag are separated by
  /// newlines.
  std::string_view default_value{};
  /// What the help shows for the value; empty: the default, else the name in capitals.
  std::string_view placeholder{};
  /// Comma-separated, for kEnum.
  std::string_view enum_values{};
  /// When not given: from this environment variable, if that is set.
  std::string_view env{};
  /// Values go to the flag of this name, whose kind this row repeats; a warning is given.
  std::string_view alias_of{};
  char short_name = 0;
  bool hidden = false;
  bool required = false;
  bool repeatable = false;
  FlagEffect effect = FlagEffect::kInForce;
};

struct CommandSpec {
  /// Words separated by spaces for commands of commands: "tools bucket ls".
  std::string_view name;
  std::string_view summary;
  std::span<const FlagSpec> flags;
};

struct ProgramSpec {
  std::string_view name;
  std::string_view summary;
  /// What `--version` prints, without the newline.
  std::string_view version;
  /// Those every command takes besides the built-in ones (help, version, completion).
  std::span<const FlagSpec> flags;
  std::span<const CommandSpec> commands;
};

}  // namespace aion::config
