#pragma once

// Registry: the process' metrics, what components count and time, and their text form for /metrics.
//
// A Registry is a handle on shared storage with a name prefix and constant labels: WithPrefix and
// WithLabels give handles that add to both, as upstream's wrapped registerers do. Asking twice for
// the same name and labels gives the same metric, so components in one process may share. Metrics
// live as long as any handle on the storage and never move: look one up once and keep the
// reference; updates are lock-free and thread-safe. A name used with two types or two sets of label
// names is a bug and ends the process. Values that are cheap to read when asked for come from
// callbacks instead.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aion::telemetry {

using LabelPairs = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  /// Requires: amount >= 0.
  void Add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  double Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Gauge {
 public:
  void Set(double value) { value_.store(value, std::memory_order_relaxed); }
  void Add(double amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  void Sub(double amount = 1) { value_.fetch_sub(amount, std::memory_order_relaxed); }
  double Value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  /// Requires: `bounds` ascending, without +Inf.
  explicit Histogram(std::vector<double> bounds);
  void Observe(double value);

  std::span<const double> bounds() const { return bounds_; }
  /// Observations at or under bounds()[i] and over the bound before; the last is those over all
  /// bounds.
  uint64_t BucketCount(size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  double Sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  const std::vector<double> bounds_;
  std::unique_ptr<std::atomic<uint64_t>[]> counts_;
  std::atomic<double> sum_{0};
};

/// Upstream's default buckets of durations in seconds.
std::vector<double> DefaultBuckets();
/// `count` bounds from `start`, each `factor` (or `width`) more than the one before.
std::vector<double> ExponentialBuckets(double start, double factor, size_t count);
std::vector<double> LinearBuckets(double start, double width, size_t count);

/// kSummary is for collectors that emit a `quantile` label.
enum class MetricType { kCounter, kGauge, kHistogram, kSummary };

namespace internal {
struct FamilyState;
struct RegistryState;
}  // namespace internal

/// All metrics of one name, told apart by the values of its variable labels. A handle; thread-safe.
template <typename Metric>
class Family {
 public:
  /// The metric with these label values, made on first use. Takes a lock: keep the reference.
  /// Requires: as many values as the family has label names.
  Metric& With(std::initializer_list<std::string_view> values) {
    return With(std::span(values.begin(), values.size()));
  }
  Metric& With(std::span<const std::string_view> values);
  /// Forgets the metric. Requires: nobody uses its reference any more.
  void Remove(std::initializer_list<std::string_view> values);
  /// Forgets all of them, with the same requirement.
  void Clear();

 private:
  friend class Registry;
  std::shared_ptr<internal::FamilyState> state_;
  LabelPairs const_labels_;
};

/// Ends a callback's registration when destroyed; waits for a running call. Movable.
class CollectorHandle {
 public:
  CollectorHandle() = default;
  CollectorHandle(std::shared_ptr<internal::RegistryState> state, uint64_t id);
  ~CollectorHandle();
  CollectorHandle(CollectorHandle&& other) noexcept;
  CollectorHandle& operator=(CollectorHandle&& other) noexcept;

 private:
  std::shared_ptr<internal::RegistryState> state_;
  uint64_t id_ = 0;
};

enum class ExpositionFormat { kText, kOpenMetrics };

class Registry {
 public:
  Registry();

  /// Names get `prefix` in front (`thanos_`), after the prefix this handle has.
  [[nodiscard]] Registry WithPrefix(std::string_view prefix) const;
  [[nodiscard]] Registry WithLabels(const LabelPairs& labels) const;

  /// Metrics without variable labels; exposed from now on, at 0.
  Counter& AddCounter(std::string_view name, std::string_view help) const;
  Gauge& AddGauge(std::string_view name, std::string_view help) const;
  Histogram& AddHistogram(std::string_view name, std::string_view help,
                          std::vector<double> bounds = DefaultBuckets()) const;

  Family<Counter> AddCounterFamily(std::string_view name, std::string_view help,
                                   std::vector<std::string> label_names) const;
  Family<Gauge> AddGaugeFamily(std::string_view name, std::string_view help,
                               std::vector<std::string> label_names) const;
  Family<Histogram> AddHistogramFamily(std::string_view name, std::string_view help,
                                       std::vector<std::string> label_names,
                                       std::vector<double> bounds = DefaultBuckets()) const;

  /// `read` is asked at every exposition, from the asking thread; it must be quick, and must not
  /// use this registry. Requires: not kHistogram.
  [[nodiscard]] CollectorHandle AddCallback(MetricType type, std::string_view name,
                                            std::string_view help,
                                            std::function<double()> read) const;
  using Emit = std::function<void(std::span<const std::string_view> label_values, double value)>;
  /// The same for a family whose members are only known when asked.
  [[nodiscard]] CollectorHandle AddCollector(MetricType type, std::string_view name,
                                             std::string_view help,
                                             std::vector<std::string> label_names,
                                             std::function<void(const Emit&)> read) const;

  /// The whole storage in one of the formats, families sorted by name, members by labels.
  std::string Expose(ExpositionFormat format) const;

 private:
  Registry(std::shared_ptr<internal::RegistryState> state, std::string prefix, LabelPairs labels);
  template <typename Metric>
  Family<Metric> AddFamily(MetricType type, std::string_view name, std::string_view help,
                           std::vector<std::string> label_names, std::vector<double> bounds) const;

  std::shared_ptr<internal::RegistryState> state_;
  std::string prefix_;
  LabelPairs labels_;
};

/// The format a scraper's Accept header prefers; text when it names none we know.
ExpositionFormat NegotiateFormat(std::string_view accept);
/// The Content-Type of a format.
std::string_view ContentType(ExpositionFormat format);

}  // namespace aion::telemetry
