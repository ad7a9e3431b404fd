#pragma once

// FlagValues: the typed values of one command's flags after parsing, defaults included.
//
// Asking for a name that is not in the command's table, or with another kind's accessor, is a bug
// and ends the process. Const access is thread-safe.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "base/status.h"
#include "config/flag.h"
#include "config/time_or_duration.h"

namespace aion::config {

class FlagValues {
 public:
  /// kString, kEnum, kEndpoint, kUrl: the last value, "" when there is none.
  const std::string& String(std::string_view name) const;
  /// All values of a repeatable flag of these kinds, in order.
  const std::vector<std::string>& Strings(std::string_view name) const;
  bool Bool(std::string_view name) const;
  int64_t Int(std::string_view name) const;
  uint64_t Uint(std::string_view name) const;
  double Float(std::string_view name) const;
  std::vector<double> Floats(std::string_view name) const;
  /// kDuration and kModelDuration.
  DurationMs Duration(std::string_view name) const;
  uint64_t Bytes(std::string_view name) const;
  TimeOrDuration Time(std::string_view name) const;

  /// Given on the command line, by its name or an alias.
  bool IsSet(std::string_view name) const;

  /// Flags of effect kNotYet whose value is not their default, sorted: those of the program too.
  std::vector<std::string> NotInForce() const;

  /// Name and printed value of every flag of the command, sorted by name, as /api/v1/status/flags
  /// shows them: secrets of `objstore.config` masked, built-in flags left out.
  std::map<std::string, std::string> Printed() const;

  /// For the parser and for tests: `specs` outlive the values; every flag starts with its default.
  explicit FlagValues(const std::vector<const FlagSpec*>& specs);
  /// Checks and stores one value; the first explicit one replaces the defaults.
  /// kInvalidArgument with the text of the flag's kind.
  Status Set(const FlagSpec& spec, std::string_view text);

 private:
  struct Entry {
    const FlagSpec* spec = nullptr;
    std::vector<std::string> values;
    bool set = false;
  };
  const Entry& Find(std::string_view name) const;

  std::map<std::string, Entry, std::less<>> entries_;
};

/// Whether `text` is a value of the kind; the error is the one the command line prints.
Status CheckFlagValue(const FlagSpec& spec, std::string_view text);

}  // namespace aion::config
