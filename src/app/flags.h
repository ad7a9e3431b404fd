#pragma once

// The flag tables: every flag of every command, visible, hidden and kept for compatibility, as
// data.
//
// A row says name, kind, default, help and whether the flag is in force; see `config/flag.h`. From
// the tables come the command line, `--help` and docs/compat/flags.md. A component's code reads
// config::FlagValues by the names in its table. When a flag's behaviour arrives, its row loses
// `effect = kNotYet` and the document is written anew (the test says how).

#include <span>
#include <string>
#include <string_view>

#include "config/flag.h"

namespace aion::app {

/// One per command, in the order of the help: name, summary, flags.
using ComponentFlags = config::CommandSpec;

extern const ComponentFlags kSidecarFlags;
extern const ComponentFlags kStoreFlags;
extern const ComponentFlags kQueryFlags;
extern const ComponentFlags kAllFlags;

/// Flags every command takes: logging, tracing, memory limit.
std::span<const config::FlagSpec> GlobalFlags();
std::span<const ComponentFlags> Components();
/// The whole program for the command line. `version` must outlive it.
config::ProgramSpec Program(std::string_view version);

/// docs/compat/flags.md.
std::string FlagsDocument();

}  // namespace aion::app
