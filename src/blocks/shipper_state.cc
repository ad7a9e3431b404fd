#include "blocks/shipper_state.h"

#include <boost/json.hpp>

namespace aion::blocks {

namespace json = boost::json;

StatusOr<std::set<Ulid>> ReadShipperState(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(env, path));
  json::error_code error;
  const json::value parsed = json::parse(text, error);
  const auto malformed = [&](std::string_view what) {
    return DataLossError(path + ": " + std::string(what));
  };
  if (error || !parsed.is_object()) return malformed("not a JSON object");
  const json::value* version = parsed.as_object().if_contains("version");
  if (version == nullptr || !version->is_int64() || version->as_int64() != 1)
    return malformed("unexpected meta file version");
  std::set<Ulid> uploaded;
  const json::value* list = parsed.as_object().if_contains("uploaded");
  if (list == nullptr || list->is_null()) return uploaded;
  if (!list->is_array()) return malformed("`uploaded` is not a list");
  for (const json::value& item : list->as_array()) {
    const auto id =
        Ulid::Parse(item.is_string() ? std::string_view(item.as_string()) : std::string_view());
    if (!id.ok()) return malformed("`uploaded` holds something else than a block id");
    uploaded.insert(*id);
  }
  return uploaded;
}

Status WriteShipperState(Env& env, const std::string& path, const std::set<Ulid>& uploaded) {
  std::string text = "{\n\t\"version\": 1,\n\t\"uploaded\": ";
  if (uploaded.empty()) {
    text += "null";
  } else {
    std::string_view separator = "[\n\t\t";
    for (const Ulid& block : uploaded) {
      text.append(separator).append("\"").append(block.ToString()).append("\"");
      separator = ",\n\t\t";
    }
    text += "\n\t]";
  }
  text += "\n}\n";
  return WriteFileAtomically(env, path, text);
}

}  // namespace aion::blocks
