#include "config/command_line.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "config/argument_tokens.h"
#include "config/env_substitution.h"
#include "config/help.h"

namespace aion::config {
namespace {

struct Setting {
  const FlagSpec* flag;
  std::string value;
};

/// What the arguments say, before values are checked.
struct Parsed {
  const CommandSpec* command = nullptr;
  std::string command_words;  ///< Also of an unfinished "tools bucket".
  std::vector<Setting> settings;
  std::vector<std::string> help_words;  ///< Behind the `help` command.
  bool help_command = false;
  Status error;
};

class Parser {
 public:
  Parser(const ProgramSpec& program, const CommandLineInput& input)
      : program_(program), tokens_(input.args, *input.files, short_flags_) {
    AddFlags(BuiltInFlags());
    AddFlags(program.flags);
  }

  Parsed Parse() {
    while (out_.error.ok()) {
      const Token::Kind kind = tokens_.Peek().kind;
      if (kind == Token::Kind::kEnd) break;
      if (kind == Token::Kind::kError) {
        out_.error = InvalidArgumentError(tokens_.Peek().text);
      } else if (kind == Token::Kind::kArgument) {
        ReadArgument();
      } else {
        ReadFlag();
      }
    }
    return std::move(out_);
  }

  const std::map<std::string_view, const FlagSpec*>& flags() const { return long_flags_; }

 private:
  void AddFlags(std::span<const FlagSpec> flags) {
    for (const FlagSpec& flag : flags) {
      long_flags_[flag.name] = &flag;
      if (flag.short_name != 0) short_flags_[flag.short_name] = &flag;
    }
  }

  void Fail(std::string text) { out_.error = InvalidArgumentError(std::move(text)); }

  const FlagSpec* Find(const Token& token, bool* inverted) const {
    if (token.kind == Token::Kind::kShort) {
      const auto flag = short_flags_.find(token.text[0]);
      return flag == short_flags_.end() ? nullptr : flag->second;
    }
    std::string_view name = token.text;
    auto flag = long_flags_.find(name);
    if (flag == long_flags_.end() && name.starts_with("no-")) {
      *inverted = true;
      flag = long_flags_.find(name.substr(3));
    }
    return flag == long_flags_.end() ? nullptr : flag->second;
  }

  void ReadFlag() {
    const Token token = tokens_.Next();
    bool inverted = false;
    const FlagSpec* const flag = Find(token, &inverted);
    if (flag == nullptr || (inverted && flag->kind != FlagKind::kBool)) {
      const char* const kind = token.kind == Token::Kind::kLong ? "long" : "short";
      return Fail(std::string("unknown ") + kind + " flag '" + token.Printed() + "'");
    }
    if (flag->kind == FlagKind::kBool) {
      // Compat: upstream's parser refuses `--flag=true`; taking it is harmless and what people
      // write.
      std::string value = inverted ? "false" : "true";
      if (!inverted && tokens_.HasAttachedValue()) value = tokens_.Next().text;
      out_.settings.push_back({flag, std::move(value)});
      return;
    }
    if (tokens_.Peek().kind != Token::Kind::kArgument) {
      return Fail("expected argument for flag '" + token.Printed() + "'");
    }
    out_.settings.push_back({flag, tokens_.Next().text});
  }

  void ReadArgument() {
    const std::string word = tokens_.Peek().text;
    if (out_.help_command) {
      out_.help_words.push_back(tokens_.Next().text);
      return;
    }
    if (out_.command != nullptr) return Fail("unexpected " + word);
    if (word == "help" && out_.command_words.empty()) {
      out_.help_command = true;
      (void)tokens_.Next();
      return;
    }
    const std::string words = out_.command_words.empty() ? word : out_.command_words + " " + word;
    bool prefix = false;
    for (const CommandSpec& command : program_.commands) {
      if (command.name == words) {
        out_.command = &command;
        AddFlags(command.flags);
      }
      prefix = prefix || command.name.starts_with(words + " ");
    }
    if (out_.command == nullptr && !prefix) {
      return Fail("expected command but got " + QuoteGo(word));
    }
    out_.command_words = words;
    (void)tokens_.Next();
  }

  const ProgramSpec& program_;
  std::map<std::string_view, const FlagSpec*> long_flags_;
  std::map<char, const FlagSpec*> short_flags_;
  Tokenizer tokens_;
  Parsed out_;
};

bool IsSet(const Parsed& parsed, std::string_view name) {
  return std::any_of(parsed.settings.begin(), parsed.settings.end(),
                     [&](const Setting& setting) { return setting.flag->name == name; });
}

CommandLine Print(std::string text, bool to_stdout) {
  CommandLine line;
  line.action = CommandLine::Action::kPrint;
  line.text = std::move(text);
  line.to_stdout = to_stdout;
  return line;
}

/// "[thanos query --x]: ", as Go prints the argument list.
std::string ErrorPrefix(const CommandLineInput& input) {
  std::string text = "error parsing commandline arguments: [" + std::string(input.program);
  for (std::string_view arg : input.args) text.append(" ").append(arg);
  return text.append("]: ");
}

Status Apply(const Parsed& parsed, FlagValues* values, std::vector<std::string>* warnings) {
  std::set<std::string_view> seen;
  for (const Setting& setting : parsed.settings) {
    const FlagSpec& flag = *setting.flag;
    if (!seen.insert(flag.name).second && !flag.repeatable) {
      return InvalidArgumentError("flag '" + std::string(flag.name) + "' cannot be repeated");
    }
    RETURN_IF_ERROR(values->Set(flag, setting.value));
    if (!flag.alias_of.empty()) {
      warnings->push_back("flag --" + std::string(flag.name) + " is deprecated, use --" +
                          std::string(flag.alias_of));
    }
  }
  return OkStatus();
}

/// Environment defaults, and the flags that must be there.
Status Complete(const std::map<std::string_view, const FlagSpec*>& flags,
                const CommandLineInput& input, FlagValues* values) {
  const auto lookup = input.env_variable ? input.env_variable : EnvLookup(ProcessEnv);
  std::string missing;
  for (const auto& [name, flag] : flags) {
    if (!flag->alias_of.empty() || values->IsSet(name)) continue;
    const auto text = flag->env.empty() ? std::nullopt : lookup(flag->env);
    if (text) {
      RETURN_IF_ERROR(values->Set(*flag, *text));
    } else if (flag->required) {
      missing.append(missing.empty() ? "'--" : ", '--").append(name).append("'");
    }
  }
  if (missing.empty()) return OkStatus();
  return InvalidArgumentError("required flag(s) " + missing + " not provided");
}

const CommandSpec* FindCommand(const ProgramSpec& program, const std::vector<std::string>& words) {
  std::string name;
  for (const std::string& word : words) name.append(name.empty() ? "" : " ").append(word);
  for (const CommandSpec& command : program.commands) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

/// What --completion-bash answers: flags when one has been begun, else commands.
std::string Completions(const ProgramSpec& program, const Parsed& parsed,
                        const CommandLineInput& input) {
  std::string out;
  const auto add_flags = [&](std::span<const FlagSpec> flags) {
    for (const FlagSpec& flag : flags) {
      if (!flag.hidden) out.append("--").append(flag.name).append("\n");
    }
  };
  if (!input.args.empty() && input.args.back().starts_with("-")) {
    if (parsed.command != nullptr) add_flags(parsed.command->flags);
    add_flags(BuiltInFlags());
    add_flags(program.flags);
  } else if (parsed.command == nullptr) {
    out.append("help\n");
    for (const CommandSpec& command : program.commands) {
      if (command.name.find(' ') == std::string_view::npos) out.append(command.name).append("\n");
    }
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace

CommandLine ParseCommandLine(const ProgramSpec& program, const CommandLineInput& input) {
  Parser parser(program, input);
  Parsed parsed = parser.Parse();
  if (IsSet(parsed, "completion-bash")) return Print(Completions(program, parsed, input), true);
  if (IsSet(parsed, "help-long")) return Print(LongHelpText(program, input.width), true);
  if (IsSet(parsed, "help-man")) return Print(ManPageText(program), true);
  if (IsSet(parsed, "completion-script-bash")) return Print(BashCompletionText(program), true);
  if (IsSet(parsed, "completion-script-zsh")) return Print(ZshCompletionText(program), true);
  if (IsSet(parsed, "version")) return Print(std::string(program.version) + "\n", false);
  if (parsed.error.ok() && (IsSet(parsed, "help") || parsed.help_command)) {
    const CommandSpec* const command =
        parsed.help_command ? FindCommand(program, parsed.help_words) : parsed.command;
    return Print(UsageText(program, command, input.width), false);
  }

  CommandLine line;
  line.command = parsed.command;
  if (parsed.error.ok() && parsed.command == nullptr) {
    if (parsed.command_words.empty()) return Print(UsageText(program, nullptr, input.width), false);
    parsed.error =
        InvalidArgumentError("must select a subcommand of '" + parsed.command_words + "'");
  }
  if (parsed.error.ok()) {
    std::vector<const FlagSpec*> specs;
    for (const FlagSpec& flag : program.flags) specs.push_back(&flag);
    for (const FlagSpec& flag : parsed.command->flags) specs.push_back(&flag);
    // The built-in flags have been dealt with, and have no value to keep.
    std::erase_if(parsed.settings, [](const Setting& setting) {
      const auto builtin = BuiltInFlags();
      return setting.flag >= builtin.data() && setting.flag < builtin.data() + builtin.size();
    });
    std::map<std::string_view, const FlagSpec*> flags;
    for (const FlagSpec* spec : specs) flags[spec->name] = spec;
    line.values.emplace(specs);
    parsed.error = Apply(parsed, &*line.values, &line.warnings);
    if (parsed.error.ok()) parsed.error = Complete(flags, input, &*line.values);
  }
  if (parsed.error.ok()) return line;

  line.action = CommandLine::Action::kFail;
  line.values.reset();
  line.exit_code = 2;
  line.error = parsed.error.message();
  line.text =
      UsageText(program, parsed.command, input.width) + ErrorPrefix(input) + line.error + "\n";
  return line;
}

Status CheckFlagsInForce(const CommandSpec& command, const FlagValues& values) {
  std::string names;
  for (const std::string& name : values.NotInForce()) {
    names.append(names.empty() ? "--" : ", --").append(name);
  }
  if (names.empty()) return OkStatus();
  return UnimplementedError("not supported by this version of aion " + std::string(command.name) +
                            "; remove the flag(s) or set them to their default: " + names);
}

}  // namespace aion::config
