#include "blocks/marks.h"

#include <fmt/core.h>

#include <array>
#include <boost/json.hpp>

#include "base/text.h"
#include "blocks/block_files.h"

namespace aion::blocks {
namespace {

namespace json = boost::json;

constexpr int64_t kMarkVersion = 1;

struct KindRow {
  std::string_view file, time_key, name;
};
constexpr std::array<KindRow, 3> kKinds = {{
    {"deletion-mark.json", "deletion_time", "deletion-mark"},
    {"no-compact-mark.json", "no_compact_time", "no-compact-mark"},
    {"no-downsample-mark.json", "no_downsample_time", "no-downsample-mark"},
}};

const KindRow& RowOf(MarkKind kind) { return kKinds[static_cast<size_t>(kind)]; }

const json::value* Find(const json::object& object, std::string_view key) {
  return object.if_contains(json::string_view(key.data(), key.size()));
}

std::string TextOf(const json::object& object, std::string_view key) {
  const json::value* value = Find(object, key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::optional<int64_t> NumberOf(const json::object& object, std::string_view key) {
  const json::value* value = Find(object, key);
  if (value == nullptr) return 0;
  return value->is_int64() ? std::optional(value->as_int64()) : std::nullopt;
}

void AppendText(std::string* out, std::string_view key, std::string_view value) {
  *out += fmt::format(",\"{}\":", key);
  AppendJsonString(out, value);
}

}  // namespace

std::string_view MarkFile(MarkKind kind) { return RowOf(kind).file; }

std::string PrintMark(const Mark& mark) {
  const KindRow& row = RowOf(mark.kind);
  std::string out =
      fmt::format("{{\"id\":\"{}\",\"version\":{}", mark.block.ToString(), kMarkVersion);
  if (!mark.details.empty()) AppendText(&out, "details", mark.details);
  out += fmt::format(",\"{}\":{}", row.time_key, mark.time_s);
  if (mark.kind != MarkKind::kDeletion) AppendText(&out, "reason", mark.reason);
  return out + "}";
}

StatusOr<Mark> ParseMark(MarkKind kind, std::string_view text) {
  const KindRow& row = RowOf(kind);
  json::error_code error;
  const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !parsed.is_object()) {
    return DataLossError(fmt::format("{}: not a JSON object: {}", row.file,
                                     error ? error.message() : "another kind"));
  }
  const json::object& object = parsed.as_object();
  const auto id = Ulid::Parse(TextOf(object, "id"));
  const auto time_s = NumberOf(object, row.time_key);
  const auto version = NumberOf(object, "version");
  if (!id.ok() || !time_s || !version)
    return DataLossError(fmt::format("{}: malformed id, time or version", row.file));
  if (*version != kMarkVersion) {
    return UnimplementedError(fmt::format("unexpected {} file version {}, expected {}", row.name,
                                          *version, kMarkVersion));
  }
  return Mark{kind, *id, *time_s, TextOf(object, "details"), TextOf(object, "reason")};
}

StatusOr<std::optional<Mark>> ReadMark(objstore::Bucket& bucket, const Ulid& block, MarkKind kind,
                                       const CancelToken& cancel) {
  const std::string name = BlockObject(block, MarkFile(kind));
  const auto bytes = bucket.Get(name, cancel);
  if (!bytes.ok()) {
    if (bytes.status().code() == StatusCode::kNotFound) return std::optional<Mark>();
    return bytes.status().WithContext("get file: " + name);
  }
  auto mark = ParseMark(kind, bytes->view());
  if (!mark.ok()) return mark.status().WithContext("file: " + name);
  return std::optional(*std::move(mark));
}

StatusOr<bool> WriteMark(objstore::Bucket& bucket, const Mark& mark, const CancelToken& cancel) {
  const std::string name = BlockObject(mark.block, MarkFile(mark.kind));
  const auto exists = bucket.Exists(name, cancel);
  if (!exists.ok()) return exists.status().WithContext("check exists " + name + " in bucket");
  if (*exists) return false;
  const Status uploaded = objstore::UploadBytes(bucket, name, PrintMark(mark), cancel);
  if (!uploaded.ok()) return uploaded.WithContext("upload file " + name + " to bucket");
  return true;
}

StatusOr<bool> RemoveMark(objstore::Bucket& bucket, const Ulid& block, MarkKind kind,
                          const CancelToken& cancel) {
  const std::string name = BlockObject(block, MarkFile(kind));
  const auto exists = bucket.Exists(name, cancel);
  if (!exists.ok())
    return exists.status().WithContext("check if " + name + " file exists in bucket");
  if (!*exists) return false;
  const Status deleted = bucket.Delete(name, cancel);
  if (!deleted.ok()) return deleted.WithContext("delete file " + name + " from bucket");
  return true;
}

}  // namespace aion::blocks
