#include "config/yaml_decoder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace aion::config {
namespace {

std::string_view TagOf(const YamlNode& node) {
  switch (node.kind) {
    case YamlKind::kNull:
      return "!!null";
    case YamlKind::kBool:
      return "!!bool";
    case YamlKind::kInt:
      return "!!int";
    case YamlKind::kFloat:
      return "!!float";
    case YamlKind::kString:
      return "!!str";
    case YamlKind::kSequence:
      return "!!seq";
    case YamlKind::kMapping:
      return "!!map";
  }
  return "!!str";
}

/// A YAML integer as sign and magnitude; false when it does not fit.
bool ReadInteger(const YamlNode& node, bool* negative, uint64_t* magnitude) {
  if (node.kind != YamlKind::kInt) return false;
  std::string digits;
  for (char c : node.text) {
    if (c != '_' && c != '+') digits.push_back(c);
  }
  std::string_view text = digits;
  *negative = text.starts_with('-');
  if (*negative) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    base = text[1] == 'x' ? 16 : text[1] == 'b' ? 2 : 8;
    text.remove_prefix(text[1] == 'x' || text[1] == 'b' || text[1] == 'o' ? 2 : 1);
  }
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), *magnitude, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void YamlErrors::Add(int line, std::string text) {
  texts_.push_back("line " + std::to_string(line) + ": " + std::move(text));
}

void YamlErrors::AddType(const YamlNode& node, std::string_view go_type) {
  std::string text = "cannot unmarshal " + std::string(TagOf(node));
  if (node.IsScalar()) {
    const bool cut = node.text.size() > 10;
    text.append(" `").append(cut ? node.text.substr(0, 7) + "..." : node.text).append("`");
  }
  Add(node.line, text.append(" into ").append(go_type));
}

void YamlErrors::AddFatal(Status status) {
  if (fatal_.ok()) fatal_ = std::move(status);
}

Status YamlErrors::ToStatus() const {
  if (!fatal_.ok()) return fatal_;
  if (texts_.empty()) return OkStatus();
  std::string text = "yaml: unmarshal errors:";
  for (const std::string& each : texts_) text.append("\n  ").append(each);
  return InvalidArgumentError(std::move(text));
}

YamlFields::YamlFields(const YamlNode& node, std::string_view type, YamlErrors* errors)
    : node_(node), type_(type), errors_(errors), taken_(node.fields.size()) {
  if (node.kind != YamlKind::kMapping && node.kind != YamlKind::kNull) {
    errors->AddType(node, type);
  }
}

const YamlNode* YamlFields::Take(std::string_view name) {
  const YamlNode* found = nullptr;
  for (size_t i = 0; i < node_.fields.size(); ++i) {
    const auto& [key, value] = node_.fields[i];
    if (!key.IsScalar() || key.text != name) continue;
    if (found != nullptr && !taken_[i]) {
      errors_->Add(key.line, "field " + key.text + " already set in type " + std::string(type_));
    }
    taken_[i] = true;
    if (found == nullptr) found = &value;
  }
  return found == nullptr || found->kind == YamlKind::kNull ? nullptr : found;
}

const YamlNode* YamlFields::TakeScalar(std::string_view name, std::string_view go_type) {
  const YamlNode* const value = Take(name);
  if (value == nullptr || value->IsScalar()) return value;
  errors_->AddType(*value, go_type);
  return nullptr;
}

bool YamlFields::Has(std::string_view name) { return node_.Find(name) != nullptr; }

void YamlFields::String(std::string_view name, std::string* out) {
  if (const YamlNode* value = TakeScalar(name, "string")) *out = value->text;
}

void YamlFields::Bool(std::string_view name, bool* out) {
  const YamlNode* const value = TakeScalar(name, "bool");
  if (value == nullptr) return;
  if (value->kind != YamlKind::kBool) return errors_->AddType(*value, "bool");
  const char first = static_cast<char>(value->text[0] | 0x20);
  *out = first == 'y' || first == 't' || value->text == "on" || value->text == "On" ||
         value->text == "ON";
}

void YamlFields::Int(std::string_view name, int64_t* out) {
  const YamlNode* const value = TakeScalar(name, "int");
  if (value == nullptr) return;
  if (const auto number = ParseGoFloat(value->text);
      value->kind == YamlKind::kFloat && number.ok() && std::abs(*number) < 0x1p63) {
    *out = static_cast<int64_t>(*number);  // Compat: go-yaml cuts 1.5 to 1.
    return;
  }
  bool negative = false;
  uint64_t magnitude = 0;
  const bool read = ReadInteger(*value, &negative, &magnitude);
  if (!read || magnitude > uint64_t{std::numeric_limits<int64_t>::max()} + (negative ? 1 : 0)) {
    return errors_->AddType(*value, "int");
  }
  *out = static_cast<int64_t>(negative ? ~magnitude + 1 : magnitude);
}

void YamlFields::Uint(std::string_view name, uint64_t* out) {
  const YamlNode* const value = TakeScalar(name, "uint64");
  if (value == nullptr) return;
  bool negative = false;
  uint64_t magnitude = 0;
  if (!ReadInteger(*value, &negative, &magnitude) || negative) {
    return errors_->AddType(*value, "uint64");
  }
  *out = magnitude;
}

void YamlFields::Float(std::string_view name, double* out) {
  const YamlNode* const value = TakeScalar(name, "float64");
  if (value == nullptr) return;
  std::string text = value->text;
  std::erase(text, '_');
  const bool special =
      text.find('.') != std::string::npos && text.find_first_of("0123456789") == std::string::npos;
  if (special) std::erase(text, '.');  // .nan and .inf
  const auto parsed = ParseGoFloat(text);
  const bool number = value->kind == YamlKind::kFloat || value->kind == YamlKind::kInt;
  if (!number || !parsed.ok()) return errors_->AddType(*value, "float64");
  *out = *parsed;
}

void YamlFields::GoDuration(std::string_view name, DurationMs* out) {
  const YamlNode* const value = TakeScalar(name, "time.Duration");
  if (value == nullptr) return;
  bool negative = false;
  uint64_t nanoseconds = 0;
  if (ReadInteger(*value, &negative, &nanoseconds)) {
    const auto ms = static_cast<DurationMs>(nanoseconds / 1'000'000);
    *out = negative ? -ms : ms;
    return;
  }
  const auto parsed = ParseGoDuration(value->text);
  if (!parsed.ok()) return errors_->AddType(*value, "time.Duration");
  *out = *parsed / 1'000'000;
}

void YamlFields::ModelDuration(std::string_view name, DurationMs* out) {
  const YamlNode* const value = TakeScalar(name, "model.Duration");
  if (value == nullptr) return;
  const auto parsed = ParseModelDuration(value->text);
  if (!parsed.ok()) return errors_->AddFatal(parsed.status());
  *out = *parsed;
}

void YamlFields::Bytes(std::string_view name, uint64_t* out) {
  const YamlNode* const value = TakeScalar(name, "units.Base2Bytes");
  if (value == nullptr) return;
  bool negative = false;
  uint64_t plain = 0;
  if (ReadInteger(*value, &negative, &plain) && !negative) {
    *out = plain;
    return;
  }
  const auto parsed = ParseByteSize(value->text);
  if (!parsed.ok()) return errors_->AddFatal(parsed.status());
  *out = *parsed;
}

void YamlFields::Strings(std::string_view name, std::vector<std::string>* out) {
  const YamlNode* const value = Take(name);
  if (value == nullptr) return;
  if (value->kind != YamlKind::kSequence) return errors_->AddType(*value, "[]string");
  out->clear();
  for (const YamlNode& item : value->items) {
    if (item.IsScalar()) {
      out->push_back(item.text);
    } else {
      errors_->AddType(item, "string");
    }
  }
}

void YamlFields::StringMap(std::string_view name,
                           std::vector<std::pair<std::string, std::string>>* out) {
  const YamlNode* const value = Take(name);
  if (value == nullptr) return;
  if (value->kind != YamlKind::kMapping) return errors_->AddType(*value, "map[string]string");
  out->clear();
  for (const auto& [key, text] : value->fields) {
    if (!key.IsScalar() || !text.IsScalar()) {
      errors_->AddType(key.IsScalar() ? text : key, "string");
      continue;
    }
    const bool again = std::any_of(out->begin(), out->end(),
                                   [&](const auto& other) { return other.first == key.text; });
    if (again) {
      errors_->Add(key.line, "key " + QuoteGo(key.text) + " already set in map");
      continue;
    }
    out->emplace_back(key.text, text.text);
  }
}

void YamlFields::Raw(std::string_view name, YamlNode* out) {
  if (const YamlNode* value = Take(name)) *out = *value;
}

void YamlFields::Nested(std::string_view name,
                        const std::function<void(const YamlNode&, YamlErrors*)>& decode) {
  if (const YamlNode* value = Take(name)) decode(*value, errors_);
}

void YamlFields::Each(std::string_view name,
                      const std::function<void(const YamlNode&, YamlErrors*)>& decode) {
  const YamlNode* const value = Take(name);
  if (value == nullptr) return;
  if (value->kind != YamlKind::kSequence)
    return errors_->AddType(*value, "[]" + std::string(type_));
  for (const YamlNode& item : value->items) decode(item, errors_);
}

void YamlFields::Finish() {
  for (size_t i = 0; i < node_.fields.size(); ++i) {
    const YamlNode& key = node_.fields[i].key;
    if (taken_[i]) continue;
    if (key.IsScalar()) {
      errors_->Add(key.line, "field " + key.text + " not found in type " + std::string(type_));
    } else {
      errors_->AddType(key, "string");
    }
  }
}

}  // namespace aion::config
