#include "config/help.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace aion::config {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kFirstColumnMax = 30;  // A longer flag puts its text on the next line.
constexpr size_t kTextWidthMin = 20;

constexpr FlagSpec kBuiltInFlags[] = {
    {.name = "help",
     .kind = FlagKind::kBool,
     .help = "Show context-sensitive help (also try --help-long and --help-man).",
     .short_name = 'h'},
    {.name = "help-long", .kind = FlagKind::kBool, .help = "Generate long help.", .hidden = true},
    {.name = "help-man", .kind = FlagKind::kBool, .help = "Generate a man page.", .hidden = true},
    {.name = "completion-bash",
     .kind = FlagKind::kBool,
     .help = "Output possible completions for the given args.",
     .hidden = true},
    {.name = "completion-script-bash",
     .kind = FlagKind::kBool,
     .help = "Generate completion script for bash.",
     .hidden = true},
    {.name = "completion-script-zsh",
     .kind = FlagKind::kBool,
     .help = "Generate completion script for ZSH.",
     .hidden = true},
    {.name = "version", .kind = FlagKind::kBool, .help = "Show application version."},
};

std::string Upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::string Placeholder(const FlagSpec& flag) {
  if (!flag.placeholder.empty()) return std::string(flag.placeholder);
  if (flag.default_value.data() == nullptr) return Upper(flag.name);
  const size_t newline = flag.default_value.find('\n');
  std::string text(flag.default_value.substr(0, newline));
  if (flag.kind == FlagKind::kString && !flag.repeatable) text = QuoteGo(text);
  return newline == std::string_view::npos ? text : text + "...";
}

std::string FlagColumn(const FlagSpec& flag, bool have_short) {
  std::string text = have_short ? "    " : "";
  if (flag.short_name != 0) text = std::string("-") + flag.short_name + ", ";
  const bool is_bool = flag.kind == FlagKind::kBool;
  text.append(is_bool ? "--[no-]" : "--").append(flag.name);
  if (!is_bool) text.append("=").append(Placeholder(flag));
  if (flag.repeatable) text.append(" ...");
  return text;
}

std::vector<std::string> Wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (word.empty()) continue;
    if (!lines.back().empty() && lines.back().size() + 1 + word.size() > width) {
      lines.emplace_back();
    }
    if (!lines.back().empty()) lines.back().push_back(' ');
    lines.back().append(word);
  }
  return lines;
}

std::string HelpColumn(const FlagSpec& flag) {
  if (flag.env.empty()) return std::string(flag.help);
  return std::string(flag.help) + " ($" + std::string(flag.env) + ")";
}

std::string TwoColumns(const std::vector<const FlagSpec*>& flags, size_t indent, size_t width) {
  const bool have_short = std::any_of(flags.begin(), flags.end(),
                                      [](const FlagSpec* flag) { return flag->short_name != 0; });
  std::vector<std::string> first;
  size_t column = 0;
  for (const FlagSpec* flag : flags) {
    first.push_back(FlagColumn(*flag, have_short));
    if (first.back().size() < kFirstColumnMax) column = std::max(column, first.back().size());
  }
  const std::string margin(indent, ' ');
  const std::string gap(column + kIndent, ' ');
  const size_t used = column + kIndent + indent;
  const size_t text_width = std::max(width, used + kTextWidthMin) - used;
  std::string out;
  for (size_t i = 0; i < flags.size(); ++i) {
    const std::vector<std::string> lines = Wrap(HelpColumn(*flags[i]), text_width);
    out.append(margin).append(first[i]);
    if (first[i].size() >= kFirstColumnMax) {
      out.append(kIndent, ' ').append("\n").append(margin).append(gap);
    } else {
      out.append(gap.size() - first[i].size(), ' ');
    }
    out.append(lines[0]).append("\n");
    for (size_t n = 1; n < lines.size(); ++n) {
      out.append(margin).append(gap).append(lines[n]).append("\n");
    }
  }
  return out;
}

std::vector<const FlagSpec*> Visible(std::initializer_list<std::span<const FlagSpec>> tables) {
  std::vector<const FlagSpec*> flags;
  for (const auto& table : tables) {
    for (const FlagSpec& flag : table) {
      if (!flag.hidden) flags.push_back(&flag);
    }
  }
  return flags;
}

/// " --must=X [<flags>]": the required flags, and that there are others.
std::string FlagSummary(std::span<const FlagSpec> flags) {
  std::string out;
  bool others = false;
  for (const FlagSpec& flag : flags) {
    if (!flag.required) {
      others = true;
      continue;
    }
    out.append(flag.kind == FlagKind::kBool ? " --[no-]" : " --").append(flag.name);
    if (flag.kind != FlagKind::kBool) out.append("=").append(Placeholder(flag));
  }
  return others ? out + " [<flags>]" : out;
}

std::string WrapIndented(std::string_view text, size_t indent, size_t width) {
  std::string out;
  for (const std::string& line : Wrap(text, std::max(width, indent + kTextWidthMin) - indent)) {
    out.append(indent, ' ').append(line).append("\n");
  }
  return out;
}

std::string HelpCommandText(size_t width) {
  return "  help [<command>...]\n" + WrapIndented("Show help.", 4, width) + "\n";
}

}  // namespace

std::span<const FlagSpec> BuiltInFlags() { return kBuiltInFlags; }

std::string UsageText(const ProgramSpec& program, const CommandSpec* command, size_t width) {
  std::string out = "usage: " + std::string(program.name);
  if (command != nullptr) {
    out.append(" ").append(command->name).append(FlagSummary(command->flags)).append("\n\n");
    out.append(WrapIndented(command->summary, 0, width)).append("\n\nFlags:\n");
    out.append(TwoColumns(Visible({kBuiltInFlags, program.flags, command->flags}), kIndent, width));
    return out.append("\n");
  }
  out.append(" [<flags>] <command> [<args> ...]\n\n");
  out.append(WrapIndented(program.summary, 0, width)).append("\n\nFlags:\n");
  out.append(TwoColumns(Visible({kBuiltInFlags, program.flags}), kIndent, width));
  out.append("\nCommands:\n").append(HelpCommandText(width));
  for (const CommandSpec& each : program.commands) {
    out.append("  ").append(each.name).append(FlagSummary(each.flags)).append("\n");
    out.append(WrapIndented(each.summary, 4, width)).append("\n");
  }
  return out.append("\n");
}

std::string LongHelpText(const ProgramSpec& program, size_t width) {
  std::string out = "usage: " + std::string(program.name) + " [<flags>] <command> [<args> ...]\n\n";
  out.append(WrapIndented(program.summary, 0, width)).append("\n\nFlags:\n");
  out.append(TwoColumns(Visible({kBuiltInFlags, program.flags}), kIndent, width));
  out.append("\nCommands:\n").append(HelpCommandText(width));
  for (const CommandSpec& each : program.commands) {
    out.append("  ").append(each.name).append(FlagSummary(each.flags)).append("\n");
    out.append(WrapIndented(each.summary, 4, width)).append("\n");
    out.append(TwoColumns(Visible({each.flags}), 2 * kIndent, width)).append("\n");
  }
  return out.append("\n");
}

std::string ManPageText(const ProgramSpec& program) {
  const auto flags_text = [](const std::vector<const FlagSpec*>& flags) {
    std::string out;
    for (const FlagSpec* flag : flags) {
      out.append(".TP\n\\fB");
      if (flag->short_name != 0) out.append(std::string("-") + flag->short_name + ", ");
      out.append("--").append(flag->name);
      if (flag->kind != FlagKind::kBool) out.append("=").append(Placeholder(*flag));
      out.append("\\fR\n").append(flag->help).append("\n");
    }
    return out;
  };
  const std::string name(program.name);
  std::string out = ".TH " + name + " 1 \"\" \"\"\n.SH \"NAME\"\n" + name;
  out.append("\n.SH \"SYNOPSIS\"\n.TP\n\\fB" + name + " [<flags>] <command> [<args> ...]\\fR\n");
  out.append(".SH \"DESCRIPTION\"\n").append(program.summary).append("\n.SH \"OPTIONS\"\n");
  out.append(flags_text(Visible({kBuiltInFlags, program.flags}))).append(".SH \"COMMANDS\"\n");
  for (const CommandSpec& command : program.commands) {
    out.append(".SS\n\\fB").append(command.name).append(FlagSummary(command.flags));
    out.append("\\fR\n.PP\n").append(command.summary).append("\n");
    out.append(flags_text(Visible({command.flags})));
  }
  return out;
}

std::string BashCompletionText(const ProgramSpec& program) {
  const std::string name(program.name);
  const std::string function = "_" + name + "_bash_autocomplete";
  return function +
         "() {\n"
         "    local cur opts\n"
         "    COMPREPLY=()\n"
         "    cur=\"${COMP_WORDS[COMP_CWORD]}\"\n"
         "    opts=$( ${COMP_WORDS[0]} --completion-bash \"${COMP_WORDS[@]:1:$COMP_CWORD}\" )\n"
         "    COMPREPLY=( $(compgen -W \"${opts}\" -- ${cur}) )\n"
         "}\n"
         "complete -F " +
         function + " -o default " + name + "\n";
}

std::string ZshCompletionText(const ProgramSpec& program) {
  const std::string name(program.name);
  return "#compdef " + name + "\n\n_" + name +
         "() {\n"
         "    local matches=($(${words[1]} --completion-bash \"${(@)words[2,$CURRENT]}\"))\n"
         "    compadd -a matches\n"
         "    if [[ $compstate[nmatches] -eq 0 && $words[$CURRENT] != -* ]]; then\n"
         "        _files\n"
         "    fi\n"
         "}\n\n"
         "compdef _" +
         name + " " + name + "\n";
}

}  // namespace aion::config
