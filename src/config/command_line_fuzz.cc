// Any arguments, one a line: parsing ends with a decision, and values that were taken can be read.
#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"
#include "config/command_line.h"

namespace aion::config {
namespace {

constexpr FlagSpec kFlags[] = {
    {.name = "b", .kind = FlagKind::kBool, .help = "B.", .short_name = 'b'},
    {.name = "s", .kind = FlagKind::kString, .help = "S.", .default_value = "", .short_name = 's'},
    {.name = "i", .kind = FlagKind::kInt, .help = "I."},
    {.name = "u", .kind = FlagKind::kUint, .help = "U."},
    {.name = "f",
     .kind = FlagKind::kFloat,
     .help = "F.",
     .default_value = "1\n2",
     .repeatable = true},
    {.name = "d", .kind = FlagKind::kDuration, .help = "D."},
    {.name = "m", .kind = FlagKind::kModelDuration, .help = "M."},
    {.name = "z", .kind = FlagKind::kBytes, .help = "Z."},
    {.name = "e", .kind = FlagKind::kEnum, .help = "E.", .enum_values = "x,y,"},
    {.name = "t", .kind = FlagKind::kTimeOrDuration, .help = "T."},
    {.name = "p", .kind = FlagKind::kEndpoint, .help = "P.", .repeatable = true},
    {.name = "l", .kind = FlagKind::kUrl, .help = "L."},
};
constexpr CommandSpec kCommands[] = {{"run", "Runs.", kFlags}, {"tools ls", "Lists.", kFlags}};
constexpr ProgramSpec kProgram{"aion", "Fuzzed.", "v", {}, kCommands};

/// No file is there: `@name` must not read what the machine has.
class EmptyEnv : public Env {
 public:
  StatusOr<std::unique_ptr<RandomFile>> OpenRandom(const std::string&) override { return None(); }
  StatusOr<std::unique_ptr<WritableFile>> OpenWritable(const std::string&) override {
    return None();
  }
  StatusOr<FileInfo> Stat(const std::string&) override { return None(); }
  StatusOr<std::vector<std::string>> List(const std::string&) override { return None(); }
  Status MakeDirectories(const std::string&) override { return None(); }
  Status Rename(const std::string&, const std::string&) override { return None(); }
  Status Link(const std::string&, const std::string&) override { return None(); }
  Status RemoveFile(const std::string&) override { return None(); }
  Status RemoveAll(const std::string&) override { return None(); }
  Status SyncDirectory(const std::string&) override { return None(); }

 private:
  static Status None() { return NotFoundError("no files"); }
};

void ReadAll(const FlagValues& values) {
  (void)values.Bool("b");
  (void)values.Int("i");
  (void)values.Uint("u");
  (void)values.Floats("f");
  (void)values.Duration("d");
  (void)values.Duration("m");
  (void)values.Bytes("z");
  (void)values.Time("t").At(0);
  (void)values.Printed();
}

}  // namespace
}  // namespace aion::config

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace aion::config;  // NOLINT
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> args;
  while (!text.empty()) {
    const size_t newline = std::min(text.find('\n'), text.size());
    args.push_back(text.substr(0, newline));
    text.remove_prefix(std::min(newline + 1, text.size()));
  }
  EmptyEnv env;
  const CommandLine line =
      ParseCommandLine(kProgram, {.args = args,
                                  .program = "aion",
                                  .env_variable = [](std::string_view) { return std::nullopt; },
                                  .files = &env});
  CHECK((line.action == CommandLine::Action::kRun) == line.values.has_value());
  if (line.values) ReadAll(*line.values);
  return 0;
}
