#include "promclient/reloader.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/compression.h"

namespace aion::promclient {
namespace {

namespace fs = std::filesystem;

class FakeTrigger : public ReloadTrigger {
 public:
  struct State {
    std::atomic<int> calls{0};
    std::atomic<int> failures_left{0};
  };
  explicit FakeTrigger(State* state) : state_(state) {}
  Status Trigger(const CancelToken&) override {
    ++state_->calls;
    if (state_->failures_left > 0) {
      --state_->failures_left;
      return UnavailableError("not there yet");
    }
    return OkStatus();
  }
  std::string_view Method() const override { return "http"; }

 private:
  State* const state_;
};

class ReloaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + "reloader_" + std::to_string(getpid()) + "_" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
    fs::create_directories(directory_ + "/rules");
    options_.watch_interval = std::chrono::milliseconds(60'000);
    options_.retry_interval = std::chrono::milliseconds(5);
    options_.env_lookup = [](std::string_view name) -> std::optional<std::string> {
      if (name == "NAME") return "x";
      return std::nullopt;
    };
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(Path(name)) << text;
  }
  std::string Content(const std::string& name) const {
    return ReadFile(Env::Posix(), Path(name)).value();
  }
  std::unique_ptr<Reloader> Make() {
    return std::make_unique<Reloader>(options_, std::make_unique<FakeTrigger>(&trigger_),
                                      telemetry::Logger(), registry_.WithPrefix("thanos_sidecar_"));
  }
  bool Exposes(const std::string& line) const {
    return registry_.Expose(telemetry::ExpositionFormat::kText).find(line + "\n") !=
           std::string::npos;
  }
  template <typename Ready>
  static bool Eventually(Ready ready) {
    for (int i = 0; i < 400; ++i) {
      if (ready()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
  }

  std::string directory_;
  ReloaderOptions options_;
  FakeTrigger::State trigger_;
  telemetry::Registry registry_;
};

TEST_F(ReloaderTest, WritesTheExpandedConfigAndReloadsOnlyOnChange) {
  options_.config_file = Path("in.yaml");
  options_.config_output_file = Path("out.yaml");
  Write("in.yaml", "replica: $(NAME)");
  auto reloader = Make();
  ASSERT_TRUE(reloader->Apply({}).ok());
  EXPECT_EQ(Content("out.yaml"), "replica: x");
  EXPECT_EQ(trigger_.calls, 1);
  ASSERT_TRUE(reloader->Apply({}).ok());
  Write("in.yaml", "replica: $(NAME)");
  ASSERT_TRUE(reloader->Apply({}).ok());
  EXPECT_EQ(trigger_.calls, 1);
  Write("in.yaml", "other: $(NAME)");
  ASSERT_TRUE(reloader->Apply({}).ok());
  EXPECT_EQ(trigger_.calls, 2);
  EXPECT_EQ(Content("out.yaml"), "other: x");
  EXPECT_FALSE(fs::exists(Path("out.yaml.tmp")));
  EXPECT_TRUE(Exposes("thanos_sidecar_reloader_reloads_total 2"));
  EXPECT_TRUE(Exposes("thanos_sidecar_reloader_last_reload_successful 1"));
  EXPECT_TRUE(Exposes("thanos_sidecar_reloader_info{method=\"http\"} 1"));
}

TEST_F(ReloaderTest, UnpacksGzip) {
  options_.config_file = Path("in.yaml.gz");
  options_.config_output_file = Path("out.yaml");
  Write("in.yaml.gz", GzipCompress("replica: $(NAME)"));
  ASSERT_TRUE(Make()->Apply({}).ok());
  EXPECT_EQ(Content("out.yaml"), "replica: x");
}

TEST_F(ReloaderTest, AnUnsetVariableWritesNothing) {
  options_.config_file = Path("in.yaml");
  options_.config_output_file = Path("out.yaml");
  Write("in.yaml", "a: $(NOT_SET)");
  EXPECT_FALSE(Make()->Apply({}).ok());
  EXPECT_FALSE(fs::exists(Path("out.yaml")));
  EXPECT_EQ(trigger_.calls, 0);
  EXPECT_FALSE(Make()->Run({}).ok());
  options_.tolerate_unset_variables = true;
  ASSERT_TRUE(Make()->Apply({}).ok());
  EXPECT_EQ(Content("out.yaml"), "a: $(NOT_SET)");
}

TEST_F(ReloaderTest, RetriesTheTrigger) {
  options_.config_file = Path("in.yaml");
  Write("in.yaml", "a");
  trigger_.failures_left = 2;
  auto reloader = Make();
  ASSERT_TRUE(reloader->Apply({}).ok());
  EXPECT_EQ(trigger_.calls, 3);
  EXPECT_TRUE(Exposes("thanos_sidecar_reloader_reloads_failed_total 2"));
  // One that never worked is tried again at the next look although nothing changed.
  Write("in.yaml", "b");
  trigger_.failures_left = 1'000'000;
  CancelSource limit(CancelToken::Clock::now() + std::chrono::milliseconds(20));
  ASSERT_TRUE(reloader->Apply(limit.Token()).ok());
  trigger_.failures_left = 0;
  const int before = trigger_.calls;
  ASSERT_TRUE(reloader->Apply({}).ok());
  EXPECT_EQ(trigger_.calls, before + 1);
}

TEST_F(ReloaderTest, FollowsConfigMapSwapsAndIgnoresLoops) {
  // The layout of a Kubernetes ConfigMap: files are links through ..data, which is swapped.
  fs::create_directories(Path("rules/..v1"));
  fs::create_directories(Path("rules/..v2"));
  Write("rules/..v1/a.yaml", "one");
  Write("rules/..v2/a.yaml", "two");
  fs::create_symlink("..v1", Path("rules/..data"));
  fs::create_symlink("..data/a.yaml", Path("rules/a.yaml"));
  fs::create_directory_symlink(Path("rules"), Path("rules/loop"));
  fs::create_directory_symlink(Path("rules"), Path("linked"));
  options_.watched_directories = {Path("linked")};
  auto reloader = Make();
  ASSERT_TRUE(reloader->Apply({}).ok());
  ASSERT_TRUE(reloader->Apply({}).ok());
  EXPECT_EQ(trigger_.calls, 1);
  fs::create_symlink("..v2", Path("rules/..tmp"));
  fs::rename(Path("rules/..tmp"), Path("rules/..data"));
  ASSERT_TRUE(reloader->Apply({}).ok());
  EXPECT_EQ(trigger_.calls, 2);
  options_.watched_directories = {Path("missing")};
  EXPECT_FALSE(Make()->Apply({}).ok());
}

TEST_F(ReloaderTest, ZeroIntervalAppliesOnceAndTriggersNothing) {
  options_.config_file = Path("in.yaml");
  options_.config_output_file = Path("out.yaml");
  options_.watch_interval = std::chrono::milliseconds(0);
  Write("in.yaml", "a: $(NAME)");
  CancelSource stop;
  auto reloader = Make();
  std::thread thread([&] { EXPECT_TRUE(reloader->Run(stop.Token()).ok()); });
  EXPECT_TRUE(Eventually([&] { return fs::exists(Path("out.yaml")); }));
  stop.Cancel();
  thread.join();
  EXPECT_EQ(trigger_.calls, 0);
}

TEST_F(ReloaderTest, WakesOnChanges) {
  options_.config_file = Path("in.yaml");
  options_.config_output_file = Path("out.yaml");
  options_.watched_directories = {Path("rules")};
  Write("in.yaml", "a");
  CancelSource stop;
  auto reloader = Make();
  std::thread thread([&] { EXPECT_TRUE(reloader->Run(stop.Token()).ok()); });
  EXPECT_TRUE(Eventually([&] { return trigger_.calls == 1; }));
  Write("rules/r.yaml", "groups: []");
  EXPECT_TRUE(Eventually([&] { return trigger_.calls >= 2; }));
  Write("in.yaml", "b");
  EXPECT_TRUE(Eventually([&] { return Content("out.yaml") == "b"; }));
  stop.Cancel();
  thread.join();
}

TEST(FindProcess, FindsByNameOrExecutable) {
  const std::string proc = ::testing::TempDir() + "proc_" + std::to_string(getpid());
  fs::create_directories(proc + "/200");
  fs::create_directories(proc + "/100");
  fs::create_directories(proc + "/self");
  std::ofstream(proc + "/200/comm") << "prometheus\n";
  std::ofstream(proc + "/100/comm") << "main\n";
  EXPECT_EQ(*FindProcess(proc, "prometheus"), 200);
  fs::create_symlink("/bin/prometheus", proc + "/100/exe");
  EXPECT_EQ(*FindProcess(proc, "prometheus"), 100);
  const auto missing = FindProcess(proc, "alertmanager");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.status().message(), "failed to find process matching \"alertmanager\"");
  fs::remove_all(proc);
}

}  // namespace
}  // namespace aion::promclient
