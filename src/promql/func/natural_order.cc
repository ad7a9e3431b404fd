#include "promql/func/natural_order.h"

#include <charconv>
#include <cstdint>

namespace aion::promql {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes the leading run of digits or of anything else.
std::string_view TakeRun(std::string_view* text) {
  if (text->empty()) return {};
  const bool digits = IsDigit(text->front());
  size_t size = 1;
  while (size < text->size() && IsDigit((*text)[size]) == digits) ++size;
  const std::string_view run = text->substr(0, size);
  text->remove_prefix(size);
  return run;
}

bool AsNumber(std::string_view run, int64_t* number) {
  if (run.empty() || !IsDigit(run.front())) return false;
  return std::from_chars(run.data(), run.data() + run.size(), *number).ec == std::errc();
}

}  // namespace

bool NaturallyBefore(std::string_view a, std::string_view b) {
  if (a.empty()) return !b.empty();
  while (!a.empty()) {
    if (b.empty()) return false;
    const std::string_view left = TakeRun(&a), right = TakeRun(&b);
    int64_t left_number = 0, right_number = 0;
    if (AsNumber(left, &left_number) && AsNumber(right, &right_number)) {
      if (left_number != right_number) return left_number < right_number;
    } else if (left != right) {
      return left < right;
    }
    if (a.empty()) return !b.empty();
    if (b.empty()) return false;
  }
  return false;
}

}  // namespace aion::promql
