// Row kernels against the window functions they stand for: equal to the last bit, over series with
// resets, gaps, NaN, infinities and values that do or do not sum exactly.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "promql/func/window.h"

namespace aion::promql {
namespace {

enum class Law { kCounter, kIntegers, kTenths, kSpecials, kHuge };

series::SampleColumns MakeSeries(Law law, uint64_t seed, size_t size) {
  Random random(seed);
  series::SampleColumns columns;
  TimestampMs time = 1'000'000;
  double value = 0;
  for (size_t i = 0; i < size; ++i) {
    time += 1 + static_cast<TimestampMs>(random.Below(law == Law::kCounter ? 15'001 : 40'000));
    if (random.Below(50) == 0) time += 300'000;
    switch (law) {
      case Law::kCounter:
        value = random.Below(40) == 0 ? 0 : value + static_cast<double>(random.Below(9));
        break;
      case Law::kIntegers:
        value = static_cast<double>(random.Below(1000)) - 500;
        break;
      case Law::kTenths:
        value = static_cast<double>(random.Below(1000)) / 10;
        break;
      case Law::kHuge:
        value = (static_cast<double>(random.Below(3)) - 1) * 1.5e308;
        break;
      case Law::kSpecials: {
        constexpr double kSpecials[] = {0.0,
                                        -0.0,
                                        1.5,
                                        std::numeric_limits<double>::infinity(),
                                        -std::numeric_limits<double>::infinity(),
                                        std::numeric_limits<double>::quiet_NaN()};
        value = kSpecials[random.Below(6)];
        break;
      }
    }
    columns.times.push_back(time);
    columns.values.push_back(value);
  }
  return columns;
}

StepRow RunFunction(const RangeFunction& function, const series::SampleColumns& columns,
                    const WindowGrid& grid) {
  StepRow row(grid.count);
  Annotations annotations;
  Status error;
  RangeCall call;
  call.range_ms = grid.range_ms;
  call.annotations = &annotations;
  call.error = &error;
  RunWindows(function, columns, grid, {}, call, &row);
  EXPECT_TRUE(error.ok());
  return row;
}

bool SameNumber(double a, double b) { return (std::isnan(a) && std::isnan(b)) || (a == b); }

TEST(RowKernels, GiveTheDigitsOfTheirWindowFunctions) {
  for (const char* name :
       {"rate", "increase", "delta", "sum_over_time", "avg_over_time", "min_over_time",
        "max_over_time", "count_over_time", "last_over_time", "present_over_time"}) {
    const RangeFunction& with_row = *FindRangeFunction(name);
    ASSERT_NE(with_row.row, nullptr) << name;
    RangeFunction without_row = with_row;
    without_row.row = nullptr;
    for (Law law : {Law::kCounter, Law::kIntegers, Law::kTenths, Law::kSpecials, Law::kHuge}) {
      for (uint64_t seed = 1; seed <= 5; ++seed) {
        const series::SampleColumns columns = MakeSeries(law, seed, 300);
        for (DurationMs range : {20'000, 300'000, 3'600'000}) {
          const WindowGrid grid{1'000'000, 61'000, 70, range};
          const StepRow fast = RunFunction(with_row, columns, grid),
                        slow = RunFunction(without_row, columns, grid);
          for (size_t step = 0; step < grid.count; ++step) {
            ASSERT_EQ(fast.HasFloat(step), slow.HasFloat(step)) << name << " step " << step;
            if (!fast.HasFloat(step)) continue;
            ASSERT_TRUE(SameNumber(fast.values()[step], slow.values()[step]))
                << name << " law " << static_cast<int>(law) << " seed " << seed << " step " << step
                << ": " << fast.values()[step] << " against " << slow.values()[step];
          }
        }
      }
    }
  }
}

TEST(RowKernels, CountTheSamplesOfAllWindows) {
  const series::SampleColumns columns = MakeSeries(Law::kIntegers, 7, 100);
  const WindowGrid grid{1'000'000, 60'000, 40, 120'000};
  std::vector<int64_t> per_step(grid.count);
  CountWindowSamples(columns, grid, per_step);
  int64_t total = 0;
  for (int64_t samples : per_step) total += samples;
  StepRow row(grid.count);
  EXPECT_EQ(FindRangeFunction("rate")->row(columns.times, columns.values, grid, &row), total);
}

TEST(Windows, AreOpenOnTheLeft) {
  series::SampleColumns columns;
  columns.times = {0, 60'000, 120'000};
  columns.values = {1, 2, 3};
  const StepRow row =
      RunFunction(*FindRangeFunction("count_over_time"), columns, {60'000, 60'000, 3, 60'000});
  EXPECT_EQ(row.values()[0], 1);  // The sample at 0 lies on the open end.
  EXPECT_EQ(row.values()[1], 1);
  EXPECT_FALSE(row.HasFloat(2));
}

TEST(Instants, LookBackOverGapsAndStopAtStaleness) {
  series::SampleColumns columns;
  columns.times = {0, 60'000, 120'000, 180'000};
  columns.values = {1, 2, series::StaleNan(), 4};
  InstantGrid grid{0, 30'000, 20, 300'000};
  StepRow row(grid.count);
  SelectInstants(columns, grid, {}, &row);
  EXPECT_EQ(row.values()[1], 1);
  EXPECT_EQ(row.values()[3], 2);
  EXPECT_FALSE(row.HasFloat(4));
  EXPECT_FALSE(row.HasFloat(5));
  EXPECT_EQ(row.values()[6], 4);
  EXPECT_TRUE(row.HasFloat(15));   // 450 s: the sample at 180 s is 270 s old.
  EXPECT_FALSE(row.HasFloat(16));  // 480 s: exactly the lookback, which is left out.
}

TEST(DropStale, KeepsTheOtherColumnsInStep) {
  series::SampleColumns columns;
  columns.times = {1, 2, 3, 4};
  columns.values = {1, series::StaleNan(), 3, std::numeric_limits<double>::quiet_NaN()};
  columns.start_times = {10, 20, 30, 40};
  DropStale(&columns);
  EXPECT_EQ(columns.times, (std::vector<TimestampMs>{1, 3, 4}));
  EXPECT_EQ(columns.start_times, (std::vector<TimestampMs>{10, 30, 40}));
  EXPECT_EQ(columns.values.size(), 3u);
}

}  // namespace
}  // namespace aion::promql
