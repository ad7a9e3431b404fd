#pragma once

// The help texts made from flag tables, laid out as upstream's: usage line, flags in two columns,
// commands; the long form; a man page; completion scripts.

#include <cstddef>
#include <string>

#include "config/flag.h"

namespace aion::config {

/// Flags every program has: help, help-long, help-man, completion-*, version.
std::span<const FlagSpec> BuiltInFlags();

/// Usage of one command, or of the program when `command` is null. `width` in columns.
std::string UsageText(const ProgramSpec& program, const CommandSpec* command, size_t width);
/// `--help-long`: every command with its flags.
std::string LongHelpText(const ProgramSpec& program, size_t width);
/// `--help-man`: troff.
std::string ManPageText(const ProgramSpec& program);
std::string BashCompletionText(const ProgramSpec& program);
std::string ZshCompletionText(const ProgramSpec& program);

}  // namespace aion::config
