#include "tsdb/block/go_json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <vector>

#include "base/text.h"

namespace aion::tsdb {
namespace {

namespace json = boost::json;

/// encoding/json's floats: plain digits but for very small and very large ones, whose exponents
/// have no leading zero.
std::string FloatText(double number) {
  const double size = std::abs(number);
  if (number == 0 || (size >= 1e-6 && size < 1e21)) return FormatGoFloat(number, 'f');
  std::string text = FormatGoFloat(number, 'e');
  const size_t exponent = text.size() - 2;
  if (text.size() > 4 && text[exponent] == '0' && text[exponent - 1] == '-') {
    text.erase(exponent, 1);
  }
  return text;
}

void PrintValue(const json::value& value, bool sort_keys, GoJsonPrinter* out);

void PrintObject(const json::object& object, bool sort_keys, GoJsonPrinter* out) {
  std::vector<const json::key_value_pair*> fields;
  for (const auto& field : object) fields.push_back(&field);
  if (sort_keys) {
    std::sort(fields.begin(), fields.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
  }
  out->BeginObject();
  for (const auto* field : fields) {
    out->Key({field->key().data(), field->key().size()});
    PrintValue(field->value(), sort_keys, out);
  }
  out->EndObject();
}

/// As deep as the parser lets a text nest.
void PrintValue(const json::value& value, bool sort_keys, GoJsonPrinter* out) {
  switch (value.kind()) {
    case json::kind::object:
      return PrintObject(value.get_object(), sort_keys, out);
    case json::kind::array:
      out->BeginArray();
      for (const json::value& element : value.get_array()) PrintValue(element, sort_keys, out);
      return out->EndArray();
    case json::kind::string:
      return out->String({value.get_string().data(), value.get_string().size()});
    case json::kind::int64:
      return out->Int(value.get_int64());
    case json::kind::uint64:
      return out->Int(value.get_uint64());
    case json::kind::double_:
      return out->Raw(FloatText(value.get_double()));
    case json::kind::bool_:
      return out->Raw(value.get_bool() ? "true" : "false");
    case json::kind::null:
      return out->Raw("null");
  }
}

}  // namespace

void GoJsonPrinter::Key(std::string_view name) {
  Element();
  Quote(name);
  out_ += ": ";
  after_key_ = true;
}

void GoJsonPrinter::String(std::string_view text) {
  Element();
  Quote(text);
}

void GoJsonPrinter::Raw(std::string_view text) {
  Element();
  out_ += text;
}

void GoJsonPrinter::JsonText(std::string_view text, bool sort_keys) {
  json::error_code error;
  const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return Raw("null");
  PrintValue(value, sort_keys, this);
}

void GoJsonPrinter::Element() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!empty_) out_ += ',';
  empty_ = false;
  NewLine();
}

void GoJsonPrinter::Begin(char bracket) {
  Element();
  out_ += bracket;
  ++depth_;
  empty_ = true;
}

void GoJsonPrinter::End(char bracket) {
  --depth_;
  if (!empty_) NewLine();
  empty_ = false;
  out_ += bracket;
}

void GoJsonPrinter::NewLine() {
  out_ += '\n';
  out_.append(depth_, '\t');
}

void GoJsonPrinter::Quote(std::string_view text) {
  std::string quoted;
  AppendJsonString(&quoted, text);
  for (const char c : quoted) {
    switch (c) {
      case '<':
        out_ += "\\u003c";
        break;
      case '>':
        out_ += "\\u003e";
        break;
      case '&':
        out_ += "\\u0026";
        break;
      default:
        out_ += c;
    }
  }
}

}  // namespace aion::tsdb
