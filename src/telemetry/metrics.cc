#include "telemetry/metrics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <variant>

#include "base/check.h"
#include "telemetry/exposition.h"

namespace aion::telemetry {

namespace internal {

struct FamilyState {
  using Member = std::variant<std::monostate, Counter, Gauge, Histogram>;

  MetricType type;
  std::string help;
  std::vector<std::string> label_names;
  std::vector<double> bounds;

  std::mutex mutex;
  std::map<std::string, Member> members;  // Guarded by mutex; the key is the rendered labels.
};

struct CollectorState {
  MetricType type;
  std::string name;
  std::string help;
  std::vector<std::string> label_names;
  LabelPairs const_labels;
  std::function<void(const Registry::Emit&)> read;
};

struct RegistryState {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<FamilyState>> families;  // Guarded by mutex.

  // Held while callbacks run, so that a removed one never runs again.
  std::mutex collector_mutex;
  uint64_t next_collector_id = 1;                 // Guarded by collector_mutex.
  std::map<uint64_t, CollectorState> collectors;  // Guarded by collector_mutex.
};

}  // namespace internal

using internal::FamilyState;
using internal::RegistryState;

namespace {

std::string RenderMember(const LabelPairs& const_labels, const std::vector<std::string>& names,
                         std::span<const std::string_view> values) {
  CHECK(names.size() == values.size());
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  labels.reserve(const_labels.size() + names.size());
  for (const auto& [name, value] : const_labels) labels.emplace_back(name, value);
  for (size_t i = 0; i < names.size(); ++i) labels.emplace_back(names[i], values[i]);
  std::sort(labels.begin(), labels.end());
  return RenderLabels(labels);
}

template <typename Metric>
Metric& FindOrMake(FamilyState& family, std::string key) {
  const std::lock_guard lock(family.mutex);
  auto& member = family.members[std::move(key)];
  if (std::holds_alternative<std::monostate>(member)) {
    if constexpr (std::is_same_v<Metric, Histogram>) {
      member.template emplace<Histogram>(family.bounds);
    } else {
      member.template emplace<Metric>();
    }
  }
  return std::get<Metric>(member);
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)),
      counts_(std::make_unique<std::atomic<uint64_t>[]>(bounds_.size() + 1)) {
  CHECK(std::is_sorted(bounds_.begin(), bounds_.end()));
}

void Histogram::Observe(double value) {
  const auto bucket =
      std::isnan(value) ? bounds_.end() : std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<size_t>(bucket - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<double> DefaultBuckets() {
  return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

std::vector<double> ExponentialBuckets(double start, double factor, size_t count) {
  std::vector<double> bounds;
  for (size_t i = 0; i < count; ++i, start *= factor) bounds.push_back(start);
  return bounds;
}

std::vector<double> LinearBuckets(double start, double width, size_t count) {
  std::vector<double> bounds;
  for (size_t i = 0; i < count; ++i, start += width) bounds.push_back(start);
  return bounds;
}

template <typename Metric>
Metric& Family<Metric>::With(std::span<const std::string_view> values) {
  return FindOrMake<Metric>(*state_, RenderMember(const_labels_, state_->label_names, values));
}

template <typename Metric>
void Family<Metric>::Remove(std::initializer_list<std::string_view> values) {
  const std::string key =
      RenderMember(const_labels_, state_->label_names, std::span(values.begin(), values.size()));
  const std::lock_guard lock(state_->mutex);
  state_->members.erase(key);
}

template <typename Metric>
void Family<Metric>::Clear() {
  const std::lock_guard lock(state_->mutex);
  state_->members.clear();
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

CollectorHandle::CollectorHandle(std::shared_ptr<RegistryState> state, uint64_t id)
    : state_(std::move(state)), id_(id) {}

CollectorHandle::~CollectorHandle() {
  if (state_ == nullptr) return;
  const std::lock_guard lock(state_->collector_mutex);
  state_->collectors.erase(id_);
}

CollectorHandle::CollectorHandle(CollectorHandle&& other) noexcept = default;

CollectorHandle& CollectorHandle::operator=(CollectorHandle&& other) noexcept {
  // The old registration leaves with the temporary.
  CollectorHandle taken(std::move(other));
  std::swap(state_, taken.state_);
  std::swap(id_, taken.id_);
  return *this;
}

Registry::Registry() : state_(std::make_shared<RegistryState>()) {}

Registry::Registry(std::shared_ptr<RegistryState> state, std::string prefix, LabelPairs labels)
    : state_(std::move(state)), prefix_(std::move(prefix)), labels_(std::move(labels)) {}

Registry Registry::WithPrefix(std::string_view prefix) const {
  return Registry(state_, prefix_ + std::string(prefix), labels_);
}

Registry Registry::WithLabels(const LabelPairs& labels) const {
  LabelPairs all = labels_;
  all.insert(all.end(), labels.begin(), labels.end());
  return Registry(state_, prefix_, std::move(all));
}

template <typename Metric>
Family<Metric> Registry::AddFamily(MetricType type, std::string_view name, std::string_view help,
                                   std::vector<std::string> label_names,
                                   std::vector<double> bounds) const {
  const std::lock_guard lock(state_->mutex);
  auto& state = state_->families[prefix_ + std::string(name)];
  if (state == nullptr) {
    state = std::make_shared<FamilyState>();
    state->type = type;
    state->help = help;
    state->label_names = std::move(label_names);
    state->bounds = std::move(bounds);
  } else {
    CHECK(state->type == type);
    CHECK(state->label_names == label_names);
  }
  Family<Metric> family;
  family.state_ = state;
  family.const_labels_ = labels_;
  return family;
}

Counter& Registry::AddCounter(std::string_view name, std::string_view help) const {
  return AddCounterFamily(name, help, {}).With({});
}

Gauge& Registry::AddGauge(std::string_view name, std::string_view help) const {
  return AddGaugeFamily(name, help, {}).With({});
}

Histogram& Registry::AddHistogram(std::string_view name, std::string_view help,
                                  std::vector<double> bounds) const {
  return AddHistogramFamily(name, help, {}, std::move(bounds)).With({});
}

Family<Counter> Registry::AddCounterFamily(std::string_view name, std::string_view help,
                                           std::vector<std::string> label_names) const {
  return AddFamily<Counter>(MetricType::kCounter, name, help, std::move(label_names), {});
}

Family<Gauge> Registry::AddGaugeFamily(std::string_view name, std::string_view help,
                                       std::vector<std::string> label_names) const {
  return AddFamily<Gauge>(MetricType::kGauge, name, help, std::move(label_names), {});
}

Family<Histogram> Registry::AddHistogramFamily(std::string_view name, std::string_view help,
                                               std::vector<std::string> label_names,
                                               std::vector<double> bounds) const {
  return AddFamily<Histogram>(MetricType::kHistogram, name, help, std::move(label_names),
                              std::move(bounds));
}

CollectorHandle Registry::AddCallback(MetricType type, std::string_view name, std::string_view help,
                                      std::function<double()> read) const {
  return AddCollector(type, name, help, {},
                      [read = std::move(read)](const Emit& emit) { emit({}, read()); });
}

CollectorHandle Registry::AddCollector(MetricType type, std::string_view name,
                                       std::string_view help, std::vector<std::string> label_names,
                                       std::function<void(const Emit&)> read) const {
  CHECK(type != MetricType::kHistogram);
  const std::lock_guard lock(state_->collector_mutex);
  const uint64_t id = state_->next_collector_id++;
  state_->collectors.emplace(
      id, internal::CollectorState{type, prefix_ + std::string(name), std::string(help),
                                   std::move(label_names), labels_, std::move(read)});
  return CollectorHandle(state_, id);
}

std::string Registry::Expose(ExpositionFormat format) const {
  std::map<std::string, std::shared_ptr<FamilyState>> families;
  {
    const std::lock_guard lock(state_->mutex);
    families = state_->families;
  }
  ExpositionWriter writer(format);
  {
    const std::lock_guard lock(state_->collector_mutex);
    for (const auto& [id, collector] : state_->collectors) {
      writer.Declare(collector.name, collector.type, collector.help);
      collector.read([&](std::span<const std::string_view> values, double value) {
        writer.Add(collector.name,
                   RenderMember(collector.const_labels, collector.label_names, values), value);
      });
    }
  }
  for (const auto& [name, family] : families) {
    writer.Declare(name, family->type, family->help);
    const std::lock_guard lock(family->mutex);
    for (const auto& [labels, member] : family->members) {
      if (const auto* counter = std::get_if<Counter>(&member)) {
        writer.Add(name, labels, counter->Value());
      } else if (const auto* gauge = std::get_if<Gauge>(&member)) {
        writer.Add(name, labels, gauge->Value());
      } else if (const auto* histogram = std::get_if<Histogram>(&member)) {
        writer.Add(name, labels, *histogram);
      }
    }
  }
  return writer.Finish();
}

}  // namespace aion::telemetry
