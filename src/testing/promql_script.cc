#include "testing/promql_script.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace aion::testing {
namespace {

using promql::SeriesDescription;

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Trimmed lines; comments are empty.
std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    lines.push_back(line.starts_with('#') ? std::string_view() : line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// Takes the next word off `text`.
std::string_view TakeWord(std::string_view* text) {
  const size_t end = std::min(text->find_first_of(" \t"), text->size());
  const std::string_view word = text->substr(0, end);
  *text = Trim(text->substr(end));
  return word;
}

bool TakeWordIf(std::string_view* text, std::string_view word) {
  std::string_view rest = *text;
  if (TakeWord(&rest) != word) return false;
  *text = rest;
  return true;
}

Status Error(std::string message) { return InvalidArgumentError(std::move(message)); }

/// A duration with an optional sign at the start of `text`, which is left with what follows.
StatusOr<DurationMs> TakeSignedDuration(std::string_view* text) {
  const bool negate = text->starts_with('-');
  if (negate || text->starts_with('+')) text->remove_prefix(1);
  size_t end = 0;
  while (end < text->size() && (*text)[end] >= '0' && (*text)[end] <= '9') ++end;
  while (end < text->size() && std::isalpha(static_cast<unsigned char>((*text)[end])) != 0 &&
         (*text)[end] != 'x') {
    ++end;
  }
  ASSIGN_OR_RETURN(const DurationMs duration, ParseModelDuration(text->substr(0, end)));
  text->remove_prefix(end);
  return negate ? -duration : duration;
}

StatusOr<size_t> ParseCount(std::string_view text) {
  size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() ||
      count > promql::kSequenceValuesMax) {
    return Error(fmt::format("invalid repeat count {}", QuoteGo(text)));
  }
  return count;
}

/// One item of an `@st` line: _, _x3, -1m, -1mx3, 0s-10sx3.
Status AppendStartOffsets(std::string_view item, std::vector<std::optional<DurationMs>>* offsets) {
  if (item == "_") {
    offsets->emplace_back();
    return OkStatus();
  }
  if (item.starts_with("_x")) {
    ASSIGN_OR_RETURN(const size_t count, ParseCount(item.substr(2)));
    offsets->resize(offsets->size() + count);
    return OkStatus();
  }
  ASSIGN_OR_RETURN(DurationMs offset, TakeSignedDuration(&item));
  DurationMs step = 0;
  if (item.starts_with('+') || item.starts_with('-')) {
    ASSIGN_OR_RETURN(step, TakeSignedDuration(&item));
  }
  size_t count = 0;
  if (!item.empty()) {
    if (!item.starts_with('x'))
      return Error(fmt::format("unexpected {} in start times", QuoteGo(item)));
    ASSIGN_OR_RETURN(count, ParseCount(item.substr(1)));
  }
  for (size_t i = 0; i <= count; ++i, offset += step) offsets->emplace_back(offset);
  return OkStatus();
}

/// Reads one command after the other from lines.
class ScriptParser {
 public:
  explicit ScriptParser(std::string_view text) : lines_(Lines(text)) {}

  std::vector<ScriptCommand> Parse() {
    std::vector<ScriptCommand> commands;
    for (at_ = 0; at_ < lines_.size(); ++at_) {
      if (!lines_[at_].empty()) commands.push_back(ParseCommand());
    }
    return commands;
  }

 private:
  int LineNumber() const { return static_cast<int>(at_) + 1; }

  ScriptCommand ParseCommand() {
    std::string_view rest = lines_[at_];
    const std::string_view word = TakeWord(&rest);
    const int line = LineNumber();
    if (word == "clear") return ClearCommand();
    Status status = Error(fmt::format("invalid command {}", QuoteGo(lines_[at_])));
    if (word == "load" || word == "load_with_nhcb") {
      LoadCommand load;
      load.line = line;
      load.with_custom_buckets = word != "load";
      status = ParseLoad(rest, &load);
      if (status.ok()) return load;
    } else if (word.starts_with("eval")) {
      EvalCommand eval;
      eval.line = line;
      status = ParseEval(word, rest, &eval);
      if (status.ok()) return eval;
    }
    while (at_ + 1 < lines_.size() && !lines_[at_ + 1].empty()) ++at_;
    return BadCommand{line, std::string(status.message()), word.starts_with("eval")};
  }

  /// The next line of the block of the command; empty at its end.
  std::string_view NextLine() {
    if (at_ + 1 >= lines_.size() || lines_[at_ + 1].empty()) return {};
    return lines_[++at_];
  }

  Status ParseLoad(std::string_view rest, LoadCommand* load) {
    ASSIGN_OR_RETURN(load->step_ms, ParseModelDuration(rest));
    std::optional<LoadedSeries> pending;  // Of an @st line.
    for (std::string_view line = NextLine(); !line.empty(); line = NextLine()) {
      std::string_view values = line;
      const std::string_view metric = TakeWord(&values);
      if (metric.ends_with("@st")) {
        ASSIGN_OR_RETURN(pending, ParseStartTimes(metric.substr(0, metric.size() - 3), values));
        continue;
      }
      LoadedSeries series;
      ASSIGN_OR_RETURN(series.description, promql::ParseSeriesDescription(line));
      if (pending) {
        if (!(pending->description.labels == series.description.labels)) {
          return Error("@st metric does not match the following sample line metric");
        }
        if (pending->start_offsets.size() != series.description.values.size()) {
          return Error(fmt::format("@st line has {} values but sample line has {}",
                                   pending->start_offsets.size(),
                                   series.description.values.size()));
        }
        series.start_offsets = std::move(pending->start_offsets);
        pending.reset();
      }
      load->series.push_back(std::move(series));
    }
    return pending ? Error("@st line has no following sample line") : OkStatus();
  }

  static StatusOr<LoadedSeries> ParseStartTimes(std::string_view metric, std::string_view items) {
    LoadedSeries series;
    ASSIGN_OR_RETURN(series.description, promql::ParseSeriesDescription(metric));
    while (!items.empty())
      RETURN_IF_ERROR(AppendStartOffsets(TakeWord(&items), &series.start_offsets));
    return series;
  }

  static void AddOldForm(std::string_view word, EvalCommand* eval) {
    const std::string_view modifier =
        word.substr(std::min(word.size(), std::string_view("eval_").size()));
    if (modifier == "ordered")
      eval->expectations.push_back({Expectation::Kind::kOrdered, true, ".*"});
    if (modifier == "fail") eval->expectations.push_back({Expectation::Kind::kFail, true, ".*"});
    eval->warn = modifier == "warn";
    eval->info = modifier == "info";
  }

  static Status ParseRange(std::string_view* rest, EvalCommand* eval) {
    if (!TakeWordIf(rest, "from")) return Error("range without `from`");
    ASSIGN_OR_RETURN(eval->start, ParseModelDuration(TakeWord(rest)));
    if (!TakeWordIf(rest, "to")) return Error("range without `to`");
    ASSIGN_OR_RETURN(eval->end, ParseModelDuration(TakeWord(rest)));
    if (!TakeWordIf(rest, "step")) return Error("range without `step`");
    ASSIGN_OR_RETURN(eval->step_ms, ParseModelDuration(TakeWord(rest)));
    if (eval->end < eval->start) return Error("range ends before it starts");
    if (eval->step_ms <= 0) return Error("range with a step of 0");
    return OkStatus();
  }

  Status ParseEval(std::string_view word, std::string_view rest, EvalCommand* eval) {
    AddOldForm(word, eval);
    if (TakeWordIf(&rest, "range")) {
      eval->is_range = true;
      RETURN_IF_ERROR(ParseRange(&rest, eval));
    } else if (TakeWordIf(&rest, "instant")) {
      if (TakeWordIf(&rest, "at")) {
        ASSIGN_OR_RETURN(eval->time, ParseModelDuration(TakeWord(&rest)));
      }
    } else {
      return Error("invalid evaluation command: neither `instant` nor `range`");
    }
    eval->query = std::string(rest);
    for (std::string_view line = NextLine(); !line.empty(); line = NextLine()) {
      RETURN_IF_ERROR(ParseResultLine(line, eval));
    }
    return OkStatus();
  }

  static Status ParseResultLine(std::string_view line, EvalCommand* eval) {
    std::string_view rest = line;
    if (TakeWordIf(&rest, "expected_fail_message")) {
      eval->expectations = {{Expectation::Kind::kFail, false, std::string(rest)}};
      return OkStatus();
    }
    if (TakeWordIf(&rest, "expected_fail_regexp")) {
      eval->expectations = {{Expectation::Kind::kFail, true, std::string(rest)}};
      return OkStatus();
    }
    if (TakeWordIf(&rest, "expect")) return ParseExpectation(rest, eval);
    if (const StatusOr<promql::ExprPtr> number = promql::ParseExpr(line, promql::ParserOptions());
        number.ok() && (*number)->kind == promql::NodeKind::kNumber) {
      eval->expected_scalar = static_cast<const promql::NumberLiteral&>(**number).value;
      return OkStatus();
    }
    ASSIGN_OR_RETURN(SeriesDescription series, promql::ParseSeriesDescription(line));
    const bool range_vector = eval->is_range || eval->step_ms != 0;
    if (series.values.size() > 1 && !range_vector)
      return Error("several values for an instant query");
    eval->expected.push_back(std::move(series));
    return OkStatus();
  }

  static Status ParseExpectation(std::string_view rest, EvalCommand* eval) {
    if (TakeWordIf(&rest, "range")) {
      if (!TakeWordIf(&rest, "vector")) return Error("expect range without `vector`");
      eval->instant_only = true;
      RETURN_IF_ERROR(ParseRange(&rest, eval));
      eval->time = eval->end;  // Compat: in place of the time of the query.
      return OkStatus();
    }
    if (TakeWordIf(&rest, "string")) {
      ASSIGN_OR_RETURN(eval->expected_string, UnquoteGo(rest));
      eval->instant_only = true;
      return OkStatus();
    }
    constexpr std::array<std::string_view, 6> kKinds = {"ordered", "fail", "warn",
                                                        "no_warn", "info", "no_info"};
    const auto* kind = std::ranges::find(kKinds, TakeWord(&rest));
    if (kind == kKinds.end()) return Error("unknown expectation");
    Expectation expectation = {static_cast<Expectation::Kind>(kind - kKinds.begin()), true, ".*"};
    if (rest.starts_with("msg:")) {
      expectation.is_pattern = false;
      expectation.text = std::string(Trim(rest.substr(4)));
    } else if (rest.starts_with("regex:")) {
      expectation.text = std::string(Trim(rest.substr(6)));
      if (!RE2(expectation.text, RE2::Quiet).ok())
        return Error("invalid regex " + expectation.text);
    } else if (!rest.empty()) {
      return Error(fmt::format("invalid token {} in expectation", QuoteGo(rest)));
    }
    eval->expectations.push_back(std::move(expectation));
    return OkStatus();
  }

  std::vector<std::string_view> lines_;
  size_t at_ = 0;
};

}  // namespace

bool Expectation::Matches(std::string_view actual) const {
  if (!is_pattern) return text == actual;
  return RE2::PartialMatch(actual, RE2(text, RE2::Quiet));
}

bool EvalCommand::Expects(Expectation::Kind kind) const {
  return std::ranges::any_of(expectations, [&](const Expectation& e) { return e.kind == kind; });
}

std::vector<ScriptCommand> ParsePromqlScript(std::string_view text) {
  return ScriptParser(text).Parse();
}

}  // namespace aion::testing
