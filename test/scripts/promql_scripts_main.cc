// promql_scripts [--floor FILE] [--threads N] [--early-names] PATH…: runs PromQL test scripts
// (files, or all *.test files of folders).
//
// --early-names: metric names go where an operator drops them, rather than at the end of the query.
//
// Prints failures as file:line, a row a file, and last `N passed, M failed`. Fails when a command
// fails. With --floor the file holds the number that must pass: fewer fail the run, failures above
// it do not, and a higher count asks for the floor to be raised.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "promql/engine.h"
#include "runtime/thread_pool.h"
#include "testing/promql_script_runner.h"

namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::vector<fs::path> paths;
  std::string floor_file;
  size_t threads = 0;
  bool early_names = false;
};

Arguments ParseArguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--floor" && i + 1 < argc) {
      arguments.floor_file = argv[++i];
    } else if (argument == "--threads" && i + 1 < argc) {
      arguments.threads = static_cast<size_t>(std::atoi(argv[++i]));
    } else if (argument == "--early-names") {
      arguments.early_names = true;
    } else {
      arguments.paths.emplace_back(argument);
    }
  }
  return arguments;
}

std::vector<fs::path> ScriptFiles(const std::vector<fs::path>& paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.path().extension() == ".test") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int CheckFloor(const std::string& floor_file, size_t passed) {
  const size_t floor = std::strtoull(ReadFile(floor_file).c_str(), nullptr, 10);
  if (passed < floor) {
    fmt::print("below the floor of {}: {} passed\n", floor, passed);
    return 1;
  }
  if (passed > floor)
    fmt::print("above the floor of {}: raise it to {} in {}\n", floor, passed, floor_file);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = ParseArguments(argc, argv);
  const bool absent =
      std::ranges::any_of(arguments.paths, [](const fs::path& path) { return !fs::exists(path); });
  if (arguments.paths.empty() || absent) {
    fmt::print("SKIPPED: no scripts at {}\n",
               arguments.paths.empty() ? "(no path given)" : arguments.paths.back().string());
    return arguments.paths.empty() ? 2 : 77;
  }
  std::unique_ptr<aion::runtime::ThreadPool> pool;
  aion::promql::EngineOptions options = aion::testing::ScriptEngineOptions();
  options.delayed_name_removal = !arguments.early_names;
  if (arguments.threads > 0) {
    pool = std::make_unique<aion::runtime::ThreadPool>(arguments.threads);
    options.pool = pool.get();
  }
  const aion::promql::Engine engine(options);
  size_t passed = 0, failed = 0;
  for (const fs::path& file : ScriptFiles(arguments.paths)) {
    const aion::testing::ScriptOutcome outcome =
        aion::testing::RunPromqlScript(ReadFile(file), engine);
    for (const std::string& failure : outcome.failures)
      fmt::print("{}: {}\n", file.string(), failure);
    fmt::print("{:<40} {:>5} passed {:>5} failed\n", file.filename().string(), outcome.passed,
               outcome.failures.size());
    passed += outcome.passed;
    failed += outcome.failures.size();
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  if (!arguments.floor_file.empty()) return CheckFloor(arguments.floor_file, passed);
  return failed == 0 ? 0 : 1;
}
