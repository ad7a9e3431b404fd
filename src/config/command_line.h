#pragma once

// The command line, read as upstream's parser (kingpin) reads it.
//
// `--flag=value`, `--flag value`, `-f value`, `--no-flag`, `--` before plain arguments, `@file` for
// arguments one a line, empty values (`--store=`), flags before and after the command. A scalar
// flag given twice is an error. Parsing prints nothing and ends nothing: the caller does what the
// result says.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "config/flag.h"
#include "config/flag_values.h"

namespace aion::config {

struct CommandLine {
  enum class Action {
    kRun,    ///< `command` with `values`.
    kPrint,  ///< `text` to standard output (help-long, man page, completion) or error, then exit 0.
    kFail,   ///< `text` (usage and the error) to standard error, then exit 2.
  };
  Action action = Action::kRun;
  const CommandSpec* command = nullptr;
  std::optional<FlagValues> values;
  std::vector<std::string> warnings;  ///< Deprecated names that were used.

  std::string text;
  bool to_stdout = false;
  std::string error;  ///< The bare error of kFail.
  int exit_code = 0;
};

struct CommandLineInput {
  std::span<const std::string_view> args;  ///< Without the program's name.
  std::string_view program;                ///< argv[0]: the error repeats it.
  size_t width = 80;                       ///< Columns of the terminal, for help.
  /// Null: the process' environment.
  std::function<std::optional<std::string>(std::string_view name)> env_variable;
  Env* files = &Env::Posix();  ///< For `@file`.
};

CommandLine ParseCommandLine(const ProgramSpec& program, const CommandLineInput& input);

/// Non-OK when a flag whose effect is kNotYet differs from its default: the message names the
/// flags.
Status CheckFlagsInForce(const CommandSpec& command, const FlagValues& values);

}  // namespace aion::config
