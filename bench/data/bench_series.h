#pragma once

// The series of the bench data: their labels and the laws their values follow. Each series draws
// from a generator seeded by its labels and uses no library function whose last digit depends on
// the processor, so that the data is the same everywhere.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "model/labels.h"

namespace aion::bench {

enum class Law : uint8_t {
  kIntegerCounter,  ///< Grows by floor(uniform[0, scale)).
  kCounter,         ///< Grows by uniform[0, scale).
  kWave,            ///< base + scale·sin(phase + step/40) + normal·scale/20.
  kOne,             ///< Always 1.
};

struct SeriesLaw {
  Law law = Law::kOne;
  double base = 0;
  double scale = 0;
};

/// One series, at the step it has reached.
class BenchSeries {
 public:
  BenchSeries(model::Labels labels, const SeriesLaw& law);

  const model::Labels& labels() const { return labels_; }
  /// The value of the next step.
  double Next();

 private:
  double NextWave();

  model::Labels labels_;
  SeriesLaw law_;
  Random random_;
  double value_ = 0;
  double sine_ = 0;
  double cosine_ = 1;
};

/// The first `count` series in the recipe's order (104 an instance), then sorted by labels.
std::vector<BenchSeries> MakeBenchSeries(size_t count);

}  // namespace aion::bench
