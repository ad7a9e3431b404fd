#pragma once

// JSON as a tree, for the answers and parameters that are not on a hot path. Parsing is bounded:
// text beyond kJsonBytesMax or nested beyond kJsonDepthMax is refused. Values are plain and
// immutable once parsed.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace aion::wire {

inline constexpr size_t kJsonBytesMax = size_t{256} << 20;
inline constexpr int kJsonDepthMax = 64;

class JsonValue {
 public:
  enum class Kind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };
  using Member = std::pair<std::string, JsonValue>;

  JsonValue() = default;
  static JsonValue Bool(bool value);
  /// `text` is the number as it should print; `value` its nearest double.
  static JsonValue Number(double value);
  static JsonValue Integer(int64_t value);
  static JsonValue String(std::string value);
  static JsonValue Array(std::vector<JsonValue> items);
  static JsonValue Object(std::vector<Member> members);

  Kind kind() const { return kind_; }
  bool IsNull() const { return kind_ == Kind::kNull; }
  bool IsString() const { return kind_ == Kind::kString; }
  bool IsNumber() const { return kind_ == Kind::kNumber; }
  bool IsArray() const { return kind_ == Kind::kArray; }
  bool IsObject() const { return kind_ == Kind::kObject; }

  /// The value, or the given one when it is of another kind.
  bool BoolOr(bool other) const { return kind_ == Kind::kBool ? boolean_ : other; }
  double NumberOr(double other) const { return kind_ == Kind::kNumber ? number_ : other; }
  /// Exact for integers that fit; other numbers are cut and clamped.
  int64_t IntegerOr(int64_t other) const;
  std::string_view StringOr(std::string_view other) const {
    return kind_ == Kind::kString ? std::string_view(text_) : other;
  }
  /// Empty unless an array.
  const std::vector<JsonValue>& items() const { return items_; }
  /// In order of appearance; empty unless an object.
  const std::vector<Member>& members() const { return members_; }
  /// The member of that name, or null.
  const JsonValue* Find(std::string_view name) const;
  /// The member's string, "" when there is none.
  std::string_view StringAt(std::string_view name) const;

 private:
  Kind kind_ = Kind::kNull;
  bool boolean_ = false;
  bool exact_integer_ = false;
  double number_ = 0;
  int64_t integer_ = 0;
  std::string text_;
  std::vector<JsonValue> items_;
  std::vector<Member> members_;
};

/// kInvalidArgument with the place of the fault; kResourceExhausted beyond the limits.
StatusOr<JsonValue> ParseJson(std::string_view text);

}  // namespace aion::wire
