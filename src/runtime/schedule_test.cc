#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>
#include <vector>

#include "runtime/backoff.h"
#include "runtime/periodic.h"
#include "runtime/run_group.h"

namespace aion::runtime {
namespace {

using std::chrono::milliseconds;

TEST(RunGroup, TheFirstToEndStopsAllInReverse) {
  RunGroup group;
  std::vector<std::string> interrupted;
  std::binary_semaphore stop_server(0), stop_loop(0);
  group.Add(
      "server",
      [&] {
        stop_server.acquire();
        return CancelledError("server stopped");
      },
      [&](const Status& status) {
        EXPECT_EQ(status.message(), "signal");
        interrupted.push_back("server");
        stop_server.release();
      });
  group.Add(
      "signal", [] { return InternalError("signal"); },
      [&](const Status&) { interrupted.push_back("signal"); });
  group.Add(
      "loop",
      [&] {
        stop_loop.acquire();
        return OkStatus();
      },
      [&](const Status&) {
        interrupted.push_back("loop");
        stop_loop.release();
      });
  EXPECT_EQ(group.Run().message(), "signal");
  EXPECT_EQ(interrupted, (std::vector<std::string>{"loop", "signal", "server"}));
  EXPECT_TRUE(RunGroup().Run().ok());
}

TEST(Backoff, GrowsToItsCeilingWithinTheJitter) {
  Backoff exact(
      {.initial = milliseconds(100), .ceiling = milliseconds(350), .factor = 2, .jitter = 0},
      Random(1));
  for (int64_t wait : {100, 200, 350, 350}) EXPECT_EQ(exact.Next().count(), wait);
  exact.Reset();
  EXPECT_EQ(exact.Next().count(), 100);
  Backoff random({.initial = milliseconds(1000), .ceiling = milliseconds(1000), .jitter = 0.5},
                 Random(1));
  for (int i = 0; i < 100; ++i) {
    const int64_t wait = random.Next().count();
    EXPECT_TRUE(wait >= 500 && wait <= 1000) << wait;
  }
}

TEST(Retry, TriesUntilItWorksOrCannot) {
  const BackoffPolicy fast{.initial = milliseconds(1), .ceiling = milliseconds(1)};
  int attempts = 0;
  const auto works_third = [&] { return ++attempts < 3 ? UnavailableError("down") : OkStatus(); };
  EXPECT_TRUE(Retry(fast, CancelToken(), works_third).ok());
  EXPECT_EQ(attempts, 3);

  attempts = 0;
  const auto never = [&] {
    ++attempts;
    return InvalidArgumentError("no");
  };
  EXPECT_EQ(Retry(fast, CancelToken(), never).message(), "no");
  EXPECT_EQ(attempts, 1);

  attempts = 0;
  BackoffPolicy limited = fast;
  limited.attempts_max = 4;
  const auto down = [&] {
    ++attempts;
    return UnavailableError("down");
  };
  EXPECT_EQ(Retry(limited, CancelToken(), down).message(), "down");
  EXPECT_EQ(attempts, 4);

  CancelSource source;
  const BackoffPolicy slow{.initial = std::chrono::hours(1), .ceiling = std::chrono::hours(1)};
  const auto cancel_then_fail = [&] {
    source.Cancel();
    return UnavailableError("down");
  };
  EXPECT_EQ(Retry(slow, source.Token(), cancel_then_fail).message(), "down");
  EXPECT_EQ(Retry(slow, source.Token(), down).code(), StatusCode::kCancelled);
}

TEST(SleepFor, EndsWithTheRequest) {
  EXPECT_TRUE(SleepFor(milliseconds(1), CancelToken()).ok());
  CancelSource source;
  std::thread canceller([&] { source.Cancel(); });
  EXPECT_EQ(SleepFor(std::chrono::hours(1), source.Token()).code(), StatusCode::kCancelled);
  canceller.join();
}

TEST(Periodic, CallsAtOnceOnWakeAndAtIntervals) {
  std::counting_semaphore<100> called(0);
  {
    Periodic loop({.name = "test", .interval = milliseconds(0)},
                  [&](const CancelToken&) { called.release(); });
    called.acquire();
    EXPECT_FALSE(called.try_acquire());
    loop.Wake();
    called.acquire();
  }
  EXPECT_FALSE(called.try_acquire());
  Periodic loop({.name = "test", .interval = milliseconds(1)}, [&](const CancelToken&) {
    if (called.try_acquire()) return;
    called.release();
  });
  called.acquire();
  called.acquire();
  loop.Stop();
  loop.Stop();
}

TEST(Periodic, StopReachesARunningCallAndAWaitingLoop) {
  std::binary_semaphore started(0);
  {
    Periodic loop({.interval = std::chrono::hours(1)}, [&](const CancelToken& cancel) {
      started.release();
      EXPECT_EQ(SleepFor(std::chrono::hours(1), cancel).code(), StatusCode::kCancelled);
    });
    started.acquire();
  }
  std::atomic<int> calls{0};
  {
    Periodic idle({.interval = std::chrono::hours(1), .call_at_start = false},
                  [&](const CancelToken&) { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace aion::runtime
