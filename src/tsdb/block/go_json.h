#pragma once

// GoJsonPrinter writes JSON as Go's encoder does with a tab for an indent: fields one a line, empty
// containers closed at once, `<`, `>` and `&` escaped. What the JSON files of a bucket are printed
// with. Not thread-safe.
//
//   out.BeginObject(); out.Key("id"); out.String(id); out.EndObject(); out.Take();

#include <string>
#include <string_view>

namespace aion::tsdb {

class GoJsonPrinter {
 public:
  /// What was printed, without a newline at the end.
  std::string Take() { return std::move(out_); }

  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('['); }
  void EndArray() { End(']'); }
  /// Names the value that is printed next.
  void Key(std::string_view name);
  void String(std::string_view text);
  template <typename Number>
  void Int(Number number) {
    Raw(std::to_string(number));
  }
  /// `text` is a JSON value without line breaks.
  void Raw(std::string_view text);
  /// Prints a JSON text again, indented; `null` when it is not JSON. Go keeps free-form objects as
  /// maps, whose keys it sorts: `sort_keys`.
  void JsonText(std::string_view text, bool sort_keys);

 private:
  void Element();
  void Begin(char bracket);
  void End(char bracket);
  void NewLine();
  void Quote(std::string_view text);

  std::string out_;
  size_t depth_ = 0;
  bool empty_ = true;
  bool after_key_ = false;
};

}  // namespace aion::tsdb
