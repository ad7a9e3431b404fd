#include "runtime/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>

namespace aion::runtime {
namespace {

TEST(ThreadPool, RunsWhatIsSubmittedBeforeItEnds) {
  std::atomic<int> runs{0};
  {
    ThreadPool pool(3);
    for (int i = 0; i < 100; ++i) pool.Submit([&] { ++runs; });
  }
  EXPECT_EQ(runs, 100);
  EXPECT_GE(ThreadPool::CoreCount(), 1u);
}

TEST(ThreadPool, TasksMayOwnWhatCannotBeCopied) {
  std::atomic<int> sum{0};
  {
    ThreadPool pool(1);
    auto number = std::make_unique<int>(7);
    pool.Submit([&sum, number = std::move(number)] { sum += *number; });
  }
  EXPECT_EQ(sum, 7);
}

TEST(TaskGroup, WaitsForAllAndMayBeUsedAgain) {
  ThreadPool pool(2);
  TaskGroup group(&pool);
  std::atomic<int> runs{0};
  for (int round = 1; round <= 3; ++round) {
    for (int i = 0; i < 50; ++i) group.Run([&] { ++runs; });
    group.Wait();
    EXPECT_EQ(runs, 50 * round);
  }
}

TEST(TaskGroup, TasksMayAddTasks) {
  ThreadPool pool(2);
  TaskGroup group(&pool);
  std::atomic<int> runs{0};
  const std::function<void(int)> grow = [&](int depth) {
    ++runs;
    if (depth == 0) return;
    group.Run([&grow, depth] { grow(depth - 1); });
    group.Run([&grow, depth] { grow(depth - 1); });
  };
  group.Run([&] { grow(6); });
  group.Wait();
  EXPECT_EQ(runs, 127);
}

TEST(TaskGroup, WithoutAPoolTheWaiterWorks) {
  ThreadPool empty(0);
  for (ThreadPool* pool : {static_cast<ThreadPool*>(nullptr), &empty}) {
    TaskGroup group(pool);
    const auto caller = std::this_thread::get_id();
    int runs = 0;
    group.Run([&] { runs += std::this_thread::get_id() == caller ? 1 : 0; });
    group.Wait();
    EXPECT_EQ(runs, 1);
  }
}

TEST(TaskGroup, NestedGroupsOnOneThreadDoNotStarve) {
  ThreadPool pool(1);
  std::atomic<int> runs{0};
  TaskGroup outer(&pool);
  for (int i = 0; i < 20; ++i) {
    outer.Run([&] {
      TaskGroup inner(&pool);
      for (int n = 0; n < 20; ++n) {
        inner.Run([&] { ParallelFor(&pool, 5, [&](size_t) { ++runs; }); });
      }
      inner.Wait();
    });
  }
  outer.Wait();
  EXPECT_EQ(runs, 2000);
}

TEST(ParallelFor, CallsEveryIndexOnce) {
  ThreadPool pool(3);
  for (size_t count : {0u, 1u, 2u, 3u, 1000u}) {
    std::vector<std::atomic<int>> calls(count);
    ParallelFor(&pool, count, [&](size_t i) { ++calls[i]; });
    for (const auto& n : calls) EXPECT_EQ(n, 1);
  }
  std::vector<size_t> order;
  ParallelFor(nullptr, 4, [&](size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<size_t>{0, 1, 2, 3}));
}

TEST(ParallelTry, ReportsTheLowestFailure) {
  ThreadPool pool(3);
  for (int round = 0; round < 50; ++round) {
    const Status status = ParallelTry(&pool, 100, [&](size_t i) -> Status {
      if (i % 10 == 7) return InternalError("at " + std::to_string(i));
      return OkStatus();
    });
    EXPECT_EQ(status.message(), "at 7");
  }
  EXPECT_TRUE(ParallelTry(&pool, 100, [](size_t) { return OkStatus(); }).ok());
  EXPECT_TRUE(ParallelTry(&pool, 0, [](size_t) { return InternalError("never"); }).ok());
}

}  // namespace
}  // namespace aion::runtime
