#include "config/command_line.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "config/help.h"

namespace aion::config {
namespace {

constexpr FlagSpec kGlobal[] = {
    {.name = "log.level",
     .kind = FlagKind::kEnum,
     .help = "Log filtering level.",
     .default_value = "info",
     .enum_values = "error,warn,info,debug"},
    {.name = "secret", .help = "Hidden.", .hidden = true},
};
constexpr FlagSpec kStore[] = {
    {.name = "data-dir", .help = "Directory.", .default_value = "./data"},
    {.name = "objstore.config", .help = "Bucket.", .placeholder = "<content>"},
    {.name = "cache", .kind = FlagKind::kBool, .help = "Cache it.", .default_value = "true"},
    {.name = "size", .kind = FlagKind::kBytes, .help = "Size.", .default_value = "250MB"},
    {.name = "wait", .kind = FlagKind::kDuration, .help = "Wait.", .default_value = "1m"},
    {.name = "keep", .kind = FlagKind::kModelDuration, .help = "Keep.", .default_value = "2w"},
    {.name = "count",
     .kind = FlagKind::kInt,
     .help = "Count.",
     .default_value = "20",
     .short_name = 'c'},
    {.name = "limit", .kind = FlagKind::kUint, .help = "Limit.", .default_value = "0"},
    {.name = "ratio", .kind = FlagKind::kFloat, .help = "Ratio.", .default_value = "0.5"},
    {.name = "bucket",
     .kind = FlagKind::kFloat,
     .help = "Bounds.",
     .default_value = "0.1\n1\n10",
     .repeatable = true},
    {.name = "min-time",
     .kind = FlagKind::kTimeOrDuration,
     .help = "From.",
     .default_value = "0000-01-01T00:00:00Z"},
    {.name = "endpoint", .kind = FlagKind::kEndpoint, .help = "Peers.", .repeatable = true},
    {.name = "store",
     .kind = FlagKind::kEndpoint,
     .help = "",
     .alias_of = "endpoint",
     .hidden = true,
     .repeatable = true},
    {.name = "feature",
     .kind = FlagKind::kEnum,
     .help = "Features.",
     .enum_values = "a,b",
     .repeatable = true},
    {.name = "url",
     .kind = FlagKind::kUrl,
     .help = "Url.",
     .default_value = "http://localhost:9090"},
    {.name = "label", .help = "Label.", .env = "LABEL"},
    {.name = "verbose", .kind = FlagKind::kBool, .help = "Talk.", .short_name = 'v'},
    {.name = "tls", .help = "Later.", .default_value = "", .effect = FlagEffect::kNotYet},
};
constexpr FlagSpec kNeedy[] = {{.name = "url", .help = "Where.", .required = true}};
constexpr CommandSpec kCommands[] = {
    {"store", "Serves blocks of a bucket.", kStore},
    {"tools bucket ls", "Lists blocks.", kNeedy},
};
constexpr ProgramSpec kProgram{"aion", "Metrics kept for long.", "aion, version 1.2.3", kGlobal,
                               kCommands};

CommandLine Parse(std::vector<std::string_view> args) {
  return ParseCommandLine(kProgram,
                          {.args = args,
                           .program = "aion",
                           .env_variable = [](std::string_view name) -> std::optional<std::string> {
                             if (name == "LABEL") return "from-env";
                             return std::nullopt;
                           }});
}

FlagValues Values(std::vector<std::string_view> args) {
  CommandLine line = Parse(std::move(args));
  EXPECT_EQ(line.action, CommandLine::Action::kRun) << line.error;
  return *std::move(line.values);
}

TEST(CommandLine, DefaultsAreTyped) {
  const FlagValues v = Values({"store"});
  EXPECT_EQ(v.String("data-dir"), "./data");
  EXPECT_EQ(v.String("objstore.config"), "");
  EXPECT_EQ(v.String("log.level"), "info");
  EXPECT_TRUE(v.Bool("cache"));
  EXPECT_EQ(v.Bytes("size"), 250u << 20);
  EXPECT_EQ(v.Duration("wait"), 60'000);
  EXPECT_EQ(v.Duration("keep"), 14 * 86'400'000LL);
  EXPECT_EQ(v.Int("count"), 20);
  EXPECT_EQ(v.Uint("limit"), 0u);
  EXPECT_EQ(v.Float("ratio"), 0.5);
  EXPECT_EQ(v.Floats("bucket"), (std::vector<double>{0.1, 1, 10}));
  EXPECT_EQ(v.Time("min-time").At(5), -62'167'219'200'000);
  EXPECT_TRUE(v.Strings("endpoint").empty());
  EXPECT_EQ(v.String("label"), "from-env");
  EXPECT_FALSE(v.IsSet("data-dir"));
}

TEST(CommandLine, EverySpellingOfAValue) {
  const FlagValues v = Values({"--log.level=debug",
                               "store",
                               "--data-dir",
                               "/x",
                               "--no-cache",
                               "-c7",
                               "-v",
                               "--wait=1.5d",
                               "--keep=1d",
                               "--bucket=3",
                               "--bucket",
                               "4",
                               "--min-time=-2h",
                               "--endpoint=a:1",
                               "--store=dns+b",
                               "--feature=b",
                               "--feature=a",
                               "--objstore.config=",
                               "--label=given",
                               "--size=1KB",
                               "--ratio=-1e3",
                               "--limit=0x10",
                               "--secret=s"});
  EXPECT_EQ(v.String("log.level"), "debug");
  EXPECT_EQ(v.String("data-dir"), "/x");
  EXPECT_FALSE(v.Bool("cache"));
  EXPECT_TRUE(v.Bool("verbose"));
  EXPECT_EQ(v.Int("count"), 7);
  EXPECT_EQ(v.Duration("wait"), 129'600'000);
  EXPECT_EQ(v.Duration("keep"), 86'400'000);
  EXPECT_EQ(v.Floats("bucket"), (std::vector<double>{3, 4}));
  EXPECT_EQ(v.Time("min-time").At(7'200'000), 0);
  EXPECT_EQ(v.Strings("endpoint"), (std::vector<std::string>{"a:1", "dns+b"}));
  EXPECT_EQ(v.Strings("feature"), (std::vector<std::string>{"b", "a"}));
  EXPECT_TRUE(v.IsSet("objstore.config"));
  EXPECT_EQ(v.String("label"), "given");
  EXPECT_EQ(v.Bytes("size"), 1024u);
  EXPECT_EQ(v.Float("ratio"), -1000);
  EXPECT_EQ(v.Uint("limit"), 16u);
  EXPECT_FALSE(Values({"store", "--cache=false"}).Bool("cache"));
  EXPECT_EQ(Values({"store", "-vc", "9"}).Int("count"), 9);
  EXPECT_EQ(Values({"store", "--count=1e3"}).Int("count"), 1000);
  EXPECT_EQ(Values({"store", "--wait=2w3d1h"}).Duration("wait"), (17 * 24 + 1) * 3'600'000LL);
}

TEST(CommandLine, ErrorsAreUpstreams) {
  const std::pair<std::vector<std::string_view>, std::string_view> cases[] = {
      {{"store", "--nothing"}, "unknown long flag '--nothing'"},
      {{"store", "--no-data-dir"}, "unknown long flag '--no-data-dir'"},
      {{"store", "--nothing=1"}, "unknown long flag '--nothing'"},
      {{"--data-dir=x", "store"}, "unknown long flag '--data-dir'"},
      {{"store", "-z"}, "unknown short flag '-z'"},
      {{"store", "--data-dir"}, "expected argument for flag '--data-dir'"},
      {{"store", "--data-dir", "--cache"}, "expected argument for flag '--data-dir'"},
      {{"store", "--data-dir=a", "--data-dir=b"}, "flag 'data-dir' cannot be repeated"},
      {{"shop"}, "expected command but got \"shop\""},
      {{"store", "more"}, "unexpected more"},
      {{"tools", "bucket"}, "must select a subcommand of 'tools bucket'"},
      {{"tools", "bucket", "ls"}, "required flag(s) '--url' not provided"},
      {{"store", "--log.level=loud"},
       "enum value must be one of error,warn,info,debug, got 'loud'"},
      {{"store", "--count=many"}, "strconv.ParseFloat: parsing \"many\": invalid syntax"},
      {{"store", "--limit=-1"}, "strconv.ParseUint: parsing \"-1\": invalid syntax"},
      {{"store", "--limit=99999999999999999999"},
       "strconv.ParseUint: parsing \"99999999999999999999\": value out of range"},
      {{"store", "--cache=perhaps"}, "strconv.ParseBool: parsing \"perhaps\": invalid syntax"},
      {{"store", "--wait=5"}, "time: missing unit in duration \"5\""},
      {{"store", "--wait=d"}, "time: invalid duration \"d\""},
      {{"store", "--keep=1x"}, "unknown unit \"x\" in duration \"1x\""},
      {{"store", "--size=5"}, "units: unknown unit  in 5"},
      {{"store", "--endpoint=alone"},
       "Address alone is not of <host>:<port> format or a valid DNS query."},
      {{"store", "--endpoint="}, "Address is empty."},
      {{"store", "@/no/such/file"},
       "failed to open arguments file \"/no/such/file\": open /no/such/file: no such file or "
       "directory"},
      {{"store", "--url=1.2.3.4:80"},
       "invalid URL: parse \"1.2.3.4:80\": first path segment in URL cannot contain colon"},
      {{"store", "@"}, "expected @ file to expand arguments from"},
      {{"store", "--", "--cache"}, "unexpected --cache"},
  };
  for (const auto& [args, error] : cases) {
    const CommandLine line = Parse(args);
    EXPECT_EQ(line.action, CommandLine::Action::kFail);
    EXPECT_EQ(line.exit_code, 2);
    EXPECT_EQ(line.error, error);
    EXPECT_FALSE(line.values.has_value());
  }
  const CommandLine line = Parse({"store", "--nothing"});
  EXPECT_TRUE(line.text.starts_with("usage: aion store [<flags>]\n"));
  EXPECT_TRUE(
      line.text.ends_with("\nerror parsing commandline arguments: [aion store --nothing]: unknown "
                          "long flag '--nothing'\n"))
      << line.text;
}

TEST(CommandLine, AliasesWarn) {
  const CommandLine line = Parse({"store", "--store=a:1"});
  EXPECT_EQ(line.warnings,
            (std::vector<std::string>{"flag --store is deprecated, use --endpoint"}));
}

TEST(CommandLine, HelpAndVersionPrint) {
  for (std::vector<std::string_view> args :
       {std::vector<std::string_view>{"store", "--help"}, {"store", "-h"}, {"help", "store"}}) {
    const CommandLine line = Parse(args);
    EXPECT_EQ(line.action, CommandLine::Action::kPrint);
    EXPECT_EQ(line.exit_code, 0);
    EXPECT_TRUE(line.text.starts_with(
        "usage: aion store [<flags>]\n\nServes blocks of a bucket.\n\n\nFlags:\n"));
    EXPECT_EQ(line.text.find("--secret"), std::string::npos);
  }
  EXPECT_EQ(Parse({"--version"}).text, "aion, version 1.2.3\n");
  EXPECT_EQ(Parse({"store", "--version", "--nothing"}).text, "aion, version 1.2.3\n");
  EXPECT_TRUE(Parse({}).text.starts_with("usage: aion [<flags>] <command> [<args> ...]\n"));
  EXPECT_EQ(Parse({}).action, CommandLine::Action::kPrint);
  EXPECT_TRUE(Parse({"--help-long"}).to_stdout);
  EXPECT_NE(Parse({"--help-long"}).text.find("    --url=URL  Where.\n"), std::string::npos);
  EXPECT_NE(Parse({"--help-man"}).text.find(".TH aion 1"), std::string::npos);
  EXPECT_NE(Parse({"--completion-script-bash"}).text.find("complete -F"), std::string::npos);
  EXPECT_NE(Parse({"--completion-script-zsh"}).text.find("#compdef aion"), std::string::npos);
  EXPECT_EQ(Parse({"--completion-bash", "sto"}).text, "help\nstore");
}

TEST(CommandLine, HelpIsLaidOutAsUpstreams) {
  const CommandSpec command{"store", "Serves.", std::span(kStore).first(7)};
  const ProgramSpec program{"aion", "Metrics.", "", kGlobal, {}};
  EXPECT_EQ(UsageText(program, &command, 60),
            "usage: aion store [<flags>]\n"
            "\n"
            "Serves.\n"
            "\n"
            "\n"
            "Flags:\n"
            "  -h, --[no-]help          Show context-sensitive help (also\n"
            "                           try --help-long and --help-man).\n"
            "      --[no-]version       Show application version.\n"
            "      --log.level=info     Log filtering level.\n"
            "      --data-dir=\"./data\"  Directory.\n"
            "      --objstore.config=<content>  \n"
            "                           Bucket.\n"
            "      --[no-]cache         Cache it.\n"
            "      --size=250MB         Size.\n"
            "      --wait=1m            Wait.\n"
            "      --keep=2w            Keep.\n"
            "  -c, --count=20           Count.\n"
            "\n");
}

TEST(CommandLine, ArgumentFilesExpand) {
  const std::string path = JoinPath(testing::TempDir(), "aion_args_" + std::to_string(getpid()));
  ASSERT_TRUE(WriteFileAtomically(Env::Posix(), path,
                                  "# comment\n\n--data-dir\n/with space\r\n--no-cache\n")
                  .ok());
  const std::string at = "@" + path;
  const FlagValues v = Values({"store", at, "--count=3"});
  EXPECT_EQ(v.String("data-dir"), "/with space");
  EXPECT_FALSE(v.Bool("cache"));
  EXPECT_EQ(v.Int("count"), 3);
  // A file that names itself does not run for ever.
  ASSERT_TRUE(WriteFileAtomically(Env::Posix(), path, "@" + path + "\n").ok());
  EXPECT_EQ(Parse({"store", at}).error, "too many arguments");
  std::string lines;
  for (int i = 0; i < 50'000; ++i) lines += "@" + path + "\n";
  ASSERT_TRUE(WriteFileAtomically(Env::Posix(), path, lines.substr(0, 1 << 20)).ok());
  EXPECT_EQ(Parse({"store", at}).error, "too many arguments");
  (void)Env::Posix().RemoveFile(path);
}

TEST(CommandLine, FlagsNotInForceStopTheStart) {
  EXPECT_TRUE(CheckFlagsInForce(kCommands[0], Values({"store"})).ok());
  EXPECT_TRUE(CheckFlagsInForce(kCommands[0], Values({"store", "--tls="})).ok());
  const Status status = CheckFlagsInForce(kCommands[0], Values({"store", "--tls=x"}));
  EXPECT_EQ(status.code(), StatusCode::kUnimplemented);
  EXPECT_EQ(status.message(),
            "not supported by this version of aion store; remove the flag(s) or set them to their "
            "default: --tls");
}

TEST(CommandLine, PrintedValuesAreThoseOfTheApi) {
  const auto printed = Values({"store", "--objstore.config=type: S3", "--endpoint=a:1",
                               "--endpoint=b:2", "--wait=90s"})
                           .Printed();
  EXPECT_EQ(printed.at("objstore.config"), "<REDACTED>");
  EXPECT_EQ(printed.at("endpoint"), "a:1,b:2");
  EXPECT_EQ(printed.at("wait"), "1m30s");
  EXPECT_EQ(printed.at("keep"), "2w");
  EXPECT_EQ(printed.at("cache"), "true");
  EXPECT_EQ(printed.at("bucket"), "0.1,1,10");
  EXPECT_EQ(printed.at("verbose"), "false");
  EXPECT_EQ(printed.count("store"), 0u);
  EXPECT_EQ(printed.count("help"), 0u);
}

}  // namespace
}  // namespace aion::config
