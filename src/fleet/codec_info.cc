#include "fleet/codec.h"
#include "fleet/codec_parts.h"

namespace aion::fleet {
namespace {

using namespace internal;  // NOLINT: this file is the codec.

void WriteStore(pbf_writer writer, const store::StoreInfo& store, bool supports_projections) {
  AddInt(writer, 1, store.min_time);
  AddInt(writer, 2, store.max_time);
  AddBool(writer, 3, store.supports_sharding);
  AddBool(writer, 5, store.supports_without_replica_labels);
  for (const store::TsdbInfo& info : store.tsdb_infos) {
    pbf_writer one(writer, 6);
    AddLabelSet(one, 1, info.labels);
    AddInt(one, 2, info.min_time);
    AddInt(one, 3, info.max_time);
  }
  AddBool(writer, 7, supports_projections);
}

store::TsdbInfo ReadTsdbInfo(pbf_reader reader) {
  store::TsdbInfo info;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: info.labels = ReadLabelSet(reader); break;
      case 2: info.min_time = reader.get_int64(); break;
      case 3: info.max_time = reader.get_int64(); break;
      default: reader.skip();
    }
  }
  return info;
}

store::StoreInfo ReadStore(pbf_reader reader, bool* supports_projections) {
  store::StoreInfo store;
  store.min_time = 0;
  store.max_time = 0;
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: store.min_time = reader.get_int64(); break;
      case 2: store.max_time = reader.get_int64(); break;
      case 3: store.supports_sharding = reader.get_bool(); break;
      case 5: store.supports_without_replica_labels = reader.get_bool(); break;
      case 6: store.tsdb_infos.push_back(ReadTsdbInfo(reader.get_message())); break;
      case 7: *supports_projections = reader.get_bool(); break;
      default: reader.skip();
    }
  }
  return store;
}

ApiTimeRange ReadTimeRange(pbf_reader reader) {
  ApiTimeRange range{0, 0};
  while (reader.next()) {
    switch (reader.tag()) {
      case 1: range.min_time = reader.get_int64(); break;
      case 2: range.max_time = reader.get_int64(); break;
      default: reader.skip();
    }
  }
  return range;
}

// An API without attributes is announced by an empty message.
void AddPresence(pbf_writer& writer, protozero::pbf_tag_type tag, bool present) {
  if (present) writer.add_message(tag, "", 0);
}
bool ReadPresence(pbf_reader& reader) {
  reader.skip();
  return true;
}

}  // namespace

std::string Encode(const InfoRequest& /*request*/) { return {}; }
Status Decode(std::string_view /*bytes*/, InfoRequest* /*request*/) { return OkStatus(); }

std::string Encode(const InfoAnswer& answer) {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const model::Labels& labels : answer.label_sets) AddLabelSet(writer, 1, labels);
  AddText(writer, 2, answer.component);
  if (answer.store) WriteStore(pbf_writer(writer, 3), *answer.store, answer.supports_projections);
  AddPresence(writer, 4, answer.rules);
  AddPresence(writer, 5, answer.metric_metadata);
  AddPresence(writer, 6, answer.targets);
  if (answer.exemplars) {
    pbf_writer exemplars(writer, 7);
    AddInt(exemplars, 1, answer.exemplars->min_time);
    AddInt(exemplars, 2, answer.exemplars->max_time);
  }
  AddPresence(writer, 8, answer.query);
  AddPresence(writer, 9, answer.status);
  return bytes;
}

Status Decode(std::string_view bytes, InfoAnswer* answer) {
  return Decoding("thanos.info.InfoResponse", [&]() -> Status {
    pbf_reader reader = ReaderOf(bytes);
    while (reader.next()) {
      switch (reader.tag()) {
        case 1: answer->label_sets.push_back(ReadLabelSet(reader)); break;
        case 2: answer->component = ReadText(reader); break;
        case 3: answer->store = ReadStore(reader.get_message(), &answer->supports_projections); break;
        case 4: answer->rules = ReadPresence(reader); break;
        case 5: answer->metric_metadata = ReadPresence(reader); break;
        case 6: answer->targets = ReadPresence(reader); break;
        case 7: answer->exemplars = ReadTimeRange(reader.get_message()); break;
        case 8: answer->query = ReadPresence(reader); break;
        case 9: answer->status = ReadPresence(reader); break;
        default: reader.skip();
      }
    }
    // A label set that names nothing says nothing.
    std::erase_if(answer->label_sets, [](const model::Labels& labels) { return labels.empty(); });
    if (answer->store) answer->store->label_sets = answer->label_sets;
    return OkStatus();
  });
}

}  // namespace aion::fleet
