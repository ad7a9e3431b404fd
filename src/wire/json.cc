#include "wire/json.h"

#include <boost/json.hpp>
#include <cmath>

namespace aion::wire {
namespace {

namespace bj = boost::json;

JsonValue FromBoost(const bj::value& value) {
  switch (value.kind()) {
    case bj::kind::null:
      return {};
    case bj::kind::bool_:
      return JsonValue::Bool(value.get_bool());
    case bj::kind::int64:
      return JsonValue::Integer(value.get_int64());
    case bj::kind::uint64:
      return JsonValue::Number(static_cast<double>(value.get_uint64()));
    case bj::kind::double_:
      return JsonValue::Number(value.get_double());
    case bj::kind::string:
      return JsonValue::String(std::string(value.get_string()));
    case bj::kind::array: {
      std::vector<JsonValue> items;
      items.reserve(value.get_array().size());
      for (const bj::value& item : value.get_array()) items.push_back(FromBoost(item));
      return JsonValue::Array(std::move(items));
    }
    case bj::kind::object: {
      std::vector<JsonValue::Member> members;
      members.reserve(value.get_object().size());
      for (const auto& member : value.get_object()) {
        members.emplace_back(std::string(member.key()), FromBoost(member.value()));
      }
      return JsonValue::Object(std::move(members));
    }
  }
  return {};
}

}  // namespace

JsonValue JsonValue::Bool(bool value) {
  JsonValue result;
  result.kind_ = Kind::kBool;
  result.boolean_ = value;
  return result;
}

JsonValue JsonValue::Number(double value) {
  JsonValue result;
  result.kind_ = Kind::kNumber;
  result.number_ = value;
  return result;
}

JsonValue JsonValue::Integer(int64_t value) {
  JsonValue result = Number(static_cast<double>(value));
  result.exact_integer_ = true;
  result.integer_ = value;
  return result;
}

JsonValue JsonValue::String(std::string value) {
  JsonValue result;
  result.kind_ = Kind::kString;
  result.text_ = std::move(value);
  return result;
}

JsonValue JsonValue::Array(std::vector<JsonValue> items) {
  JsonValue result;
  result.kind_ = Kind::kArray;
  result.items_ = std::move(items);
  return result;
}

JsonValue JsonValue::Object(std::vector<Member> members) {
  JsonValue result;
  result.kind_ = Kind::kObject;
  result.members_ = std::move(members);
  return result;
}

int64_t JsonValue::IntegerOr(int64_t other) const {
  if (kind_ != Kind::kNumber) return other;
  if (exact_integer_) return integer_;
  if (std::isnan(number_)) return other;
  if (number_ >= 9223372036854775808.0) return INT64_MAX;
  if (number_ <= -9223372036854775808.0) return INT64_MIN;
  return static_cast<int64_t>(number_);
}

const JsonValue* JsonValue::Find(std::string_view name) const {
  for (const Member& member : members_) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

std::string_view JsonValue::StringAt(std::string_view name) const {
  const JsonValue* value = Find(name);
  return value == nullptr ? std::string_view() : value->StringOr({});
}

StatusOr<JsonValue> ParseJson(std::string_view text) {
  if (text.size() > kJsonBytesMax) {
    return ResourceExhaustedError("JSON is over the limit of bytes: " +
                                  std::to_string(kJsonBytesMax));
  }
  bj::parse_options options;
  options.max_depth = kJsonDepthMax;
  bj::stream_parser parser({}, options);
  boost::system::error_code error;
  const size_t read = parser.write_some(bj::string_view(text.data(), text.size()), error);
  if (!error && read == text.size()) parser.finish(error);
  if (error) {
    return InvalidArgumentError("malformed JSON at byte " + std::to_string(read) + ": " +
                                error.message());
  }
  for (size_t i = read; i < text.size(); ++i) {
    if (std::string_view(" \t\r\n").find(text[i]) == std::string_view::npos) {
      return InvalidArgumentError("malformed JSON at byte " + std::to_string(i) +
                                  ": text after the value");
    }
  }
  if (!parser.done()) return InvalidArgumentError("malformed JSON: incomplete");
  return FromBoost(parser.release());
}

}  // namespace aion::wire
