// The values of a series description, character by character: the language of test scripts and rule
// unit tests.
//
//   values    := { space item }
//   item      := "_" [ "x" count ] | number [ sign number ] [ "x" count ] | "stale"
//              | histogram [ ("+" | "-") histogram ] [ "x" count ]
//   histogram := "{{" { key ":" value } "}}"        value a number, a hint, or "[" numbers "]"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "base/text.h"
#include "model/histogram_ops.h"
#include "promql/parse/parser_state.h"

namespace aion::promql {
namespace internal {
namespace {

// A gap is written as "_"; a series that ended as "stale", which is this NaN.
constexpr uint64_t kStaleNanBits = 0x7ff0000000000002ULL;

constexpr std::string_view kContext = "series values";

class ValueParser {
 public:
  ValueParser(std::string_view text, size_t position, std::vector<SequenceValue>* values)
      : text_(text), at_(position), values_(values) {}

  bool Parse() {
    while (at_ < text_.size()) {
      if (!IsSpace(text_[at_])) return Unexpected(kContext, "");
      while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
      if (at_ < text_.size() && !ParseItem()) return false;
    }
    return true;
  }
  const std::string& error() const { return error_; }
  size_t error_position() const { return error_position_; }

 private:
  char Peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool TakeIf(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool Fail(size_t position, std::string message) {
    error_position_ = position;
    error_ = std::move(message);
    return false;
  }

  bool Unexpected(std::string_view context, std::string_view expected) {
    const std::string what = at_ < text_.size() ? QuoteGo(text_.substr(at_, 1)) : "end of input";
    std::string message = fmt::format("unexpected {} in {}", what, context);
    if (!expected.empty()) message.append(", expected ").append(expected);
    return Fail(at_, std::move(message));
  }

  bool ParseItem() {
    if (Peek() == '_') return ParseGap();
    if (Peek() == '{' && Peek(1) == '{') return ParseHistograms();
    return ParseFloats();
  }

  /// Appends `count` values of `make(i)`; false past the limit.
  template <typename Make>
  bool Append(uint64_t count, const Make& make) {
    if (count > kSequenceValuesMax - std::min(kSequenceValuesMax, values_->size())) {
      return Fail(at_, fmt::format("too many series values: more than {}", kSequenceValuesMax));
    }
    for (uint64_t i = 0; i < count; ++i) values_->push_back(make());
    return true;
  }

  bool ParseGap() {
    ++at_;
    uint64_t count = 1;
    if (TakeIf('x') && !ParseCount(&count)) return false;
    return Append(count, [] {
      SequenceValue value;
      value.omitted = true;
      return value;
    });
  }

  bool ParseCount(uint64_t* count) {
    const size_t start = at_;
    while (IsDigit(Peek())) ++at_;
    const auto [end, error] = std::from_chars(text_.data() + start, text_.data() + at_, *count);
    if (error == std::errc() && at_ != start) return true;
    const std::string digits = QuoteGo(text_.substr(start, at_ - start));
    return Fail(
        start,
        fmt::format(
            "invalid repetition in series values: strconv.ParseUint: parsing {}: invalid syntax",
            digits));
  }

  bool ParseFloats() {
    double value = 0, step = 0;
    if (!ParseFirstNumber(&value)) return false;
    const bool stepped = Peek() == '+' || Peek() == '-';
    if (stepped && !ParseSignedNumber(&step)) return false;
    uint64_t count = 0;
    if (stepped && Peek() != 'x') return Unexpected(kContext, "\"x\"");
    if (TakeIf('x') && !ParseCount(&count)) return false;
    return Append(count + 1, [&] {
      SequenceValue item;
      item.value = value;
      if (stepped) value += step;
      return item;
    });
  }

  bool ParseFirstNumber(double* value) {
    if (text_.substr(at_).starts_with("stale")) {
      at_ += 5;
      *value = std::bit_cast<double>(kStaleNanBits);
      return true;
    }
    return ParseSignedNumber(value);
  }

  /// A number with or without a sign.
  bool ParseSignedNumber(double* value) {
    const bool negate = Peek() == '-';
    if (negate || Peek() == '+') ++at_;
    if (!ParseNumber(value)) return false;
    if (negate) *value = -*value;
    return true;
  }

  bool ParseNumber(double* value) {
    const size_t start = at_;
    if (IsAlpha(Peek())) {
      while (IsAlpha(Peek())) ++at_;
      if (FindKeyword(text_.substr(start, at_ - start)) != TokenType::kNumber) {
        at_ = start;
        return Unexpected(kContext, "number or \"stale\"");
      }
    } else if (!IsDigit(Peek()) && !(Peek() == '.' && IsDigit(Peek(1)))) {
      return Unexpected(kContext, "number or \"stale\"");
    } else if (!ScanNumber(text_, &at_, true)) {
      return Fail(start, "bad number syntax: " + QuoteGo(text_.substr(start, at_ - start)));
    }
    std::string digits(text_.substr(start, at_ - start));
    std::erase(digits, '_');
    const StatusOr<double> number = ParseGoFloat(digits);
    if (!number.ok())
      return Fail(start, "error parsing number: " + std::string(number.status().message()));
    *value = *number;
    return true;
  }

  bool ParseHistograms() {
    SequenceValue first;
    if (!ParseHistogram(&first)) return false;
    if (Peek() == '+' || Peek() == '-') return ParseHistogramSequence(std::move(first));
    uint64_t count = 0;
    if (TakeIf('x') && !ParseCount(&count)) return false;
    return Append(count + 1, [&] { return first; });
  }

  /// first +/- increment x count. The current character is the sign.
  bool ParseHistogramSequence(SequenceValue first) {
    const size_t start = at_;
    const bool subtract = text_[at_++] == '-';
    if (Peek() != '{' || Peek(1) != '{') return Unexpected(kContext, "\"{{\"");
    SequenceValue increment;
    if (!ParseHistogram(&increment)) return false;
    uint64_t count = 0;
    if (!TakeIf('x')) return Unexpected(kContext, "\"x\"");
    if (!ParseCount(&count)) return false;
    // Compat: the hint of the increment counts for the whole sequence.
    first.counter_reset_hint_set = increment.counter_reset_hint_set;
    if (count > 0 && first.histogram->schema > increment.histogram->schema) {
      return Fail(start,
                  fmt::format("error combining histograms: cannot merge from schema {} to {}",
                              increment.histogram->schema, first.histogram->schema));
    }
    std::string error;
    bool is_first = true;
    const bool appended = Append(count + 1, [&] {
      if (!is_first) {
        const auto notes = subtract ? model::Sub(&*first.histogram, *increment.histogram)
                                    : model::Add(&*first.histogram, *increment.histogram);
        if (!notes.ok() && error.empty()) error = std::string(notes.status().message());
      }
      is_first = false;
      return first;
    });
    return appended && (error.empty() || Fail(start, std::move(error)));
  }

  /// The braces and what is between them.
  bool ParseHistogram(SequenceValue* value) {
    const size_t start = at_;
    at_ += 2;
    Parts parts;
    while (true) {
      while (IsSpace(Peek())) ++at_;
      if (Peek() == '}' && Peek(1) == '}') break;
      if (!ParsePart(&parts)) return false;
    }
    at_ += 2;
    model::FloatHistogram& histogram = value->histogram.emplace(std::move(parts.histogram));
    value->counter_reset_hint_set = parts.Has("counter_reset_hint");
    const auto set_span = [](int64_t offset, const std::vector<double>& counts, auto* spans) {
      if (!counts.empty())
        spans->push_back({static_cast<int32_t>(offset), static_cast<uint32_t>(counts.size())});
    };
    set_span(parts.offset, histogram.positive_buckets, &histogram.positive_spans);
    set_span(parts.negative_offset, histogram.negative_buckets, &histogram.negative_spans);
    const bool known_schema =
        histogram.UsesCustomBuckets() ||
        (histogram.schema >= model::kSchemaMin && histogram.schema <= model::kSchemaMax);
    return known_schema ||
           Fail(start, fmt::format("histogram has an invalid schema: {}", histogram.schema));
  }

  struct Parts {
    model::FloatHistogram histogram;
    int64_t offset = 0;
    int64_t negative_offset = 0;
    std::vector<std::string_view> keys;

    bool Has(std::string_view key) const { return std::ranges::find(keys, key) != keys.end(); }
  };

  /// key:value
  bool ParsePart(Parts* parts) {
    constexpr std::string_view kHistogramContext = "histogram description";
    const size_t start = at_;
    while (IsAlpha(Peek())) ++at_;
    const std::string_view key = text_.substr(start, at_ - start);
    if (key.empty())
      return Unexpected(kHistogramContext, "histogram description key, e.g. buckets:[5 10 7]");
    if (!TakeIf(':')) return Fail(start, "missing `:` for histogram descriptor");
    if (parts->Has(key)) return Fail(start, fmt::format("duplicate key \"{}\" in histogram", key));
    parts->keys.push_back(key);
    model::FloatHistogram& histogram = parts->histogram;
    if (key == "sum") return ParseSignedNumber(&histogram.sum);
    if (key == "count") return ParseSignedNumber(&histogram.count);
    if (key == "z_bucket") return ParseSignedNumber(&histogram.zero_count);
    if (key == "z_bucket_w") return ParseNumber(&histogram.zero_threshold);
    if (key == "buckets") return ParseNumbers(&histogram.positive_buckets);
    if (key == "n_buckets") return ParseNumbers(&histogram.negative_buckets);
    if (key == "custom_values") return ParseNumbers(&histogram.custom_values);
    if (key == "offset") return ParseInteger(&parts->offset);
    if (key == "n_offset") return ParseInteger(&parts->negative_offset);
    if (key == "counter_reset_hint") return ParseHint(&histogram.counter_reset_hint);
    if (key != "schema") return Fail(start, "bad histogram descriptor found: " + QuoteGo(key));
    int64_t schema = 0;
    if (!ParseInteger(&schema)) return false;
    histogram.schema = static_cast<int32_t>(schema);
    return true;
  }

  bool ParseInteger(int64_t* value) {
    const size_t start = at_;
    if (Peek() == '-') ++at_;
    while (IsDigit(Peek())) ++at_;
    int32_t narrow = 0;
    const auto [end, error] = std::from_chars(text_.data() + start, text_.data() + at_, narrow);
    if (error != std::errc() || end != text_.data() + at_)
      return Unexpected("histogram description", "integer");
    *value = narrow;
    return true;
  }

  bool ParseNumbers(std::vector<double>* numbers) {
    if (!TakeIf('[')) return Unexpected("histogram description", "\"[\"");
    while (true) {
      while (IsSpace(Peek())) ++at_;
      if (TakeIf(']')) return true;
      double number = 0;
      if (!ParseSignedNumber(&number)) return false;
      numbers->push_back(number);
    }
  }

  bool ParseHint(model::CounterResetHint* hint) {
    const size_t start = at_;
    while (IsAlpha(Peek())) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "unknown") {
      *hint = model::CounterResetHint::kUnknown;
    } else if (word == "reset") {
      *hint = model::CounterResetHint::kReset;
    } else if (word == "not_reset") {
      *hint = model::CounterResetHint::kNotReset;
    } else if (word == "gauge") {
      *hint = model::CounterResetHint::kGauge;
    } else {
      return Fail(start, "bad histogram descriptor found: " + QuoteGo(word));
    }
    return true;
  }

  std::string_view text_;
  size_t at_;
  std::vector<SequenceValue>* values_;
  std::string error_;
  size_t error_position_ = 0;
};

/// Where the metric of a description ends: at its closing brace, else at the first white space.
size_t MetricEnd(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && text[at] != '{' && !IsSpace(text[at])) ++at;
  if (at == text.size() || text[at] != '{') return at;
  Lexer lexer(text.substr(at));
  while (true) {
    const Token token = lexer.Next();
    if (token.type == TokenType::kRightBrace) return at + static_cast<size_t>(token.end());
    if (token.type == TokenType::kEof || token.type == TokenType::kError) return text.size();
  }
}

}  // namespace
}  // namespace internal

StatusOr<SeriesDescription> ParseSeriesDescription(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  const size_t metric_end = internal::MetricEnd(text);
  SeriesDescription description;
  ASSIGN_OR_RETURN(description.labels, ParseMetric(text.substr(0, metric_end)));
  internal::ValueParser parser(text, metric_end, &description.values);
  if (parser.Parse()) return description;
  return InvalidArgumentError(fmt::format(
      "{}: parse error: {}", FormatPosition(text, static_cast<int32_t>(parser.error_position())),
      parser.error()));
}

}  // namespace aion::promql
