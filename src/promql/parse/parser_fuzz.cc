// Any text either parses or is refused with a message; what parses prints to a text that parses to
// the same print.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "promql/parse/parser.h"
#include "promql/parse/printer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion::promql;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const aion::StatusOr<ExprPtr> expr = ParseExpr(text, ParserOptions::All());
  if (expr.ok()) {
    const std::string printed = ToString(**expr);
    const aion::StatusOr<ExprPtr> again = ParseExpr(printed, ParserOptions::All());
    // A text near the limits may print to one beyond them, and durations below a millisecond print
    // as zero.
    if (again.ok()) CHECK(ToString(**again) == printed);
    ToPrettyString(**expr);
    Clone(**expr);
  } else {
    CHECK(!expr.status().message().empty());
  }
  (void)ParseMetricSelector(text);
  (void)ParseMetric(text);
  if (size < 256) (void)ParseSeriesDescription(text);
  return 0;
}
