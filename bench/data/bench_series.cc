#include "bench_series.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/hash.h"

namespace aion::bench {
namespace {

constexpr std::string_view kHandlers[] = {"/",         "/api/v1/query", "/api/v1/write", "/login",
                                          "/metrics",  "/static",       "/search",       "/cart",
                                          "/checkout", "/health"};
constexpr std::string_view kCodes[] = {"200", "204", "400", "404", "500"};
constexpr std::string_view kBounds[] = {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                                        "0.5",   "1",    "2.5",   "5",    "10",  "+Inf"};
constexpr size_t kHandlersWithDurations = 3;
constexpr std::string_view kCpus[] = {"0", "1", "2", "3", "4", "5", "6", "7"};
// sin(1/40) and cos(1/40): a wave turns by this a step.
constexpr double kStepSine = 0.024997395914712332;
constexpr double kStepCosine = 0.9996875162757026;

/// Adds the series of one instance in the recipe's order.
class InstanceSeries {
 public:
  InstanceSeries(size_t number, std::vector<BenchSeries>* out)
      : out_(out),
        instance_(fmt::format("pod-{:04}.example:8080", number)),
        job_(fmt::format("svc-{:02}", number % 20)),
        namespace_(fmt::format("ns-{}", number % 5)) {}

  void AddAll() {
    for (const std::string_view handler : kHandlers) {
      for (const std::string_view code : kCodes) {
        Add("http_requests_total", {{"handler", handler}, {"code", code}},
            {Law::kIntegerCounter, 0, 60});
      }
    }
    for (size_t i = 0; i < kHandlersWithDurations; ++i) AddDurations(kHandlers[i]);
    Add("process_cpu_seconds_total", {}, {Law::kCounter, 0, 2});
    Add("process_resident_memory_bytes", {}, {Law::kWave, 2e8, 5e7});
    Add("go_goroutines", {}, {Law::kWave, 200, 50});
    Add("up", {}, {Law::kOne, 0, 0});
    for (const std::string_view cpu : kCpus) {
      Add("node_cpu_seconds_total", {{"cpu", cpu}, {"mode", "user"}}, {Law::kCounter, 0, 20});
    }
  }

 private:
  void AddDurations(std::string_view handler) {
    double scale = 0;
    for (const std::string_view bound : kBounds) {
      scale += 6;
      Add("http_request_duration_seconds_bucket", {{"handler", handler}, {"le", bound}},
          {Law::kIntegerCounter, 0, scale});
    }
    Add("http_request_duration_seconds_sum", {{"handler", handler}}, {Law::kCounter, 0, 4});
    Add("http_request_duration_seconds_count", {{"handler", handler}},
        {Law::kIntegerCounter, 0, 72});
  }
  void Add(std::string_view name, const std::vector<model::LabelView>& own, const SeriesLaw& law) {
    model::LabelsBuilder labels;
    labels.Set(model::kMetricName, name);
    labels.Set("instance", instance_);
    labels.Set("job", job_);
    labels.Set("namespace", namespace_);
    for (const model::LabelView& label : own) labels.Set(label.name, label.value);
    out_->emplace_back(labels.Build(), law);
  }

  std::vector<BenchSeries>* out_;
  std::string instance_;
  std::string job_;
  std::string namespace_;
};

}  // namespace

BenchSeries::BenchSeries(model::Labels labels, const SeriesLaw& law)
    : labels_(std::move(labels)), law_(law), random_(XxHash64(labels_.packed())) {
  if (law_.law != Law::kWave) return;
  // A point of the unit circle without a trigonometric function.
  const double t = 2 * random_.Unit() - 1;
  sine_ = 2 * t / (1 + t * t);
  cosine_ = (1 - t * t) / (1 + t * t);
}

double BenchSeries::NextWave() {
  const double sine = sine_ * kStepCosine + cosine_ * kStepSine;
  cosine_ = cosine_ * kStepCosine - sine_ * kStepSine;
  sine_ = sine;
  double normal = -6;  // Twelve uniform numbers have the variance 1.
  for (int i = 0; i < 12; ++i) normal += random_.Unit();
  return law_.base + law_.scale * sine_ + normal * law_.scale / 20;
}

double BenchSeries::Next() {
  switch (law_.law) {
    case Law::kOne:
      return 1;
    case Law::kWave:
      return NextWave();
    case Law::kCounter:
      return value_ += random_.Unit() * law_.scale;
    case Law::kIntegerCounter:
      return value_ += std::floor(random_.Unit() * law_.scale);
  }
  return 0;
}

std::vector<BenchSeries> MakeBenchSeries(size_t count) {
  std::vector<BenchSeries> series;
  for (size_t instance = 0; series.size() < count; ++instance)
    InstanceSeries(instance, &series).AddAll();
  series.erase(series.begin() + static_cast<ptrdiff_t>(count), series.end());
  std::sort(series.begin(), series.end(),
            [](const auto& a, const auto& b) { return a.labels() < b.labels(); });
  return series;
}

}  // namespace aion::bench
