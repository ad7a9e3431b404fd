#pragma once

// Logger: levelled logging in the two spellings of the field, logfmt and JSON, one line a call.
//
// A line carries `ts` (RFC 3339, UTC, nanoseconds), `caller` (file:line of the call), `level`, the
// fields given to With() and the call's own: `ts=… caller=store.cc:42 level=info component=store
// msg="block loaded" id=01H…`. JSON lines hold the same keys, sorted. A Logger is a handle: copying
// costs one reference count; all copies share one sink. Thread-safe; a line is written whole by one
// write(2), so lines of threads do not mix. Logging never fails and never blocks but on the sink.
//
//   logger.Info("block loaded", {{"id", id}, {"elapsed", FormatGoDuration(ns)}});

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/status.h"

namespace aion::telemetry {

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

/// A key and a value of one line. Views what it is given: make it inside the call only.
struct LogField {
  template <typename T>
  LogField(std::string_view k, const T& v) : key(k), value(ToValue(v)) {}  // NOLINT

  using Value = std::variant<std::string_view, int64_t, uint64_t, double, bool>;
  std::string_view key;
  Value value;

 private:
  template <typename T>
  static Value ToValue(const T& v) {
    if constexpr (std::is_same_v<T, bool>) {
      return v;
    } else if constexpr (std::is_same_v<T, Status>) {
      return v.message();
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<double>(v);
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      return static_cast<int64_t>(v);
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<uint64_t>(v);
    } else {
      return std::string_view(v);
    }
  }
};

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
  std::string debug_name;  ///< Non-empty: a `name` field in every line.
};

class Logger {
 public:
  using Fields = std::initializer_list<LogField>;
  /// Receives whole lines with their newline, from any thread, one at a time.
  using Sink = std::function<void(std::string_view line)>;

  /// Drops everything.
  Logger();
  /// Writes to standard error.
  explicit Logger(const LogOptions& options);
  Logger(const LogOptions& options, Sink sink);

  /// A logger whose lines also carry `fields`, after those it has already.
  [[nodiscard]] Logger With(Fields fields) const;

  bool Enabled(LogLevel level) const;

  void Debug(std::string_view message, Fields fields = {},
             std::source_location where = std::source_location::current()) const {
    if (Enabled(LogLevel::kDebug)) Write(LogLevel::kDebug, message, fields, where);
  }
  void Info(std::string_view message, Fields fields = {},
            std::source_location where = std::source_location::current()) const {
    if (Enabled(LogLevel::kInfo)) Write(LogLevel::kInfo, message, fields, where);
  }
  void Warn(std::string_view message, Fields fields = {},
            std::source_location where = std::source_location::current()) const {
    if (Enabled(LogLevel::kWarn)) Write(LogLevel::kWarn, message, fields, where);
  }
  void Error(std::string_view message, Fields fields = {},
             std::source_location where = std::source_location::current()) const {
    if (Enabled(LogLevel::kError)) Write(LogLevel::kError, message, fields, where);
  }

  /// Writes regardless of the level set.
  void Write(LogLevel level, std::string_view message, Fields fields,
             std::source_location where) const;

 private:
  struct Core;
  std::shared_ptr<const Core> core_;
};

/// `--log.level` and `--log.format`; "journald" is a format upstream knows and reads as logfmt
/// here, because systemd puts standard error into the journal. kInvalidArgument for other names.
StatusOr<LogLevel> ParseLogLevel(std::string_view name);
StatusOr<LogFormat> ParseLogFormat(std::string_view name);

}  // namespace aion::telemetry
