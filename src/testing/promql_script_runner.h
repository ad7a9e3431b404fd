#pragma once

// Runs test scripts against an Engine over a MemoryQueryable.
//
// An instant query is also asked with its time pinned by `@` at other evaluation times, and as the
// middle step of a range query: all must give the same.

#include <string>
#include <string_view>
#include <vector>

#include "promql/engine.h"

namespace aion::testing {

struct ScriptOutcome {
  size_t passed = 0;                  ///< eval commands.
  std::vector<std::string> failures;  ///< "line 12: query: what is wrong", one a failed command.
};

/// An engine with all parts of the language on and the limits scripts are written for.
promql::EngineOptions ScriptEngineOptions();

ScriptOutcome RunPromqlScript(std::string_view script, const promql::Engine& engine);

}  // namespace aion::testing
