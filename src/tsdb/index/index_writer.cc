#include "tsdb/index/index_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/text.h"

namespace aion::tsdb {
namespace {

constexpr size_t kWriteBufferSize = 256 << 10;

}  // namespace

StatusOr<std::unique_ptr<IndexWriter>> IndexWriter::Create(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<WritableFile> file, env.OpenWritable(path));
  std::unique_ptr<IndexWriter> writer(new IndexWriter(std::move(file)));
  std::string header;
  PutBe32(&header, kIndexMagic);
  PutU8(&header, static_cast<uint8_t>(IndexVersion::kV2));
  RETURN_IF_ERROR(writer->Write(header));
  return writer;
}

Status IndexWriter::FlushBuffer() {
  RETURN_IF_ERROR(file_->Append(buffer_));
  buffer_.clear();
  return OkStatus();
}

Status IndexWriter::Write(std::string_view bytes) {
  buffer_.append(bytes);
  position_ += bytes.size();
  return buffer_.size() < kWriteBufferSize ? OkStatus() : FlushBuffer();
}

void IndexWriter::Pad(uint64_t alignment) {
  const uint64_t padding = (alignment - position_ % alignment) % alignment;
  buffer_.append(padding, '\0');
  position_ += padding;
}

Status IndexWriter::AddSymbol(std::string_view symbol) {
  if (symbols_done_) return InvalidArgumentError("index writer: symbol after the first series");
  if (symbols_.size() > 0 && symbol <= symbols_[symbols_.size() - 1]) {
    return InvalidArgumentError(
        fmt::format("index writer: symbol out of order: {}", QuoteGo(symbol)));
  }
  symbols_.Append(symbol);
  return OkStatus();
}

Status IndexWriter::FinishSymbols() {
  symbols_done_ = true;
  symbols_.BuildTable();
  toc_.symbols = position_;
  const std::string& entries = symbols_.entries();
  if (entries.size() + 4 > std::numeric_limits<uint32_t>::max()) {
    return ResourceExhaustedError(
        fmt::format("symbol table size exceeds 4 bytes: {}", entries.size()));
  }
  std::string frame;
  PutBe32(&frame, static_cast<uint32_t>(entries.size() + 4));
  PutBe32(&frame, static_cast<uint32_t>(symbols_.size()));
  RETURN_IF_ERROR(Write(frame));
  RETURN_IF_ERROR(Write(entries));
  std::string crc;
  PutBe32(&crc, Crc32c(entries, Crc32c(std::string_view(frame).substr(4))));
  RETURN_IF_ERROR(Write(crc));
  toc_.series = position_;
  return OkStatus();
}

StatusOr<uint32_t> IndexWriter::FindSymbol(std::string_view symbol) const {
  const uint32_t number = symbols_.Find(symbol);
  if (number != internal::SymbolSet::kNotFound) return number;
  return InvalidArgumentError(fmt::format("index writer: no symbol {}", QuoteGo(symbol)));
}

uint32_t IndexWriter::ListNumber(const LabelRefs& refs) {
  const auto [entry, added] = list_numbers_.try_emplace(uint64_t{refs.name} << 32 | refs.value,
                                                        static_cast<uint32_t>(lists_.size()));
  if (added) lists_.emplace_back();
  return entry->second;
}

Status IndexWriter::FindLabels(model::LabelsView labels) {
  next_refs_.clear();
  next_lists_.clear();
  auto last = last_labels_.begin();
  const auto last_end = last_labels_.end();
  for (const model::LabelView& label : labels) {
    if (last != last_end) {
      const size_t i = next_refs_.size();
      const bool same = *last == label;
      ++last;
      if (same) {
        next_refs_.push_back(label_refs_[i]);
        next_lists_.push_back(label_lists_[i]);
        continue;
      }
    }
    LabelRefs refs;
    ASSIGN_OR_RETURN(refs.name, FindSymbol(label.name));
    ASSIGN_OR_RETURN(refs.value, FindSymbol(label.value));
    next_refs_.push_back(refs);
    next_lists_.push_back(ListNumber(refs));
  }
  label_refs_.swap(next_refs_);
  label_lists_.swap(next_lists_);
  last_labels_ = model::Labels(labels);
  return OkStatus();
}

Status IndexWriter::CheckChunks(const std::vector<ChunkMeta>& chunks) const {
  for (size_t i = 0; i < chunks.size(); ++i) {
    const bool ref_ascends = chunks[i].ref >= (i == 0 ? last_chunk_ref_ : chunks[i - 1].ref);
    const bool time_ascends = i == 0 || chunks[i].min_time > chunks[i - 1].max_time;
    if (!ref_ascends || !time_ascends || chunks[i].max_time < chunks[i].min_time) {
      return InvalidArgumentError(
          fmt::format("index writer: chunk out of order: reference {}, times {} to {}",
                      chunks[i].ref, chunks[i].min_time, chunks[i].max_time));
    }
  }
  return OkStatus();
}

Status IndexWriter::AddSeries(model::LabelsView labels, const std::vector<ChunkMeta>& chunks) {
  if (!symbols_done_) RETURN_IF_ERROR(FinishSymbols());
  if (has_series_ && model::Compare(labels, last_labels_) <= 0) {
    return InvalidArgumentError(fmt::format("index writer: series out of order: {} after {}",
                                            labels.ToString(), last_labels_.ToString()));
  }
  RETURN_IF_ERROR(CheckChunks(chunks));
  RETURN_IF_ERROR(FindLabels(labels));
  Pad(kSeriesAlignment);
  const uint64_t number = position_ / kSeriesAlignment;
  if (number > std::numeric_limits<uint32_t>::max()) {
    return ResourceExhaustedError(fmt::format("index writer: series beyond 64 GiB: {}", position_));
  }
  const auto series_ref = static_cast<uint32_t>(number);
  std::string entry;
  AppendSeriesEntry(label_refs_, chunks, &entry);
  RETURN_IF_ERROR(Write(entry));
  all_postings_.push_back(series_ref);
  for (const uint32_t list : label_lists_) lists_[list].push_back(series_ref);
  has_series_ = true;
  if (!chunks.empty()) last_chunk_ref_ = chunks.back().ref;
  return OkStatus();
}

Status IndexWriter::WritePostings() {
  const auto write = [this](std::string_view name, std::string_view value,
                            const Postings& postings) -> Status {
    Pad(4);
    PutUvarint(&postings_table_, 2);
    PutUvarintBytes(&postings_table_, name);
    PutUvarintBytes(&postings_table_, value);
    PutUvarint(&postings_table_, position_);
    ++postings_rows_;
    std::string list;
    AppendPostings(postings, &list);
    return Write(list);
  };
  RETURN_IF_ERROR(write({}, {}, all_postings_));
  // Symbols are numbered in order, so that numbers sort as names and values do.
  std::vector<std::pair<uint64_t, uint32_t>> sorted(list_numbers_.begin(), list_numbers_.end());
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [refs, list] : sorted) {
    if (lists_[list].empty()) continue;  // Of a series that was refused.
    const std::string_view name = symbols_[refs >> 32];
    const std::string_view value = symbols_[refs & 0xffffffff];
    RETURN_IF_ERROR(write(name, value, lists_[list]));
  }
  return OkStatus();
}

Status IndexWriter::WriteToc() {
  std::string toc;
  for (const uint64_t offset : {toc_.symbols, toc_.series, toc_.label_indices,
                                toc_.label_indices_table, toc_.postings, toc_.postings_table}) {
    PutBe64(&toc, offset);
  }
  PutBe32(&toc, Crc32c(toc));
  return Write(toc);
}

Status IndexWriter::Finish() {
  if (!symbols_done_) RETURN_IF_ERROR(FinishSymbols());
  // Label indices are no longer written; their offsets are those of what follows, before its
  // padding.
  toc_.label_indices = position_;
  toc_.postings = position_;
  RETURN_IF_ERROR(WritePostings());
  toc_.label_indices_table = position_;
  toc_.postings_table = position_;
  std::string table;
  PutBe32(&table, postings_rows_);
  table += postings_table_;
  if (table.size() > std::numeric_limits<uint32_t>::max()) {
    return ResourceExhaustedError(
        fmt::format("postings offset table size exceeds 4 bytes: {}", table.size()));
  }
  std::string length;
  PutBe32(&length, static_cast<uint32_t>(table.size()));
  std::string crc;
  PutBe32(&crc, Crc32c(table));
  RETURN_IF_ERROR(Write(length));
  RETURN_IF_ERROR(Write(table));
  RETURN_IF_ERROR(Write(crc));
  RETURN_IF_ERROR(WriteToc());
  RETURN_IF_ERROR(FlushBuffer());
  RETURN_IF_ERROR(file_->Sync());
  return file_->Close();
}

}  // namespace aion::tsdb
