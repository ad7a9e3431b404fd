#include "api/blocks_api.h"

#include "base/text.h"

namespace aion::api {
namespace {

constexpr std::string_view kNever = "0001-01-01T00:00:00Z";

/// JSON without the white space between its tokens.
void AppendCompact(std::string* out, std::string_view json) {
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\t' || c == '\n')) continue;
    out->push_back(c);
    if (c == '"') in_string = !in_string;
    if (c == '\\' && i + 1 < json.size()) out->push_back(json[++i]);
  }
}

StatusOr<blocks::MarkKind> KindOfAction(std::string_view action) {
  if (action == "DELETION") return blocks::MarkKind::kDeletion;
  if (action == "NO_COMPACTION") return blocks::MarkKind::kNoCompact;
  return InvalidArgumentError("not supported marker " + std::string(action));
}

}  // namespace

void BlocksApi::AddRoutes(net::Router* router) const {
  router->Handle(
      "GET", "/api/v1/blocks", "blocks",
      JsonHandler([this](const net::Request&, const net::Params& params) { return Blocks(params); },
                  options_.cors));
  router->Handle(
      "POST", "/api/v1/blocks/mark", "blocks_mark",
      JsonHandler([this](const net::Request& request,
                         const net::Params& params) { return MarkBlock(params, request.cancel); },
                  options_.cors));
}

void BlocksApi::Set(View view, const blocks::Metas& metas, const Status& status) {
  blocks::Metas old;  // Freed without the lock.
  std::lock_guard lock(mutex_);
  Report& report = view == View::kLoaded ? loaded_ : global_;
  report.refreshed_at = options_.clock->NowMs();
  report.error = status.ok() ? "" : std::string(status.message());
  if (!status.ok()) return;
  old.swap(report.metas);
  report.metas = metas;
}

Answer BlocksApi::Blocks(const net::Params& params) const {
  Report report;
  {
    std::lock_guard lock(mutex_);
    report = params.Get("view") == "loaded" ? loaded_ : global_;
  }
  AnswerData answer;
  std::string& json = answer.json;
  json = "{\"label\":";
  AppendJsonString(&json, options_.label);
  json += ",\"blocks\":[";
  bool first = true;
  for (const auto& [block, meta] : report.metas) {
    if (!std::exchange(first, false)) json += ',';
    AppendCompact(&json, tsdb::PrintMeta(*meta));
  }
  json += "],\"refreshedAt\":";
  AppendJsonString(
      &json, report.refreshed_at == 0 ? std::string(kNever) : FormatRfc3339(report.refreshed_at));
  json += ",\"err\":";
  // Compat: upstream prints an error as an empty object; its text says more, and pages show what is
  // there.
  if (report.error.empty()) {
    json += "null";
  } else {
    AppendJsonString(&json, report.error);
  }
  json += '}';
  return answer;
}

Answer BlocksApi::MarkBlock(const net::Params& params, const CancelToken& cancel) const {
  if (!options_.admin_operations) return InvalidArgumentError("Admin operations are disabled");
  const std::string_view id = params.Get("id"), action = params.Get("action");
  if (id.empty()) return InvalidArgumentError("ID cannot be empty");
  if (action.empty()) return InvalidArgumentError("Action cannot be empty");
  const auto block = Ulid::Parse(id);
  if (!block.ok()) {
    return InvalidArgumentError("ULID " + QuoteGo(id) +
                                " is not valid: " + std::string(block.status().message()));
  }
  blocks::Mark mark;
  ASSIGN_OR_RETURN(mark.kind, KindOfAction(action));
  mark.block = *block;
  mark.time_s = options_.clock->NowMs() / 1000;
  mark.details = params.Get("detail");
  if (mark.kind == blocks::MarkKind::kNoCompact) mark.reason = blocks::kReasonManual;
  if (const Status written = options_.write_mark(mark, cancel); !written.ok()) {
    return InvalidArgumentError(std::string(written.message()));
  }
  return AnswerData();
}

}  // namespace aion::api
