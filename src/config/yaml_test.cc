#include "config/yaml.h"

#include <gtest/gtest.h>

#include <cmath>

#include "config/yaml_decoder.h"

namespace aion::config {
namespace {

struct Config {
  std::string type, prefix;
  YamlNode config;
  int64_t n = 0;
  bool b = false;
  double f = 0;
  DurationMs go = 0, model = 0;
  uint64_t bytes = 0;
  std::vector<std::string> list;
  std::vector<std::pair<std::string, std::string>> map;
};

StatusOr<Config> Decode(std::string_view text) {
  ASSIGN_OR_RETURN(const YamlNode node, ParseYaml(text));
  Config out;
  YamlErrors errors;
  YamlFields fields(node, "main.C", &errors);
  fields.String("type", &out.type);
  fields.Raw("config", &out.config);
  fields.String("prefix", &out.prefix);
  fields.Int("n", &out.n);
  fields.Bool("b", &out.b);
  fields.Float("f", &out.f);
  fields.GoDuration("go", &out.go);
  fields.ModelDuration("model", &out.model);
  fields.Bytes("bytes", &out.bytes);
  fields.Strings("l", &out.list);
  fields.StringMap("m", &out.map);
  fields.Finish();
  RETURN_IF_ERROR(errors.ToStatus());
  return out;
}

TEST(Yaml, ErrorTextsAreGoYamls) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"type: S3\nfoo: 1\nbar: 2\n",
       "yaml: unmarshal errors:\n  line 2: field foo not found in type main.C\n"
       "  line 3: field bar not found in type main.C"},
      {"a: b: c", "yaml: mapping values are not allowed in this context"},
      {"type: 'x", "yaml: found unexpected end of stream"},
      {"\ttype: x", "yaml: found character that cannot start any token"},
      {"type: x\n  y: z\n", "yaml: line 2: mapping values are not allowed in this context"},
      {"type: x\n\n\nprefix: a: b", "yaml: line 4: mapping values are not allowed in this context"},
      {"n: abcdefghijklm",
       "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `abcdefg...` into int"},
      {"n: [1]\nb: 7\nl: x\nm: [1]\n",
       "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into int\n"
       "  line 2: cannot unmarshal !!int `7` into bool\n  line 3: cannot unmarshal !!str `x` into "
       "[]string\n"
       "  line 4: cannot unmarshal !!seq into map[string]string"},
      {"type: a\ntype: b",
       "yaml: unmarshal errors:\n  line 2: field type already set in type main.C"},
      {"l: [{a: 1}]", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!map into string"},
      {"a: *x", "yaml: unknown anchor 'x' referenced"},
      {"n: 99999999999999999999",
       "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!float `9999999...` into int"},
      {"- a\n- b", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into main.C"},
      {"x", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `x` into main.C"},
      {"m: {a: 1, a: 2}", "yaml: unmarshal errors:\n  line 1: key \"a\" already set in map"},
      {"%FOO", "yaml: found unknown directive name"},
      {"a: \"\\q\"", "yaml: found unknown escape character"},
      {"key: \x01", "yaml: control characters are not allowed"},
      {"type: \xff", "yaml: invalid leading UTF-8 octet"},
      {"model: 5", "not a valid duration string: \"5\""},
  };
  for (const auto& [text, message] : cases) {
    const auto decoded = Decode(text);
    ASSERT_FALSE(decoded.ok()) << text;
    EXPECT_EQ(decoded.status().message(), message) << text;
    EXPECT_EQ(decoded.status().code(), StatusCode::kInvalidArgument) << text;
  }
}

TEST(Yaml, ReadsEveryKindOfField) {
  const auto c = Decode(
      "# comment\n"
      "type: S3\n"
      "config:\n  bucket: b\n"
      "n: 0x10\n"
      "b: on\n"
      "f: -1.5e3\n"
      "go: 1.5s\n"
      "model: 1d\n"
      "bytes: 1MB\n"
      "l: [a, 'b c', 1]\n"
      "m: {x: y, 'z': 1}\n"
      "prefix: |-\n  two\n  lines\n");
  ASSERT_TRUE(c.ok()) << c.status().ToString();
  EXPECT_EQ(c->type, "S3");
  EXPECT_EQ(c->config.Find("bucket")->text, "b");
  EXPECT_EQ(c->config.Find("bucket")->line, 4);
  EXPECT_EQ(c->config.Find("nothing"), nullptr);
  EXPECT_EQ(c->n, 16);
  EXPECT_TRUE(c->b);
  EXPECT_EQ(c->f, -1500);
  EXPECT_EQ(c->go, 1500);
  EXPECT_EQ(c->model, 86'400'000);
  EXPECT_EQ(c->bytes, 1u << 20);
  EXPECT_EQ(c->list, (std::vector<std::string>{"a", "b c", "1"}));
  EXPECT_EQ(c->map.size(), 2u);
  EXPECT_EQ(c->prefix, "two\nlines");
  EXPECT_EQ(Decode("n: 1_000")->n, 1000);
  EXPECT_EQ(Decode("n: -9223372036854775808")->n, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Decode("n: 1.5")->n, 1);
  EXPECT_EQ(Decode("f: -.inf")->f, -INFINITY);
  EXPECT_TRUE(std::isnan(Decode("f: .nan")->f));
  EXPECT_EQ(Decode("f: 3")->f, 3);
  EXPECT_EQ(Decode("bytes: 42")->bytes, 42u);
}

TEST(Yaml, MissingAndNullFieldsKeepTheirValue) {
  for (std::string_view text : {"", "~", "# nothing", "n:\nb: ~\nl: null\nm:\n", "---\n"}) {
    const auto c = Decode(text);
    ASSERT_TRUE(c.ok()) << text << c.status().ToString();
    EXPECT_EQ(c->n, 0);
  }
}

TEST(Yaml, AnchorsAndMergesExpand) {
  const auto node = ParseYaml("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\nagain: *b\n");
  ASSERT_TRUE(node.ok());
  EXPECT_EQ(node->Find("more")->Find("x")->text, "1");
  EXPECT_EQ(node->Find("more")->Find("y")->text, "3");
  EXPECT_EQ(node->Find("more")->fields.size(), 2u);
  EXPECT_EQ(node->Find("again")->Find("y")->text, "2");
  EXPECT_FALSE(ParseYaml("<<: 1").ok());
}

TEST(Yaml, BombsAreRefusedSoon) {
  std::string laughs = "a0: &a0 [x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below + ", " + below +
              ", " + below + "]\n";
  }
  EXPECT_EQ(ParseYaml(laughs).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ParseYaml(std::string(100'000, '[')).status().code(), StatusCode::kResourceExhausted);
  std::string blocks;
  for (size_t i = 0; i < 1000; ++i) blocks += std::string(i, ' ') + "a:\n";
  EXPECT_EQ(ParseYaml(blocks).status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ParseYaml(std::string(kYamlBytesMax + 1, ' ')).status().code(),
            StatusCode::kResourceExhausted);
  // Depth through aliases counts too.
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 300; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
             "]\n";
  }
  EXPECT_EQ(ParseYaml(chain).status().code(), StatusCode::kResourceExhausted);
}

TEST(Yaml, EmitsAsGoYamlDoes) {
  YamlNode node = YamlNode::Mapping();
  node.Add("a", YamlNode::String("x: y"))
      .Add("b", YamlNode::Sequence({YamlNode::String("1"), YamlNode::String("true"),
                                    YamlNode::String("~"), YamlNode::String("plain"),
                                    YamlNode::String("multi\nline")}))
      .Add("c", YamlNode::Mapping())
      .Add("d", YamlNode::Sequence())
      .Add("e", YamlNode::Int(15))
      .Add("f", YamlNode())
      .Add("g", YamlNode::String(""))
      .Add("h", YamlNode::String("- x"))
      .Add("i", YamlNode::String("é"))
      .Add("j", YamlNode::String("it's"))
      .Add("l", YamlNode::String("2001-01-01"))
      .Add("n", YamlNode::String("trailing "))
      .Add("q", YamlNode::Bool(true));
  const std::string text = EmitYaml(node);
  EXPECT_EQ(text,
            "a: 'x: y'\n"
            "b:\n- \"1\"\n- \"true\"\n- \"~\"\n- plain\n- |-\n  multi\n  line\n"
            "c: {}\nd: []\ne: 15\nf: null\ng: \"\"\nh: '- x'\ni: é\nj: it's\nl: "
            "\"2001-01-01\"\n\"n\": 'trailing '\n"
            "q: true\n");
  const auto back = ParseYaml(text);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(EmitYaml(*back), text);
}

}  // namespace
}  // namespace aion::config
