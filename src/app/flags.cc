#include "app/flags.h"

#include "app/flags_shared.h"

namespace aion::app {
namespace {

using namespace rows;  // NOLINT: the tables are made of these words.

constexpr auto kGlobal = Table(
    FlagSpec{.name = "debug.name", .help = "Name that log lines carry.", .hidden = true},
    FlagSpec{.name = "log.level",
             .kind = FlagKind::kEnum,
             .help = "Least severe lines that are logged.",
             .default_value = "info",
             .enum_values = "error,warn,info,debug"},
    FlagSpec{.name = "log.format",
             .kind = FlagKind::kEnum,
             .help = "Form of log lines: logfmt, json or journald (which is logfmt here).",
             .default_value = "logfmt",
             .enum_values = "logfmt,json,journald"},
    FlagSpec{.name = "tracing.config-file",
             .help = "File with the YAML that says where traces go.",
             .placeholder = kFilePath,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "tracing.config",
             .help = "The same YAML in place of the 'tracing.config-file' flag.",
             .placeholder = kContent,
             .effect = FlagEffect::kNotYet},
    FlagSpec{.name = "enable-auto-gomemlimit",
             .kind = FlagKind::kBool,
             .help = "Was for a runtime with a garbage collector; memory is limited by queries' "
                     "budgets here.",
             .default_value = "false",
             .effect = FlagEffect::kNone},
    FlagSpec{.name = "auto-gomemlimit.ratio",
             .kind = FlagKind::kFloat,
             .help = "The part of the machine's memory that limit was.",
             .default_value = "0.9",
             .effect = FlagEffect::kNone});

}  // namespace

std::span<const config::FlagSpec> GlobalFlags() { return kGlobal; }

std::span<const ComponentFlags> Components() {
  static const ComponentFlags kComponents[] = {kSidecarFlags, kStoreFlags, kQueryFlags, kAllFlags};
  return kComponents;
}

config::ProgramSpec Program(std::string_view version) {
  return {.name = "aion",
          .summary = "Long-term storage and one view of metrics from many Prometheus servers.",
          .version = version,
          .flags = GlobalFlags(),
          .commands = Components()};
}

}  // namespace aion::app
