#include "promql/func/float_functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "model/histogram_buckets.h"
#include "promql/func/kahan.h"

namespace aion::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Date {
  int64_t year = 1970;
  int month = 1;
  int day = 1;
  int day_of_year = 1;
  int day_of_week = 4;
  int second_of_day = 0;
};

bool IsLeap(int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int DaysIn(int64_t year, int month) {
  constexpr std::array kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[static_cast<size_t>(month - 1)];
}

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// The proleptic Gregorian date of days since 1970-01-01, by 400-year eras that begin in March.
Date DateOf(double seconds_text) {
  // Compat: a value beyond what int64 holds is a time of 2^63 seconds, as upstream's arithmetic
  // wraps around.
  constexpr double kLimit = 9223372036854775808.0;
  constexpr int64_t kWrappedDays = 106'751'991'167'300;
  constexpr int kWrappedSecondOfDay = 55'808;
  const bool fits = seconds_text > -kLimit && seconds_text < kLimit;
  const int64_t seconds = fits ? static_cast<int64_t>(seconds_text) : 0;
  const int64_t days = fits ? FloorDiv(seconds, 86400) : kWrappedDays;
  Date date;
  date.second_of_day = fits ? static_cast<int>(seconds - days * 86400) : kWrappedSecondOfDay;
  const int64_t weekday = (days + 4) % 7;
  date.day_of_week = static_cast<int>(weekday < 0 ? weekday + 7 : weekday);
  const int64_t shifted = days + 719468;
  const int64_t era = FloorDiv(shifted, 146097);
  const int64_t day_of_era = shifted - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_march_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_march_year + 2) / 153;
  date.day = static_cast<int>(day_of_march_year - (153 * month_from_march + 2) / 5 + 1);
  date.month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  date.day_of_year = date.day;
  for (int month = 1; month < date.month; ++month) date.day_of_year += DaysIn(date.year, month);
  return date;
}

// Compat: logarithms to base 2 and 10 are formed as upstream's platform forms them, for the same
// last digits.
double Log2(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  if (fraction == 0.5) return exponent - 1;
  return std::log(fraction) * std::numbers::log2e + exponent;
}
double Log10(double value) { return std::log(value) * std::numbers::log10e; }

double Sign(double value) { return value < 0 ? -1 : value > 0 ? 1 : value; }

struct FloatRow {
  std::string_view name;
  FloatFunction function;
  bool date = false;
};

constexpr auto Days = [](double value) {
  const Date date = DateOf(value);
  return static_cast<double>(DaysIn(date.year, date.month));
};

constexpr std::array kFloatFunctions = {
    FloatRow{"abs", [](double v) { return std::fabs(v); }},
    FloatRow{"acos", [](double v) { return std::acos(v); }},
    FloatRow{"acosh", [](double v) { return std::acosh(v); }},
    FloatRow{"asin", [](double v) { return std::asin(v); }},
    FloatRow{"asinh", [](double v) { return std::asinh(v); }},
    FloatRow{"atan", [](double v) { return std::atan(v); }},
    FloatRow{"atanh", [](double v) { return std::atanh(v); }},
    FloatRow{"ceil", [](double v) { return std::ceil(v); }},
    FloatRow{"cos", [](double v) { return std::cos(v); }},
    FloatRow{"cosh", [](double v) { return std::cosh(v); }},
    FloatRow{"day_of_month", [](double v) { return static_cast<double>(DateOf(v).day); }, true},
    FloatRow{"day_of_week", [](double v) { return static_cast<double>(DateOf(v).day_of_week); },
             true},
    FloatRow{"day_of_year", [](double v) { return static_cast<double>(DateOf(v).day_of_year); },
             true},
    FloatRow{"days_in_month", Days, true},
    FloatRow{"deg", [](double v) { return v * 180 / std::numbers::pi; }},
    FloatRow{"exp", [](double v) { return std::exp(v); }},
    FloatRow{"floor", [](double v) { return std::floor(v); }},
    FloatRow{"hour", [](double v) { return static_cast<double>(DateOf(v).second_of_day / 3600); },
             true},
    FloatRow{"ln", [](double v) { return std::log(v); }},
    FloatRow{"log10", Log10},
    FloatRow{"log2", Log2},
    FloatRow{"minute",
             [](double v) { return static_cast<double>(DateOf(v).second_of_day / 60 % 60); }, true},
    FloatRow{"month", [](double v) { return static_cast<double>(DateOf(v).month); }, true},
    FloatRow{"rad", [](double v) { return v * std::numbers::pi / 180; }},
    FloatRow{"sgn", Sign},
    FloatRow{"sin", [](double v) { return std::sin(v); }},
    FloatRow{"sinh", [](double v) { return std::sinh(v); }},
    FloatRow{"sqrt", [](double v) { return std::sqrt(v); }},
    FloatRow{"tan", [](double v) { return std::tan(v); }},
    FloatRow{"tanh", [](double v) { return std::tanh(v); }},
    FloatRow{"year", [](double v) { return static_cast<double>(DateOf(v).year); }, true},
};

const FloatRow* FindRow(std::string_view name) {
  const auto* it =
      std::lower_bound(kFloatFunctions.begin(), kFloatFunctions.end(), name,
                       [](const FloatRow& row, std::string_view key) { return row.name < key; });
  return it != kFloatFunctions.end() && it->name == name ? it : nullptr;
}

/// Variance with the middle of each bucket for its observations: arithmetic for custom buckets,
/// geometric for exponential ones, zero for the zero bucket.
double HistogramVariance(const model::FloatHistogram& histogram) {
  const double mean = histogram.sum / histogram.count;
  KahanSum variance;
  model::AllBucketIterator it(histogram, model::BucketOrder::kAscending);
  while (it.Next()) {
    const model::Bucket& bucket = it.bucket();
    if (bucket.count == 0) continue;
    double middle = 0;
    if (histogram.UsesCustomBuckets()) {
      middle = (bucket.upper + bucket.lower) / 2;
    } else if (!(bucket.lower <= 0 && bucket.upper >= 0)) {
      middle = std::copysign(std::sqrt(bucket.upper * bucket.lower), bucket.upper);
    }
    const double delta = middle - mean;
    variance.Add(bucket.count * delta * delta);
  }
  return variance.Total() / histogram.count;
}

}  // namespace

FloatFunction FindFloatFunction(std::string_view name) {
  const FloatRow* row = FindRow(name);
  return row == nullptr ? nullptr : row->function;
}

bool IsDateFunction(std::string_view name) {
  const FloatRow* row = FindRow(name);
  return row != nullptr && row->date;
}

HistogramFunction FindHistogramFunction(std::string_view name) {
  if (name == "histogram_count") return [](const model::FloatHistogram& h) { return h.count; };
  if (name == "histogram_sum") return [](const model::FloatHistogram& h) { return h.sum; };
  if (name == "histogram_avg")
    return [](const model::FloatHistogram& h) { return h.sum / h.count; };
  if (name == "histogram_stdvar") return HistogramVariance;
  if (name == "histogram_stddev") {
    return [](const model::FloatHistogram& h) { return std::sqrt(HistogramVariance(h)); };
  }
  return nullptr;
}

double GoMin(double a, double b) {
  if (a == -kInf || b == -kInf) return -kInf;
  if (std::isnan(a) || std::isnan(b)) return kNan;
  if (a == 0 && a == b) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}

double GoMax(double a, double b) {
  if (a == kInf || b == kInf) return kInf;
  if (std::isnan(a) || std::isnan(b)) return kNan;
  if (a == 0 && a == b) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

}  // namespace aion::promql
