#include "config/argument_tokens.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace aion::config {
namespace {

constexpr uint64_t kArgumentFileBytesMax = 1 << 20;

/// The lines of an argument file, comments and blank ones left out.
StatusOr<std::vector<std::string>> ExpandFile(Env& files, const std::string& path) {
  if (path.empty()) {
    return InvalidArgumentError("expected @ file to expand arguments from");
  }
  const auto text = ReadFile(files, path, kArgumentFileBytesMax);
  if (!text.ok()) {
    return InvalidArgumentError("failed to open arguments file " + QuoteGo(path) + ": " +
                                std::string(text.status().message()));
  }
  std::vector<std::string> lines;
  std::string_view left = *text;
  while (!left.empty()) {
    const size_t newline = std::min(left.find('\n'), left.size());
    std::string_view line = left.substr(0, newline);
    left.remove_prefix(std::min(newline + 1, left.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool blank = line.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
    if (!blank && !line.starts_with('#')) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

std::string Token::Printed() const {
  switch (kind) {
    case Kind::kShort:
      return "-" + text;
    case Kind::kLong:
      return "--" + text;
    case Kind::kArgument:
      return text;
    case Kind::kError:
      return "error: " + text;
    case Kind::kEnd:
      break;
  }
  return "<EOL>";
}

const Token& Tokenizer::Peek() {
  if (pending_.empty()) pending_.push_front(Read());
  return pending_.front();
}

Token Tokenizer::Next() {
  Token token = Peek();
  pending_.pop_front();
  return token;
}

Token Tokenizer::Read() {
  attached_ = false;
  while (true) {
    if (args_.empty()) return {Token::Kind::kEnd, ""};
    std::string arg = std::move(args_.front());
    args_.pop_front();
    if (++read_ > kArgumentsMax) return {Token::Kind::kError, "too many arguments"};
    if (plain_only_) return {Token::Kind::kArgument, std::move(arg)};
    if (arg == "--") {
      plain_only_ = true;
      continue;
    }
    if (arg.starts_with("--")) return ReadLong(arg);
    if (arg.starts_with("-")) return ReadShort(arg);
    if (!arg.starts_with("@")) return {Token::Kind::kArgument, std::move(arg)};
    const auto lines = ExpandFile(files_, arg.substr(1));
    if (!lines.ok()) return {Token::Kind::kError, std::string(lines.status().message())};
    if (lines->size() + args_.size() > kArgumentsMax) {
      return {Token::Kind::kError, "too many arguments"};
    }
    args_.insert(args_.begin(), lines->begin(), lines->end());
  }
}

Token Tokenizer::ReadLong(const std::string& arg) {
  const size_t equals = arg.find('=');
  if (equals != std::string::npos) Attach(arg.substr(equals + 1));
  return {Token::Kind::kLong, arg.substr(2, equals == std::string::npos ? equals : equals - 2)};
}

Token Tokenizer::ReadShort(const std::string& arg) {
  if (arg.size() == 1) return {Token::Kind::kArgument, ""};
  const auto flag = short_flags_.find(arg[1]);
  const bool takes_value = flag != short_flags_.end() && flag->second->kind != FlagKind::kBool;
  if (arg.size() > 2 && takes_value) {
    Attach(arg.substr(2));
  } else if (arg.size() > 2) {
    args_.push_front("-" + arg.substr(2));  // Several in one: -abc.
  }
  return {Token::Kind::kShort, arg.substr(1, 1)};
}

void Tokenizer::Attach(std::string value) {
  attached_ = true;
  pending_.push_back({Token::Kind::kArgument, std::move(value)});
}

}  // namespace aion::config
