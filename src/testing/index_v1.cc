// The index format before Prometheus 2.2: symbol references are byte offsets in the file, series
// are not aligned and referenced by their offset.

#include <map>
#include <set>

#include "base/bytes.h"
#include "base/hash.h"
#include "testing/block_builder.h"
#include "tsdb/index/format.h"

namespace aion::testing {
namespace {

using tsdb::LabelRefs;

void AppendSection(std::string_view contents, std::string* out) {
  PutBe32(out, static_cast<uint32_t>(contents.size()));
  out->append(contents);
  PutBe32(out, Crc32c(contents));
}

/// Appends the symbol table and returns where in the file each symbol lies.
std::map<std::string, uint32_t> AppendSymbols(const std::vector<IndexSeries>& series,
                                              std::string* out) {
  std::set<std::string> symbols;
  for (const IndexSeries& one : series) {
    for (const model::LabelView& label : one.labels) {
      symbols.emplace(label.name);
      symbols.emplace(label.value);
    }
  }
  std::map<std::string, uint32_t> places;
  std::string contents;
  PutBe32(&contents, static_cast<uint32_t>(symbols.size()));
  for (const std::string& symbol : symbols) {
    places[symbol] = static_cast<uint32_t>(out->size() + 4 + contents.size());
    PutUvarintBytes(&contents, symbol);
  }
  AppendSection(contents, out);
  return places;
}

}  // namespace

std::string BuildIndexV1(const std::vector<IndexSeries>& series) {
  std::string out;
  PutBe32(&out, tsdb::kIndexMagic);
  PutU8(&out, 1);
  tsdb::Toc toc;
  toc.symbols = out.size();
  const std::map<std::string, uint32_t> symbols = AppendSymbols(series, &out);

  toc.series = out.size();
  std::map<std::pair<std::string, std::string>, tsdb::Postings> postings;
  for (const IndexSeries& one : series) {
    const auto ref = static_cast<uint32_t>(out.size());
    postings[{"", ""}].push_back(ref);
    std::vector<LabelRefs> refs;
    for (const model::LabelView& label : one.labels) {
      refs.push_back({symbols.at(std::string(label.name)), symbols.at(std::string(label.value))});
      postings[{std::string(label.name), std::string(label.value)}].push_back(ref);
    }
    tsdb::AppendSeriesEntry(refs, one.chunks, &out);
  }

  toc.label_indices = toc.label_indices_table = toc.postings = out.size();
  std::string table;
  PutBe32(&table, static_cast<uint32_t>(postings.size()));
  for (const auto& [label, refs] : postings) {
    PutUvarint(&table, 2);
    PutUvarintBytes(&table, label.first);
    PutUvarintBytes(&table, label.second);
    PutUvarint(&table, out.size());
    tsdb::AppendPostings(refs, &out);
  }
  toc.postings_table = out.size();
  AppendSection(table, &out);

  std::string toc_bytes;
  for (const uint64_t offset : {toc.symbols, toc.series, toc.label_indices, toc.label_indices_table,
                                toc.postings, toc.postings_table}) {
    PutBe64(&toc_bytes, offset);
  }
  PutBe32(&toc_bytes, Crc32c(toc_bytes));
  return out + toc_bytes;
}

}  // namespace aion::testing
