#pragma once

// The text formats of /metrics: Prometheus' text format 0.0.4 and OpenMetrics 1.0.0, with the
// numbers printed as Go's client prints them. Internal to the room; `metrics.h` is the contract.

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "telemetry/metrics.h"

namespace aion::telemetry {

/// `a="x",b="y"`, values escaped, invalid UTF-8 replaced (a scraper would refuse the whole page).
std::string RenderLabels(std::span<const std::pair<std::string_view, std::string_view>> labels);

/// Gathers samples by name, then writes them sorted. Not thread-safe.
class ExpositionWriter {
 public:
  explicit ExpositionWriter(ExpositionFormat format) : format_(format) {}

  /// Must come before the samples of `name`; the first declaration's type and help count.
  void Declare(const std::string& name, MetricType type, std::string_view help);
  void Add(const std::string& name, const std::string& labels, double value);
  void Add(const std::string& name, const std::string& labels, const Histogram& histogram);
  std::string Finish();

 private:
  struct Block {
    MetricType type;
    std::string help;
    std::map<std::string, std::string> lines;  ///< By labels.
  };
  /// The name of a family's metadata, and of its samples, in the format.
  std::string_view FamilyName(const std::string& name, const Block& block) const;
  std::string SampleName(const std::string& name, const Block& block) const;
  std::string Number(double value) const;

  const ExpositionFormat format_;
  std::map<std::string, Block> blocks_;
};

}  // namespace aion::telemetry
