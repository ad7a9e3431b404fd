#include "telemetry/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>

#include "base/env.h"

namespace aion::telemetry {
namespace {

/// What /proc says about this process, read together and kept for a moment, as one page asks for
/// all.
class ProcessState {
 public:
  struct Values {
    double cpu_seconds = 0, threads = 0, start_seconds = 0, virtual_bytes = 0, resident_bytes = 0;
    double anonymous_bytes = 0, stack_bytes = 0, faulted_bytes = 0, open_fds = 0, max_fds = 0;
    double virtual_max_bytes = 0, received_bytes = 0, sent_bytes = 0;
  };

  Values Read() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (!fresh_until_ || now > *fresh_until_) {
      Refresh();
      fresh_until_ = now + std::chrono::milliseconds(100);
    }
    return values_;
  }

 private:
  void Refresh() {
    ReadStat();
    ReadStatus();
    values_.open_fds = CountOpenFiles();
    rlimit limit;
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
      values_.max_fds = static_cast<double>(limit.rlim_cur);
    }
    if (::getrlimit(RLIMIT_AS, &limit) == 0) {
      values_.virtual_max_bytes = static_cast<double>(limit.rlim_cur);
    }
    ReadNetwork();
  }

  void ReadStat() {
    const auto text = ReadFile(Env::Posix(), "/proc/self/stat");
    if (!text.ok()) return;
    // The name in parentheses may hold anything: the numbers start behind the last one. Field 3,
    // the state, is the first of them.
    const size_t name_end = text->rfind(')');
    if (name_end == std::string::npos) return;
    std::array<double, 22> field{};
    const char* at = text->c_str() + name_end + 3;
    for (double& value : field) {
      char* end = nullptr;
      value = std::strtod(at + 1, &end);
      if (end == at + 1) return;
      at = end;
    }
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    const auto of = [&](size_t number) { return field[number - 4]; };  // Numbered as proc(5) does.
    values_.faulted_bytes = of(10) * page;
    values_.cpu_seconds = (of(14) + of(15)) / ticks;
    values_.threads = of(20);
    values_.start_seconds = BootSeconds() + of(22) / ticks;
    values_.virtual_bytes = of(23);
    values_.resident_bytes = of(24) * page;
  }

  void ReadStatus() {
    const auto text = ReadFile(Env::Posix(), "/proc/self/status");
    if (!text.ok()) return;
    const auto kilobytes = [&](std::string_view name) {
      const size_t at = text->find(name);
      return at == std::string::npos
                 ? 0
                 : 1024 * std::strtod(text->c_str() + at + name.size(), nullptr);
    };
    values_.anonymous_bytes = kilobytes("\nRssAnon:");
    values_.stack_bytes = kilobytes("\nVmStk:");
  }

  /// Two lines of names and values: "IpExt: InNoRoutes … InOctets OutOctets …".
  void ReadNetwork() {
    const auto text = ReadFile(Env::Posix(), "/proc/self/net/netstat");
    const size_t names_at = text.ok() ? text->find("IpExt:") : std::string::npos;
    if (names_at == std::string::npos) return;
    const size_t values_at = text->find("IpExt:", names_at + 1);
    if (values_at == std::string::npos) return;
    std::istringstream names(text->substr(names_at, values_at - names_at));
    std::istringstream values(text->substr(values_at));
    std::string name, value;
    while (names >> name && values >> value) {
      if (name == "InOctets") values_.received_bytes = std::strtod(value.c_str(), nullptr);
      if (name == "OutOctets") values_.sent_bytes = std::strtod(value.c_str(), nullptr);
    }
  }

  static double BootSeconds() {
    const auto text = ReadFile(Env::Posix(), "/proc/stat");
    const size_t at = text.ok() ? text->find("\nbtime ") : std::string::npos;
    return at == std::string::npos ? 0 : std::strtod(text->c_str() + at + 7, nullptr);
  }

  static double CountOpenFiles() {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
    if (directory == nullptr) return 0;
    double count = -3;  // ".", ".." and the directory itself.
    while (::readdir(directory.get()) != nullptr) ++count;
    return count;
  }

  std::mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> fresh_until_;
  Values values_;
};

struct Row {
  MetricType type;
  std::string_view name;
  std::string_view help;
  double ProcessState::Values::* value;
};

using Values = ProcessState::Values;
constexpr MetricType kCounter = MetricType::kCounter;
constexpr MetricType kGauge = MetricType::kGauge;

// Compat: the go_* names are what the field's dashboards draw; here they show the nearest thing
// this process has (threads for goroutines, anonymous memory for the heap, faulted pages for
// allocation).
constexpr Row kRows[] = {
    {kCounter, "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
     &Values::cpu_seconds},
    {kGauge, "process_open_fds", "Number of open file descriptors.", &Values::open_fds},
    {kGauge, "process_max_fds", "Maximum number of open file descriptors.", &Values::max_fds},
    {kGauge, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
     &Values::virtual_bytes},
    {kGauge, "process_virtual_memory_max_bytes",
     "Maximum amount of virtual memory available in bytes.", &Values::virtual_max_bytes},
    {kCounter, "process_network_receive_bytes_total",
     "Number of bytes received by the process over the network.", &Values::received_bytes},
    {kCounter, "process_network_transmit_bytes_total",
     "Number of bytes sent by the process over the network.", &Values::sent_bytes},
    {kGauge, "process_resident_memory_bytes", "Resident memory size in bytes.",
     &Values::resident_bytes},
    {kGauge, "process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
     &Values::start_seconds},
    {kGauge, "go_goroutines", "Threads of the process.", &Values::threads},
    {kGauge, "go_threads", "Threads of the process.", &Values::threads},
    {kGauge, "go_memstats_alloc_bytes", "Anonymous memory in use.", &Values::anonymous_bytes},
    {kCounter, "go_memstats_alloc_bytes_total", "Memory brought in by page faults.",
     &Values::faulted_bytes},
    {kGauge, "go_memstats_heap_alloc_bytes", "Anonymous memory in use.", &Values::anonymous_bytes},
    {kGauge, "go_memstats_heap_inuse_bytes", "Anonymous memory in use.", &Values::anonymous_bytes},
    {kGauge, "go_memstats_stack_inuse_bytes", "Stack of the main thread.", &Values::stack_bytes},
};

}  // namespace

std::vector<CollectorHandle> AddProcessMetrics(const Registry& registry, const BuildInfo& build) {
  const auto state = std::make_shared<ProcessState>();
  std::vector<CollectorHandle> handles;
  for (const Row& row : kRows) {
    handles.push_back(registry.AddCallback(
        row.type, row.name, row.help, [state, value = row.value] { return state->Read().*value; }));
  }
  handles.push_back(registry.AddCollector(MetricType::kSummary, "go_gc_duration_seconds",
                                          "Pauses of a garbage collector: there is none here.",
                                          {"quantile"}, [](const Registry::Emit& emit) {
                                            for (std::string_view quantile :
                                                 {"0", "0.25", "0.5", "0.75", "1"}) {
                                              emit(std::span(&quantile, 1), 0);
                                            }
                                          }));
  registry
      .AddGaugeFamily("thanos_build_info",
                      "A metric with a constant '1' value labeled by what was built.",
                      {"branch", "goarch", "goos", "goversion", "revision", "tags", "version"})
      .With({build.branch, "amd64", "linux", "c++20", build.revision, "", build.version})
      .Set(1);
  return handles;
}

}  // namespace aion::telemetry
