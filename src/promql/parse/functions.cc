#include "promql/parse/functions.h"

#include <algorithm>

namespace aion::promql {
namespace {

constexpr ValueType kV = ValueType::kVector;
constexpr ValueType kM = ValueType::kMatrix;
constexpr ValueType kS = ValueType::kScalar;
constexpr ValueType kT = ValueType::kString;

// Argument lists, named by their types in order: v(ector), m(atrix), s(calar), t(ext).
constexpr ValueType kMArgs[] = {kM};
constexpr ValueType kMsArgs[] = {kM, kS};
constexpr ValueType kMssArgs[] = {kM, kS, kS};
constexpr ValueType kSArgs[] = {kS};
constexpr ValueType kSmArgs[] = {kS, kM};
constexpr ValueType kSsArgs[] = {kS, kS};
constexpr ValueType kSsvArgs[] = {kS, kS, kV};
constexpr ValueType kSvArgs[] = {kS, kV};
constexpr ValueType kVArgs[] = {kV};
constexpr ValueType kVsArgs[] = {kV, kS};
constexpr ValueType kVssArgs[] = {kV, kS, kS};
constexpr ValueType kVtArgs[] = {kV, kT};
constexpr ValueType kVtssArgs[] = {kV, kT, kS, kS};
constexpr ValueType kVtttArgs[] = {kV, kT, kT, kT};
constexpr ValueType kVttttArgs[] = {kV, kT, kT, kT, kT};
constexpr ValueType kVvArgs[] = {kV, kV};

constexpr bool kExperimental = true;

constexpr Function kFunctions[] = {
    {"abs", kVArgs, 0, kV},
    {"absent", kVArgs, 0, kV},
    {"absent_over_time", kMArgs, 0, kV},
    {"acos", kVArgs, 0, kV},
    {"acosh", kVArgs, 0, kV},
    {"asin", kVArgs, 0, kV},
    {"asinh", kVArgs, 0, kV},
    {"atan", kVArgs, 0, kV},
    {"atanh", kVArgs, 0, kV},
    {"avg_over_time", kMArgs, 0, kV},
    {"ceil", kVArgs, 0, kV},
    {"changes", kMArgs, 0, kV},
    {"clamp", kVssArgs, 0, kV},
    {"clamp_max", kVsArgs, 0, kV},
    {"clamp_min", kVsArgs, 0, kV},
    {"cos", kVArgs, 0, kV},
    {"cosh", kVArgs, 0, kV},
    {"count_over_time", kMArgs, 0, kV},
    {"day_of_month", kVArgs, 1, kV},
    {"day_of_week", kVArgs, 1, kV},
    {"day_of_year", kVArgs, 1, kV},
    {"days_in_month", kVArgs, 1, kV},
    {"deg", kVArgs, 0, kV},
    {"delta", kMArgs, 0, kV},
    {"deriv", kMArgs, 0, kV},
    {"double_exponential_smoothing", kMssArgs, 0, kV, kExperimental},
    {"end", {}, 0, kS, kExperimental},
    {"exp", kVArgs, 0, kV},
    {"first_over_time", kMArgs, 0, kV},
    {"floor", kVArgs, 0, kV},
    {"histogram_avg", kVArgs, 0, kV},
    {"histogram_count", kVArgs, 0, kV},
    {"histogram_fraction", kSsvArgs, 0, kV},
    {"histogram_quantile", kSvArgs, 0, kV},
    {"histogram_quantiles", kVtssArgs, 9, kV, kExperimental},
    {"histogram_stddev", kVArgs, 0, kV},
    {"histogram_stdvar", kVArgs, 0, kV},
    {"histogram_sum", kVArgs, 0, kV},
    {"hour", kVArgs, 1, kV},
    {"idelta", kMArgs, 0, kV},
    {"increase", kMArgs, 0, kV},
    {"info", kVvArgs, 1, kV, kExperimental},
    {"irate", kMArgs, 0, kV},
    {"label_join", kVtttArgs, -1, kV},
    {"label_replace", kVttttArgs, 0, kV},
    {"last_over_time", kMArgs, 0, kV},
    {"ln", kVArgs, 0, kV},
    {"log10", kVArgs, 0, kV},
    {"log2", kVArgs, 0, kV},
    {"mad_over_time", kMArgs, 0, kV, kExperimental},
    {"max_of", kSsArgs, 0, kS, kExperimental},
    {"max_over_time", kMArgs, 0, kV},
    {"min_of", kSsArgs, 0, kS, kExperimental},
    {"min_over_time", kMArgs, 0, kV},
    {"minute", kVArgs, 1, kV},
    {"month", kVArgs, 1, kV},
    {"pi", {}, 0, kS},
    {"predict_linear", kMsArgs, 0, kV},
    {"present_over_time", kMArgs, 0, kV},
    {"quantile_over_time", kSmArgs, 0, kV},
    {"rad", kVArgs, 0, kV},
    {"range", {}, 0, kS, kExperimental},
    {"rate", kMArgs, 0, kV},
    {"resets", kMArgs, 0, kV},
    {"round", kVsArgs, 1, kV},
    {"scalar", kVArgs, 0, kS},
    {"sgn", kVArgs, 0, kV},
    {"sin", kVArgs, 0, kV},
    {"sinh", kVArgs, 0, kV},
    {"sort", kVArgs, 0, kV},
    {"sort_by_label", kVtArgs, -1, kV, kExperimental},
    {"sort_by_label_desc", kVtArgs, -1, kV, kExperimental},
    {"sort_desc", kVArgs, 0, kV},
    {"sqrt", kVArgs, 0, kV},
    {"start", {}, 0, kS, kExperimental},
    {"start_timestamp", kVArgs, 0, kV, kExperimental},
    {"stddev_over_time", kMArgs, 0, kV},
    {"stdvar_over_time", kMArgs, 0, kV},
    {"step", {}, 0, kS, kExperimental},
    {"sum_over_time", kMArgs, 0, kV},
    {"tan", kVArgs, 0, kV},
    {"tanh", kVArgs, 0, kV},
    {"time", {}, 0, kS},
    {"timestamp", kVArgs, 0, kV},
    {"ts_of_first_over_time", kMArgs, 0, kV, kExperimental},
    {"ts_of_last_over_time", kMArgs, 0, kV, kExperimental},
    {"ts_of_max_over_time", kMArgs, 0, kV, kExperimental},
    {"ts_of_min_over_time", kMArgs, 0, kV, kExperimental},
    {"vector", kSArgs, 0, kV},
    {"year", kVArgs, 1, kV},
};

constexpr Function kXFunctions[] = {
    {"xdelta", kMArgs, 0, kV},
    {"xincrease", kMArgs, 0, kV},
    {"xrate", kMArgs, 0, kV},
};

const Function* Find(std::span<const Function> functions, std::string_view name) {
  const auto row = std::ranges::lower_bound(functions, name, {}, &Function::name);
  return row != functions.end() && row->name == name ? &*row : nullptr;
}

}  // namespace

std::span<const Function> Functions() { return kFunctions; }

std::span<const Function> XFunctions() { return kXFunctions; }
const Function* FindFunction(std::string_view name) { return Find(kFunctions, name); }
const Function* FindXFunction(std::string_view name) { return Find(kXFunctions, name); }

}  // namespace aion::promql
