#include "app/flags.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "base/env.h"
#include "config/command_line.h"

namespace aion::app {
namespace {

using config::CommandLine;
using config::FlagKind;
using config::FlagSpec;

struct UpstreamFlag {
  std::string command, name, kind, default_value, repeats;
};

std::vector<UpstreamFlag> UpstreamFlags() {
  const auto text = ReadFile(Env::Posix(), AION_SOURCE_DIR "/test/compat/flags.tsv");
  EXPECT_TRUE(text.ok());
  std::vector<UpstreamFlag> flags;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream fields(line);
    UpstreamFlag flag;
    std::getline(fields, flag.command, '\t');
    std::getline(fields, flag.name, '\t');
    std::getline(fields, flag.kind, '\t');
    std::getline(fields, flag.default_value, '\t');
    std::getline(fields, flag.repeats, '\t');
    flags.push_back(flag);
  }
  return flags;
}

std::string PrintedDefault(const FlagSpec& flag) {
  if (flag.default_value.data() == nullptr) return "-";
  if (flag.default_value.empty()) return "\"\"";
  std::string text(flag.default_value);
  for (char& c : text) c = c == '\n' ? ',' : c;
  return text;
}

CommandLine Parse(std::vector<std::string_view> args) {
  return ParseCommandLine(Program("aion"), {.args = args, .program = "aion"});
}

TEST(Flags, VisibleOnesAreUpstreamsInUpstreamsOrder) {
  std::map<std::string, std::vector<UpstreamFlag>> commands;
  for (UpstreamFlag& flag : UpstreamFlags()) commands[flag.command].push_back(std::move(flag));
  ASSERT_EQ(commands.size(), 3u);
  for (const auto& component : Components()) {
    if (component.name == "all") continue;
    std::vector<const FlagSpec*> ours;
    for (const auto& table : {GlobalFlags(), component.flags}) {
      for (const FlagSpec& flag : table) {
        if (!flag.hidden) ours.push_back(&flag);
      }
    }
    const auto& theirs = commands[std::string(component.name)];
    ASSERT_EQ(ours.size(), theirs.size()) << component.name;
    for (size_t i = 0; i < ours.size(); ++i) {
      const std::string where = std::string(component.name) + " --" + theirs[i].name;
      EXPECT_EQ(ours[i]->name, theirs[i].name) << where;
      EXPECT_EQ(ours[i]->kind == FlagKind::kBool, theirs[i].kind == "bool") << where;
      EXPECT_EQ(PrintedDefault(*ours[i]), theirs[i].default_value) << where;
      EXPECT_EQ(ours[i]->repeatable, theirs[i].repeats == "repeats") << where;
    }
  }
}

TEST(Flags, TablesAreSound) {
  for (const auto& component : Components()) {
    std::set<std::string_view> names;
    for (const auto& table : {config::ProgramSpec(Program("")).flags, component.flags}) {
      for (const FlagSpec& flag : table) {
        const std::string where = std::string(component.name) + " --" + std::string(flag.name);
        EXPECT_TRUE(names.insert(flag.name).second) << where;
        EXPECT_FALSE(flag.help.empty()) << where;
        EXPECT_EQ(flag.kind == FlagKind::kEnum, !flag.enum_values.empty()) << where;
        EXPECT_FALSE(flag.required && flag.default_value.data() != nullptr) << where;
        if (flag.default_value.data() == nullptr) continue;
        std::istringstream defaults{std::string(flag.default_value)};
        for (std::string value; std::getline(defaults, value);) {
          EXPECT_TRUE(CheckFlagValue(flag, value).ok()) << where << ": " << value;
        }
      }
    }
    for (const FlagSpec& flag : component.flags) {
      if (flag.alias_of.empty()) continue;
      const auto target =
          std::find_if(component.flags.begin(), component.flags.end(),
                       [&](const FlagSpec& other) { return other.name == flag.alias_of; });
      ASSERT_NE(target, component.flags.end()) << flag.name;
      EXPECT_EQ(target->kind, flag.kind) << flag.name;
      EXPECT_EQ(target->repeatable, flag.repeatable) << flag.name;
    }
  }
}

TEST(Flags, DefaultsStartEveryComponent) {
  for (const auto& component : Components()) {
    const CommandLine line = Parse({component.name});
    ASSERT_EQ(line.action, CommandLine::Action::kRun) << line.error;
    EXPECT_TRUE(CheckFlagsInForce(*line.command, *line.values).ok());
    EXPECT_FALSE(line.values->Printed().empty());
  }
}

// Command lines that people run.
TEST(Flags, KnownDeploymentsParse) {
  const std::vector<std::vector<std::string_view>> lines = {
      {"sidecar", "--log.level=debug", "--tsdb.path=/prometheus",
       "--prometheus.url=http://127.0.0.1:9090",
       "--objstore.config={type: GCS, config: {bucket: prometheus-long-term}}",
       "--reloader.config-file=/etc/prometheus/prometheus.yaml.tmpl",
       "--reloader.config-envsubst-file=/etc/prometheus-shared/prometheus.yaml",
       "--reloader.rule-dir=/etc/prometheus/rules/"},
      {"query", "--log.level=debug", "--query.replica-label=replica",
       "--store=dnssrv+thanos-store-gateway:10901"},
      {"query", "--store=dnssrv+_clusterA._tcp.envoy", "--rule=dnssrv+_clusterA._tcp.envoy",
       "--rule=dnssrv+_grpc._tcp.thanos-sidecar-grpc.platform.svc.cluster.local"},
      {"store", "--log.level=debug", "--data-dir=/data",
       "--objstore.config={type: GCS, config: {bucket: prometheus-long-term}}",
       "--index-cache-size=500MB", "--chunk-pool-size=500MB"},
      {"query", "--log.level=info", "--log.format=logfmt", "--grpc-address=0.0.0.0:10901",
       "--http-address=0.0.0.0:10902", "--query.replica-label=replica",
       "--endpoint=dnssrv+_grpc._tcp.store"},
      {"all", "--objstore.config-file=bucket.yml", "--data-dir=/data", "--endpoint=sidecar:10901",
       "--query.replica-label=replica", "--http-address=127.0.0.1:0", "--grpc-address=127.0.0.1:0"},
  };
  for (const auto& args : lines) {
    const CommandLine line = Parse(args);
    ASSERT_EQ(line.action, CommandLine::Action::kRun) << line.error;
    EXPECT_TRUE(CheckFlagsInForce(*line.command, *line.values).ok());
  }
  const CommandLine old =
      Parse({"query", "--store=a:1", "--rule=b:1", "--endpoint=c:1", "--store-strict=d:1"});
  EXPECT_EQ(old.values->Strings("endpoint"), (std::vector<std::string>{"a:1", "b:1", "c:1"}));
  EXPECT_EQ(old.values->Strings("endpoint-strict"), (std::vector<std::string>{"d:1"}));
  EXPECT_EQ(old.warnings.size(), 3u);
}

TEST(Flags, WhatIsNotInForceIsSaid) {
  const CommandLine line = Parse({"store", "--grpc-server-tls-cert=x", "--http.config=web.yml"});
  const Status status = CheckFlagsInForce(*line.command, *line.values);
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_NE(status.message().find("--grpc-server-tls-cert, --http.config"), std::string::npos)
      << status.message();
}

TEST(Flags, ThoseOfTheProgramToo) {
  const CommandLine line = Parse({"all", "--tracing.config={type: OTLP}"});
  const Status status = CheckFlagsInForce(*line.command, *line.values);
  EXPECT_NE(status.message().find("--tracing.config"), std::string::npos) << status.message();
  const CommandLine empty = Parse({"all", "--tracing.config=", "--query.mode=local"});
  EXPECT_TRUE(CheckFlagsInForce(*empty.command, *empty.values).ok());
}

// Run with AION_WRITE_DOCS=1 to write the page anew.
TEST(Flags, DocumentIsMadeOfTheTables) {
  const std::string path = AION_SOURCE_DIR "/docs/compat/flags.md";
  if (std::getenv("AION_WRITE_DOCS") != nullptr) {
    ASSERT_TRUE(WriteFileAtomically(Env::Posix(), path, FlagsDocument()).ok());
  }
  const auto page = ReadFile(Env::Posix(), path);
  ASSERT_TRUE(page.ok()) << page.status().ToString();
  EXPECT_TRUE(*page == FlagsDocument())
      << "docs/compat/flags.md is old: run this test with AION_WRITE_DOCS=1";
}

}  // namespace
}  // namespace aion::app
