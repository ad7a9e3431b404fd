#include "query/active_queries.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace aion::query {
namespace {

std::string EntryJson(std::string_view query, TimestampMs now) {
  std::string json = "{\"query\":";
  AppendJsonString(&json, query);
  return json + ",\"timestamp_sec\":" + std::to_string(now / 1000) + "}";
}

/// The longest start of the query, in whole characters, whose entry leaves room for the comma.
std::string FittingEntry(std::string_view query, TimestampMs now) {
  query = query.substr(0, kActiveQueryBytes);
  while (true) {
    std::string json = EntryJson(query, now);
    if (json.size() < kActiveQueryBytes) return json;
    // Each byte printed takes at least one: cutting the excess by the widest escape never cuts too
    // much.
    const size_t excess = json.size() - kActiveQueryBytes + 1;
    size_t size = query.size() - std::max<size_t>(1, excess / 6);
    while (size > 0 && (static_cast<unsigned char>(query[size]) & 0xc0) == 0x80) --size;
    query = query.substr(0, size);
  }
}

void LogUnfinished(const std::string& path, const telemetry::Logger& logger) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return;
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::string queries = UnfinishedQueries(bytes);
  if (!queries.empty())
    logger.Info("These queries didn't finish in the last run:", {{"queries", queries}});
}

}  // namespace

std::string UnfinishedQueries(std::string_view file) {
  std::string queries;
  for (const char c : file) {
    if (c != '\0') queries.push_back(c);
  }
  if (queries.size() <= 1) return "";
  queries.back() = ']';
  return queries;
}

StatusOr<std::unique_ptr<ActiveQueries>> ActiveQueries::Open(const std::string& directory,
                                                             size_t queries_max,
                                                             const telemetry::Logger& logger) {
  const std::string path = directory + "/" + std::string(kActiveQueriesFile);
  const auto fail = [&](const std::string& what) {
    return UnavailableError("active queries: cannot write " + path + ": " + what);
  };
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(error.message());
  LogUnfinished(path, logger);
  const int fd = open(path.c_str(), O_CREAT | O_RDWR | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return fail(std::strerror(errno));
  std::unique_ptr<ActiveQueries> queries(new ActiveQueries(fd, queries_max));
  // All slots exist from the start, so that a full disk shows here.
  const std::string empty = "[" + std::string(queries_max * kActiveQueryBytes, '\0');
  if (write(fd, empty.data(), empty.size()) != static_cast<ssize_t>(empty.size()))
    return fail(std::strerror(errno));
  return queries;
}

ActiveQueries::ActiveQueries(int fd, size_t queries_max) : fd_(fd) {
  for (size_t slot = queries_max; slot > 0; --slot) free_.push_back(slot - 1);
}

ActiveQueries::~ActiveQueries() { close(fd_); }

ActiveQueries::Entry ActiveQueries::Insert(std::string_view query, TimestampMs now) {
  size_t slot = 0;
  {
    std::lock_guard lock(mutex_);
    if (free_.empty()) return Entry();
    slot = free_.back();
    free_.pop_back();
  }
  std::string bytes = FittingEntry(query, now);
  bytes.resize(kActiveQueryBytes, '\0');
  bytes.back() = ',';
  WriteSlot(slot, bytes);
  return Entry(this, slot);
}

void ActiveQueries::Remove(size_t slot) {
  WriteSlot(slot, std::string(kActiveQueryBytes, '\0'));
  std::lock_guard lock(mutex_);
  free_.push_back(slot);
}

void ActiveQueries::WriteSlot(size_t slot, std::string_view bytes) const {
  // A write that fails costs the record of one query, never the query.
  [[maybe_unused]] const ssize_t written =
      pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(1 + slot * kActiveQueryBytes));
}

}  // namespace aion::query
