#include "model/histogram_text.h"

#include <fmt/format.h>

#include <limits>

#include "base/text.h"
#include "model/histogram_ops.h"

namespace aion::model {
namespace {

std::string Number(double value) { return FormatGoFloat(value, 'g'); }

// Wider gaps than this are not written out as empty buckets: the text would not be worth reading.
constexpr size_t kGapMax = 1 << 20;

std::string Numbers(const std::vector<double>& values) {
  std::string out = "[";
  for (const double value : values) {
    if (out.size() > 1) out.push_back(' ');
    out.append(Number(value));
  }
  return out + "]";
}

class WordList {
 public:
  void Add(std::string word) {
    if (!text_.empty()) text_.push_back(' ');
    text_.append(word);
  }
  void AddNumber(std::string_view key, double value) {
    if (value != 0) Add(fmt::format("{}:{}", key, Number(value)));
  }
  void AddSide(std::string_view prefix, const std::vector<HistogramSpan>& spans,
               const std::vector<double>& counts) {
    if (!spans.empty() && spans.front().offset != 0)
      Add(fmt::format("{}offset:{}", prefix, spans.front().offset));
    if (!counts.empty()) Add(fmt::format("{}buckets:{}", prefix, Numbers(counts)));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::string ToString(const Bucket& bucket) {
  return fmt::format("{}{},{}{}:{}", bucket.lower_inclusive ? '[' : '(', Number(bucket.lower),
                     Number(bucket.upper), bucket.upper_inclusive ? ']' : ')',
                     Number(bucket.count));
}

std::string ToString(const FloatHistogram& histogram) {
  std::string out =
      fmt::format("{{count:{}, sum:{}", Number(histogram.count), Number(histogram.sum));
  const auto append = [&](const Bucket& bucket) {
    if (bucket.count != 0) out.append(", ").append(ToString(bucket));
  };
  for (ReverseBucketIterator it(histogram, BucketSide::kNegative); it.Next();) append(it.bucket());
  if (!histogram.UsesCustomBuckets()) append(ZeroBucket(histogram));
  for (BucketIterator it(histogram, BucketSide::kPositive); it.Next();) append(it.bucket());
  return out + "}";
}

std::string ToTestExpression(const FloatHistogram& histogram) {
  FloatHistogram single = histogram;
  Compact(&single, kGapMax);
  WordList words;
  if (single.schema != 0) words.Add(fmt::format("schema:{}", single.schema));
  words.AddNumber("count", single.count);
  words.AddNumber("sum", single.sum);
  words.AddNumber("z_bucket", single.zero_count);
  words.AddNumber("z_bucket_w", single.zero_threshold);
  if (single.UsesCustomBuckets()) words.Add("custom_values:" + Numbers(single.custom_values));
  switch (single.counter_reset_hint) {
    case CounterResetHint::kUnknown:
      break;
    case CounterResetHint::kReset:
      words.Add("counter_reset_hint:reset");
      break;
    case CounterResetHint::kNotReset:
      words.Add("counter_reset_hint:not_reset");
      break;
    case CounterResetHint::kGauge:
      words.Add("counter_reset_hint:gauge");
      break;
  }
  words.AddSide("", single.positive_spans, single.positive_buckets);
  words.AddSide("n_", single.negative_spans, single.negative_buckets);
  return "{{" + words.text() + "}}";
}

}  // namespace aion::model
