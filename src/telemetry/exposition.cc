#include "telemetry/exposition.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace aion::telemetry {
namespace {

constexpr std::string_view kTotal = "_total";

void AppendEscaped(std::string* out, std::string_view text, bool quotes) {
  for (char c : text) {
    if (c == '\\') {
      out->append("\\\\");
    } else if (c == '\n') {
      out->append("\\n");
    } else if (c == '"' && quotes) {
      out->append("\\\"");
    } else {
      out->push_back(c);
    }
  }
}

std::string WithoutInvalidUtf8(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t size = 1;
    while (size < 4 && at + size <= text.size() && !IsValidUtf8(text.substr(at, size))) ++size;
    const std::string_view piece = text.substr(at, size);
    if (IsValidUtf8(piece)) {
      out.append(piece);
      at += piece.size();
    } else {
      out.append("\xef\xbf\xbd");
      ++at;
    }
  }
  return out;
}

std::string_view TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
    case MetricType::kSummary:
      return "summary";
  }
  return "untyped";
}

void AppendSample(std::string* out, std::string_view name, std::string_view labels,
                  std::string_view value) {
  out->append(name);
  if (!labels.empty()) out->append("{").append(labels).append("}");
  out->append(" ").append(value).append("\n");
}

}  // namespace

std::string RenderLabels(std::span<const std::pair<std::string_view, std::string_view>> labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out.push_back(',');
    out.append(name).append("=\"");
    if (IsValidUtf8(value)) {
      AppendEscaped(&out, value, true);
    } else {
      AppendEscaped(&out, WithoutInvalidUtf8(value), true);
    }
    out.push_back('"');
  }
  return out;
}

void ExpositionWriter::Declare(const std::string& name, MetricType type, std::string_view help) {
  blocks_.try_emplace(name, Block{type, std::string(help), {}});
}

std::string_view ExpositionWriter::FamilyName(const std::string& name, const Block& block) const {
  const bool strip = format_ == ExpositionFormat::kOpenMetrics &&
                     block.type == MetricType::kCounter && name.ends_with(kTotal);
  return std::string_view(name).substr(0, name.size() - (strip ? kTotal.size() : 0));
}

std::string ExpositionWriter::SampleName(const std::string& name, const Block& block) const {
  const bool add = format_ == ExpositionFormat::kOpenMetrics &&
                   block.type == MetricType::kCounter && !name.ends_with(kTotal);
  return add ? name + std::string(kTotal) : name;
}

std::string ExpositionWriter::Number(double value) const {
  std::string text = FormatGoFloat(value, 'g');
  const bool whole = std::isfinite(value) && text.find_first_of(".e") == std::string::npos;
  // OpenMetrics tells floats from integers by the point.
  if (format_ == ExpositionFormat::kOpenMetrics && whole) text.append(".0");
  return text;
}

void ExpositionWriter::Add(const std::string& name, const std::string& labels, double value) {
  Block& block = blocks_.at(name);
  AppendSample(&block.lines[labels], SampleName(name, block), labels, Number(value));
}

void ExpositionWriter::Add(const std::string& name, const std::string& labels,
                           const Histogram& histogram) {
  std::string& lines = blocks_.at(name).lines[labels];
  const std::span<const double> bounds = histogram.bounds();
  const std::string bucket_name = name + "_bucket";
  std::string prefix = labels;
  if (!prefix.empty()) prefix.push_back(',');
  uint64_t count = 0;
  for (size_t i = 0; i <= bounds.size(); ++i) {
    count += histogram.BucketCount(i);
    const std::string bound = i < bounds.size() ? Number(bounds[i]) : "+Inf";
    AppendSample(&lines, bucket_name, prefix + "le=\"" + bound + "\"", std::to_string(count));
  }
  AppendSample(&lines, name + "_sum", labels, Number(histogram.Sum()));
  AppendSample(&lines, name + "_count", labels, std::to_string(count));
}

std::string ExpositionWriter::Finish() {
  const bool open_metrics = format_ == ExpositionFormat::kOpenMetrics;
  std::string out;
  for (const auto& [name, block] : blocks_) {
    if (block.lines.empty()) continue;
    const std::string_view family = FamilyName(name, block);
    out.append("# HELP ").append(family).append(" ");
    AppendEscaped(&out, block.help, open_metrics);
    out.append("\n# TYPE ").append(family).append(" ").append(TypeName(block.type)).append("\n");
    for (const auto& [labels, lines] : block.lines) out.append(lines);
  }
  if (open_metrics) out.append("# EOF\n");
  return out;
}

ExpositionFormat NegotiateFormat(std::string_view accept) {
  double open_metrics = 0, text = 0;
  while (!accept.empty()) {
    const size_t comma = std::min(accept.find(','), accept.size());
    std::string_view range = accept.substr(0, comma);
    accept.remove_prefix(std::min(comma + 1, accept.size()));
    double quality = 1;
    if (const size_t at = range.find("q="); at != std::string_view::npos) {
      const size_t end = std::min(range.find_first_of("; \t", at), range.size());
      quality = ParseGoFloat(range.substr(at + 2, end - at - 2)).ok()
                    ? *ParseGoFloat(range.substr(at + 2, end - at - 2))
                    : 0;
    }
    range = range.substr(0, range.find(';'));
    while (range.starts_with(' ')) range.remove_prefix(1);
    while (range.ends_with(' ')) range.remove_suffix(1);
    if (range == "application/openmetrics-text") open_metrics = std::max(open_metrics, quality);
    if (range == "text/plain") text = std::max(text, quality);
  }
  const bool open = open_metrics > 0 && open_metrics >= text;
  return open ? ExpositionFormat::kOpenMetrics : ExpositionFormat::kText;
}

std::string_view ContentType(ExpositionFormat format) {
  return format == ExpositionFormat::kOpenMetrics
             ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
             : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace aion::telemetry
