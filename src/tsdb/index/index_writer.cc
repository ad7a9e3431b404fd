#include "tsdb/index/index_writer.h"

#include <fmt/core.h>

#include <limits>

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
  if (!symbols_.empty() && symbol <= symbols_.back()) {
    return InvalidArgumentError(
        fmt::format("index writer: symbol out of order: {}", QuoteGo(symbol)));
  }
  const auto number = static_cast<uint32_t>(symbols_.size());
  symbols_.push_back(symbol_numbers_.emplace(std::string(symbol), number).first->first);
  PutUvarintBytes(&symbol_bytes_, symbol);
  return OkStatus();
}

Status IndexWriter::FinishSymbols() {
  symbols_done_ = true;
  toc_.symbols = position_;
  std::string frame;
  if (symbol_bytes_.size() + 4 > std::numeric_limits<uint32_t>::max()) {
    return ResourceExhaustedError(
        fmt::format("symbol table size exceeds 4 bytes: {}", symbol_bytes_.size()));
  }
  PutBe32(&frame, static_cast<uint32_t>(symbol_bytes_.size() + 4));
  PutBe32(&frame, static_cast<uint32_t>(symbols_.size()));
  RETURN_IF_ERROR(Write(frame));
  RETURN_IF_ERROR(Write(symbol_bytes_));
  std::string crc;
  PutBe32(&crc, Crc32c(symbol_bytes_, Crc32c(std::string_view(frame).substr(4))));
  RETURN_IF_ERROR(Write(crc));
  symbol_bytes_ = std::string();
  toc_.series = position_;
  postings_by_name_.resize(symbols_.size());
  return OkStatus();
}

Status IndexWriter::FindSymbols(model::LabelsView labels) {
  label_refs_.clear();
  for (const model::LabelView& label : labels) {
    const auto name = symbol_numbers_.find(label.name);
    const auto value = symbol_numbers_.find(label.value);
    if (name == symbol_numbers_.end() || value == symbol_numbers_.end()) {
      return InvalidArgumentError(
          fmt::format("index writer: no symbol for label {}", labels.ToString()));
    }
    label_refs_.push_back({name->second, value->second});
  }
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
  RETURN_IF_ERROR(FindSymbols(labels));
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
  for (const LabelRefs& refs : label_refs_)
    postings_by_name_[refs.name][refs.value].push_back(series_ref);
  last_labels_ = model::Labels(labels);
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
  for (size_t name = 0; name < postings_by_name_.size(); ++name) {
    for (const auto& [value, postings] : postings_by_name_[name]) {
      RETURN_IF_ERROR(write(symbols_[name], symbols_[value], postings));
    }
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
