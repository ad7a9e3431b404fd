#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "runtime/bounded_queue.h"
#include "runtime/gate.h"

namespace aion::runtime {
namespace {

TEST(BoundedQueue, KeepsOrderAndEnds) {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  std::thread producer([&] {
    for (int i = 0; i < 500; ++i)
      ASSERT_TRUE(queue.Push(std::make_unique<int>(i), CancelToken()).ok());
    queue.Close();
  });
  for (int i = 0; i < 500; ++i) {
    auto item = queue.Pop(CancelToken());
    ASSERT_TRUE(item.ok());
    ASSERT_TRUE(item->has_value());
    EXPECT_EQ(***item, i);
  }
  EXPECT_FALSE(queue.Pop(CancelToken())->has_value());
  EXPECT_FALSE(queue.Pop(CancelToken())->has_value());
  producer.join();
}

TEST(BoundedQueue, ErrorComesAfterTheItemsBeforeIt) {
  BoundedQueue<int> queue(4);
  ASSERT_TRUE(queue.Push(1, CancelToken()).ok());
  queue.Close(UnavailableError("store went away"));
  queue.Close(InternalError("too late to matter"));
  EXPECT_EQ(**queue.Pop(CancelToken()), 1);
  EXPECT_EQ(queue.Pop(CancelToken()).status().message(), "store went away");
  EXPECT_EQ(queue.Push(2, CancelToken()).code(), StatusCode::kCancelled);
}

TEST(BoundedQueue, HoldsItsCapacityByCost) {
  BoundedQueue<int> queue(10);
  int item = 1;
  EXPECT_TRUE(queue.TryPush(item, 100));  // Alone, even what is too large passes.
  EXPECT_FALSE(queue.TryPush(item, 1));
  EXPECT_EQ(*queue.TryPop(), 1);
  EXPECT_TRUE(queue.TryPush(item, 6));
  EXPECT_FALSE(queue.TryPush(item, 5));
  EXPECT_TRUE(queue.TryPush(item, 4));
  EXPECT_EQ(queue.size(), 2u);
}

TEST(BoundedQueue, AbandonFreesAWaitingProducer) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.Push(1, CancelToken()).ok());
  std::thread consumer([&] { queue.Abandon(); });
  EXPECT_EQ(queue.Push(2, CancelToken()).code(), StatusCode::kCancelled);
  consumer.join();
  EXPECT_EQ(queue.size(), 0u);
}

TEST(BoundedQueue, WaitsEndWithTheRequest) {
  BoundedQueue<int> queue(1);
  CancelSource source;
  std::thread canceller([&] { source.Cancel(); });
  EXPECT_EQ(queue.Pop(source.Token()).status().code(), StatusCode::kCancelled);
  canceller.join();
  ASSERT_TRUE(queue.Push(1, CancelToken()).ok());
  EXPECT_EQ(queue.Push(2, source.Token()).code(), StatusCode::kCancelled);
  const CancelSource soon(CancelToken::Clock::now() + std::chrono::milliseconds(5));
  EXPECT_EQ(queue.Push(3, soon.Token()).code(), StatusCode::kDeadlineExceeded);
  // What is there is taken even by a request that has ended.
  EXPECT_EQ(**queue.Pop(source.Token()), 1);
}

TEST(BoundedQueue, ManyOnBothSides) {
  BoundedQueue<int> queue(8);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> producers, consumers;
  for (int p = 0; p < 4; ++p) {
    producers.emplace_back([&] {
      for (int i = 1; i <= 1000; ++i) ASSERT_TRUE(queue.Push(i, CancelToken()).ok());
    });
    consumers.emplace_back([&] {
      while (true) {
        const auto item = queue.Pop(CancelToken());
        if (!item->has_value()) return;
        sum += **item;
      }
    });
  }
  for (std::thread& thread : producers) thread.join();
  queue.Close();
  for (std::thread& thread : consumers) thread.join();
  EXPECT_EQ(sum, 4 * 500'500);
}

TEST(Gate, AdmitsAtMostSoMany) {
  const telemetry::Registry registry;
  Gate gate(2, registry.WithPrefix("thanos_"));
  std::atomic<int> inside{0}, most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 100; ++n) {
        auto permit = gate.Enter(CancelToken());
        ASSERT_TRUE(permit.ok());
        const int now = ++inside;
        int seen = most.load();
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --inside;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
  EXPECT_EQ(gate.InFlight(), 0u);
  const std::string text = registry.Expose(telemetry::ExpositionFormat::kText);
  EXPECT_NE(text.find("\nthanos_gate_queries_total 800\n"), std::string::npos);
  EXPECT_NE(text.find("\nthanos_gate_queries_max 2\n"), std::string::npos);
  EXPECT_NE(text.find("\nthanos_gate_queries_in_flight 0\n"), std::string::npos);
}

TEST(Gate, WaitingEndsWithTheRequestAndLosesNoPlace) {
  Gate gate(1);
  auto held = gate.Enter(CancelToken());
  ASSERT_TRUE(held.ok());
  CancelSource source;
  std::thread canceller([&] { source.Cancel(); });
  EXPECT_EQ(gate.Enter(source.Token()).status().code(), StatusCode::kCancelled);
  canceller.join();
  const CancelSource soon(CancelToken::Clock::now() + std::chrono::milliseconds(5));
  EXPECT_EQ(gate.Enter(soon.Token()).status().code(), StatusCode::kDeadlineExceeded);
  held->Release();
  held->Release();
  EXPECT_EQ(gate.InFlight(), 0u);
  EXPECT_TRUE(gate.Enter(CancelToken()).ok());
}

TEST(Gate, ZeroIsNoLimit) {
  Gate gate(0);
  std::vector<Gate::Permit> permits;
  for (int i = 0; i < 100; ++i) permits.push_back(*gate.Enter(CancelToken()));
  EXPECT_EQ(gate.InFlight(), 100u);
}

}  // namespace
}  // namespace aion::runtime
