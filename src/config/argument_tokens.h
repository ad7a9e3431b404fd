#pragma once

// The arguments of a command line, split into flags and values. Internal to the room;
// `command_line.h` is the contract. `@file` is replaced by the file's lines on the way, within a
// limit on arguments in all.

#include <cstddef>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/env.h"
#include "config/flag.h"

namespace aion::config {

inline constexpr size_t kArgumentsMax = 100'000;  ///< An argument file may name itself.

struct Token {
  enum class Kind { kShort, kLong, kArgument, kError, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  ///< Without dashes; the text of an error.

  /// As error texts show it.
  std::string Printed() const;
};

/// One pass over the arguments. `short_flags` tells which short flags take a value; it may grow
/// meanwhile.
class Tokenizer {
 public:
  Tokenizer(std::span<const std::string_view> args, Env& files,
            const std::map<char, const FlagSpec*>& short_flags)
      : args_(args.begin(), args.end()), files_(files), short_flags_(short_flags) {}

  const Token& Peek();
  Token Next();
  /// Whether the token taken last had its value with it: `--x=1`, `-x1`. The value comes next.
  bool HasAttachedValue() const { return attached_; }

 private:
  Token Read();
  Token ReadLong(const std::string& arg);
  Token ReadShort(const std::string& arg);
  void Attach(std::string value);

  std::deque<std::string> args_;
  Env& files_;
  const std::map<char, const FlagSpec*>& short_flags_;
  std::deque<Token> pending_;
  size_t read_ = 0;
  bool plain_only_ = false;
  bool attached_ = false;
};

}  // namespace aion::config
