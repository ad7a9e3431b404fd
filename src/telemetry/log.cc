#include "telemetry/log.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/text.h"

namespace aion::telemetry {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

std::string_view LevelName(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

void WriteToStderr(std::string_view line) {
  while (!line.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, line.data(), line.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // Nobody reads: there is nowhere to say so.
    line.remove_prefix(static_cast<size_t>(count));
  }
}

/// Now, as RFC 3339 in UTC with nanoseconds and no trailing zeros.
std::string Timestamp() {
  timespec now;
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::string text = FormatRfc3339(now.tv_sec * 1000);
  if (now.tv_nsec == 0) return text;
  text.back() = '.';
  std::string digits = std::to_string(1'000'000'000 + now.tv_nsec).substr(1);
  while (digits.back() == '0') digits.pop_back();
  return text.append(digits).append("Z");
}

std::string Caller(const std::source_location& where) {
  std::string_view file = where.file_name();
  if (const size_t slash = file.rfind('/'); slash != std::string_view::npos) {
    file.remove_prefix(slash + 1);
  }
  std::string text(file);
  return text.append(":").append(std::to_string(where.line()));
}

template <typename T>
void AppendInteger(std::string* out, T value) {
  std::array<char, 24> text;
  out->append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

// Keys lose what would break a line apart, as upstream's do.
void AppendLogfmtKey(std::string* out, std::string_view key) {
  for (char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && c != '=' && c != '"' && byte != 0x7f) out->push_back(c);
  }
}

bool NeedsQuotes(std::string_view value) {
  const bool special = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '=' || c == '"' || c == 0x7f;
  });
  return special || value == "null" || !IsValidUtf8(value);
}

void AppendLogfmtString(std::string* out, std::string_view value) {
  if (NeedsQuotes(value)) {
    AppendJsonString(out, value);
  } else {
    out->append(value);
  }
}

void AppendNumber(std::string* out, const LogField::Value& value) {
  if (const auto* n = std::get_if<int64_t>(&value)) AppendInteger(out, *n);
  if (const auto* n = std::get_if<uint64_t>(&value)) AppendInteger(out, *n);
  if (const auto* b = std::get_if<bool>(&value)) out->append(*b ? "true" : "false");
}

void AppendLogfmtField(std::string* out, const LogField& field) {
  if (!out->empty()) out->push_back(' ');
  AppendLogfmtKey(out, field.key);
  out->push_back('=');
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    AppendLogfmtString(out, *text);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    out->append(FormatGoFloat(*number, 'g'));
  } else {
    AppendNumber(out, field.value);
  }
}

/// A key with its value already in JSON.
struct JsonField {
  std::string key;
  std::string value;
};

JsonField ToJson(const LogField& field) {
  JsonField json{std::string(field.key), {}};
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    AppendJsonString(&json.value, *text);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    if (std::isfinite(*number)) {
      json.value = FormatGoFloat(*number, 'g');
    } else {
      AppendJsonString(&json.value, FormatGoFloat(*number, 'g'));
    }
  } else {
    AppendNumber(&json.value, field.value);
  }
  return json;
}

/// One object, keys sorted; of equal keys the last counts.
std::string JsonLine(std::vector<JsonField> fields) {
  std::stable_sort(fields.begin(), fields.end(),
                   [](const JsonField& a, const JsonField& b) { return a.key < b.key; });
  std::string line = "{";
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i + 1 < fields.size() && fields[i + 1].key == fields[i].key) continue;
    if (line.size() > 1) line.push_back(',');
    AppendJsonString(&line, fields[i].key);
    line.append(":").append(fields[i].value);
  }
  return line.append("}\n");
}

}  // namespace

struct Logger::Core {
  struct Output {
    std::mutex mutex;
    Sink sink;  // Called with the mutex held.
  };

  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
  std::shared_ptr<Output> output;
  std::string logfmt_fields;
  std::vector<JsonField> json_fields;
};

Logger::Logger() = default;

Logger::Logger(const LogOptions& options) : Logger(options, WriteToStderr) {}

Logger::Logger(const LogOptions& options, Sink sink) {
  auto core = std::make_shared<Core>();
  core->level = options.level;
  core->format = options.format;
  core->output = std::make_shared<Core::Output>();
  core->output->sink = std::move(sink);
  core_ = std::move(core);
  if (!options.debug_name.empty()) *this = With({{"name", options.debug_name}});
}

Logger Logger::With(Fields fields) const {
  if (core_ == nullptr) return *this;
  auto core = std::make_shared<Core>(*core_);
  for (const LogField& field : fields) {
    if (core->format == LogFormat::kJson) {
      core->json_fields.push_back(ToJson(field));
    } else {
      AppendLogfmtField(&core->logfmt_fields, field);
    }
  }
  Logger logger;
  logger.core_ = std::move(core);
  return logger;
}

bool Logger::Enabled(LogLevel level) const { return core_ != nullptr && level >= core_->level; }

void Logger::Write(LogLevel level, std::string_view message, Fields fields,
                   std::source_location where) const {
  if (core_ == nullptr) return;
  const std::string time = Timestamp();
  const std::string caller = Caller(where);
  std::string line;
  if (core_->format == LogFormat::kJson) {
    std::vector<JsonField> all = {ToJson({"ts", time}), ToJson({"caller", caller}),
                                  ToJson({"level", LevelName(level)})};
    all.insert(all.end(), core_->json_fields.begin(), core_->json_fields.end());
    if (!message.empty()) all.push_back(ToJson({"msg", message}));
    for (const LogField& field : fields) all.push_back(ToJson(field));
    line = JsonLine(std::move(all));
  } else {
    line.reserve(256);
    line.append("ts=").append(time).append(" caller=").append(caller);
    line.append(" level=").append(LevelName(level));
    if (!core_->logfmt_fields.empty()) line.append(" ").append(core_->logfmt_fields);
    if (!message.empty()) AppendLogfmtField(&line, {"msg", message});
    for (const LogField& field : fields) AppendLogfmtField(&line, field);
    line.push_back('\n');
  }
  const std::lock_guard lock(core_->output->mutex);
  core_->output->sink(line);
}

StatusOr<LogLevel> ParseLogLevel(std::string_view name) {
  const auto at = std::find(kLevelNames.begin(), kLevelNames.end(), name);
  if (at == kLevelNames.end()) return InvalidArgumentError("unknown log level: " + QuoteGo(name));
  return static_cast<LogLevel>(at - kLevelNames.begin());
}

StatusOr<LogFormat> ParseLogFormat(std::string_view name) {
  if (name == "json") return LogFormat::kJson;
  if (name == "logfmt" || name == "journald") return LogFormat::kLogfmt;
  return InvalidArgumentError("unknown log format: " + QuoteGo(name));
}

}  // namespace aion::telemetry
