#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteStore(Writer writer, const store::StoreInfo& store, bool supports_projections) {
  AddInt(writer, 1, store.min_time);
  AddInt(writer, 2, store.max_time);
  AddBool(writer, 3, store.supports_sharding);
  AddBool(writer, 5, store.supports_without_replica_labels);
  for (const store::TsdbInfo& info : store.tsdb_infos) {
    Writer one(writer, 6);
    AddLabelSet(one, 1, info.labels);
    AddInt(one, 2, info.min_time);
    AddInt(one, 3, info.max_time);
  }
  AddBool(writer, 7, supports_projections);
}

store::TsdbInfo ReadTsdbInfo(Reader reader) {
  store::TsdbInfo info;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        info.labels = ReadLabelSet(reader);
        break;
      case 2:
        info.min_time = reader.Int64();
        break;
      case 3:
        info.max_time = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return info;
}

store::StoreInfo ReadStore(Reader reader, bool* supports_projections) {
  store::StoreInfo store;
  store.min_time = 0;
  store.max_time = 0;
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        store.min_time = reader.Int64();
        break;
      case 2:
        store.max_time = reader.Int64();
        break;
      case 3:
        store.supports_sharding = reader.Bool();
        break;
      case 5:
        store.supports_without_replica_labels = reader.Bool();
        break;
      case 6:
        store.tsdb_infos.push_back(ReadTsdbInfo(reader.Message()));
        break;
      case 7:
        *supports_projections = reader.Bool();
        break;
      default:
        reader.Skip();
    }
  }
  return store;
}

ApiTimeRange ReadTimeRange(Reader reader) {
  ApiTimeRange range{0, 0};
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
        range.min_time = reader.Int64();
        break;
      case 2:
        range.max_time = reader.Int64();
        break;
      default:
        reader.Skip();
    }
  }
  return range;
}

// An API without attributes is announced by an empty message.
void AddPresence(Writer& writer, uint32_t field, bool present) {
  if (present) writer.proto().AlwaysBytes(field, "");
}
bool ReadPresence(Reader& reader) {
  reader.Skip();
  return true;
}

}  // namespace

std::string Encode(const InfoRequest& /*request*/) { return {}; }
Status Decode(std::string_view /*bytes*/, InfoRequest* /*request*/) { return OkStatus(); }

std::string Encode(const InfoAnswer& answer) {
  std::string bytes;
  Writer writer(&bytes);
  for (const model::Labels& labels : answer.label_sets) AddLabelSet(writer, 1, labels);
  AddText(writer, 2, answer.component);
  if (answer.store) WriteStore(Writer(writer, 3), *answer.store, answer.supports_projections);
  AddPresence(writer, 4, answer.rules);
  AddPresence(writer, 5, answer.metric_metadata);
  AddPresence(writer, 6, answer.targets);
  if (answer.exemplars) {
    Writer exemplars(writer, 7);
    AddInt(exemplars, 1, answer.exemplars->min_time);
    AddInt(exemplars, 2, answer.exemplars->max_time);
  }
  AddPresence(writer, 8, answer.query);
  AddPresence(writer, 9, answer.status);
  return bytes;
}

Status Decode(std::string_view bytes, InfoAnswer* answer) {
  RETURN_IF_ERROR(DecodeFields("thanos.info.InfoResponse", bytes, [&](Reader& reader) {
    switch (reader.field()) {
      case 1:
        answer->label_sets.push_back(ReadLabelSet(reader));
        break;
      case 2:
        answer->component = reader.Text();
        break;
      case 3:
        answer->store = ReadStore(reader.Message(), &answer->supports_projections);
        break;
      case 4:
        answer->rules = ReadPresence(reader);
        break;
      case 5:
        answer->metric_metadata = ReadPresence(reader);
        break;
      case 6:
        answer->targets = ReadPresence(reader);
        break;
      case 7:
        answer->exemplars = ReadTimeRange(reader.Message());
        break;
      case 8:
        answer->query = ReadPresence(reader);
        break;
      case 9:
        answer->status = ReadPresence(reader);
        break;
      default:
        reader.Skip();
    }
  }));
  // A label set that names nothing says nothing.
  std::erase_if(answer->label_sets, [](const model::Labels& labels) { return labels.empty(); });
  if (answer->store) answer->store->label_sets = answer->label_sets;
  return OkStatus();
}

}  // namespace aion::fleet
