// Operations on two vectors.
//
// Series are matched once: each gets the number of its match group (its labels reduced by on() or
// ignoring()), and pairs within a group are computed over all steps at a time. What must be decided
// step by step (two series of the "one" side present at once, results of equal labels) is decided
// by the bits of the rows, and looked at closer only in groups that have more than one candidate.

#include <algorithm>
#include <bit>
#include <map>
#include <optional>

#include "promql/exec/calls.h"
#include "promql/exec/label_sets.h"
#include "promql/func/binary_ops.h"

namespace aion::promql {
namespace {

using Bits = std::vector<uint64_t>;

/// The labels that decide a match, as sorted names.
class Matching {
 public:
  explicit Matching(const VectorMatching& matching) : on_(matching.on), names_(matching.labels) {
    if (!on_) names_.emplace_back(model::kMetricName);
    std::sort(names_.begin(), names_.end());
  }
  void Reduce(model::LabelsView labels, std::string* packed) const {
    if (on_) {
      KeepLabels(labels, names_, packed);
    } else {
      RemoveLabels(labels, names_, packed);
    }
  }

 private:
  bool on_;
  std::vector<std::string> names_;
};

/// The series of both sides that match each other.
struct MatchGroup {
  std::vector<size_t> left, right;
};

std::vector<MatchGroup> FindGroups(const Matching& matching, const StepMatrix& left,
                                   const StepMatrix& right) {
  std::vector<MatchGroup> groups;
  LabelSetIndex index;
  std::string key;
  const auto add = [&](const StepMatrix& side, std::vector<size_t> MatchGroup::* members) {
    for (size_t i = 0; i < side.series.size(); ++i) {
      matching.Reduce(side.series[i].labels, &key);
      const auto [at, is_new] = index.Find(key);
      if (is_new) groups.emplace_back();
      (groups[at].*members).push_back(i);
    }
  };
  add(left, &MatchGroup::left);
  add(right, &MatchGroup::right);
  return groups;
}

Bits PresentBits(const StepRow& row) {
  Bits bits(row.word_count());
  for (size_t word = 0; word < bits.size(); ++word) bits[word] = row.PresentWord(word);
  return bits;
}

void Unite(Bits* into, const Bits& bits) {
  for (size_t word = 0; word < bits.size(); ++word) (*into)[word] |= bits[word];
}

Bits UnionOf(const StepMatrix& matrix, const std::vector<size_t>& members, size_t words) {
  Bits bits(words);
  for (size_t i : members) Unite(&bits, PresentBits(matrix.series[i].row));
  return bits;
}

bool Test(const Bits& bits, size_t step) { return (bits[step / 64] >> (step % 64) & 1) != 0; }
void Mark(Bits* bits, size_t step) { (*bits)[step / 64] |= uint64_t{1} << (step % 64); }

/// Clears the steps of a row that are, or are not, in `bits`.
void Restrict(StepRow* row, const Bits& bits, bool keep_inside) {
  for (size_t step = 0; step < row->count(); ++step) {
    if (Test(bits, step) != keep_inside) row->Clear(step);
  }
}

StatusOr<StepMatrix> EvalSet(Query& query, const BinaryExpr& binary, StepMatrix left,
                             StepMatrix right, const StepGrid& grid) {
  const std::vector<MatchGroup> groups = FindGroups(Matching(*binary.matching), left, right);
  const size_t words = (grid.count + 63) / 64;
  for (const MatchGroup& group : groups) {
    RETURN_IF_ERROR(query.CheckCancelled());
    if (binary.op == BinaryOp::kOr) {
      const Bits taken = UnionOf(left, group.left, words);
      for (size_t i : group.right) Restrict(&right.series[i].row, taken, false);
      continue;
    }
    const Bits other = UnionOf(right, group.right, words);
    for (size_t i : group.left) Restrict(&left.series[i].row, other, binary.op == BinaryOp::kAnd);
  }
  StepMatrix result = std::move(left);
  if (binary.op == BinaryOp::kOr) {
    for (StepSeries& series : right.series) {
      if (!series.row.Empty()) RETURN_IF_ERROR(result.Append(std::move(series)));
    }
  }
  std::erase_if(result.series, [](const StepSeries& series) { return series.row.Empty(); });
  RETURN_IF_ERROR(JoinEqualLabels(&result));
  return result;
}

/// Arithmetic, comparison and trimming between matching series.
class VectorOperation {
 public:
  VectorOperation(Query& query, const BinaryExpr& binary, const StepGrid& grid)
      : query_(query),
        binary_(binary),
        matching_(*binary.matching),
        reduce_(matching_),
        swapped_(matching_.cardinality == MatchCardinality::kOneToMany),
        one_to_one_(matching_.cardinality == MatchCardinality::kOneToOne),
        fill_many_(matching_.fill_lhs),
        fill_one_(matching_.fill_rhs),
        grid_(grid),
        result_(&query) {}

  StatusOr<StepMatrix> Run(const StepMatrix& left, const StepMatrix& right) {
    many_ = swapped_ ? &right : &left;
    one_ = swapped_ ? &left : &right;
    std::vector<MatchGroup> groups = FindGroups(reduce_, *many_, *one_);
    RETURN_IF_ERROR(CheckOneSide(groups));
    for (const MatchGroup& group : groups) {
      RETURN_IF_ERROR(query_.CheckCancelled());
      RETURN_IF_ERROR(RunGroup(group));
    }
    std::erase_if(result_.series, [](const StepSeries& series) { return series.row.Empty(); });
    RETURN_IF_ERROR(JoinEqualLabels(&result_));
    return std::move(result_);
  }

 private:
  size_t WordCount() const { return (grid_.count + 63) / 64; }

  /// Two series of the "one" side of a group must not be present at one step, unless the other side
  /// has nothing at all there. Of several such pairs the one of the earliest step, and there the
  /// first in the order of the series, is told.
  Status CheckOneSide(const std::vector<MatchGroup>& groups) {
    std::optional<Bits> any_many;
    Duplicate found;
    for (const MatchGroup& group : groups) {
      if (group.right.size() < 2) continue;
      if (!any_many.has_value()) {
        any_many.emplace(WordCount());
        for (const StepSeries& series : many_->series) Unite(&*any_many, PresentBits(series.row));
      }
      FindDuplicate(group, *any_many, &found);
    }
    return found.step == kNoStep
               ? OkStatus()
               : DuplicateError(one_->series[found.first], one_->series[found.second]);
  }

  static constexpr size_t kNoStep = static_cast<size_t>(-1);
  struct Duplicate {
    size_t step = kNoStep;
    size_t first = 0;
    size_t second = 0;
  };

  void FindDuplicate(const MatchGroup& group, const Bits& any_many, Duplicate* found) const {
    const bool fills = fill_one_.has_value() || fill_many_.has_value();
    for (size_t step = 0; step < grid_.count && step <= found->step; ++step) {
      if (!Test(any_many, step) && !fills) continue;
      size_t first = kNoStep;
      for (size_t i : group.right) {
        if (!one_->series[i].row.Has(step)) continue;
        if (first == kNoStep) {
          first = i;
          continue;
        }
        if (step < found->step || i < found->second) *found = {step, first, i};
        return;
      }
    }
  }

  Status DuplicateError(const StepSeries& first, const StepSeries& second) const {
    std::string a = first.labels.ToString(), b = second.labels.ToString();
    if (b < a) std::swap(a, b);
    std::string key;
    reduce_.Reduce(second.labels, &key);
    return FailedPreconditionError(
        "found duplicate series for the match group " + model::LabelsView(key).ToString() +
        " on the " + (swapped_ ? "left" : "right") + " hand-side of the operation: [" + a + ", " +
        b + "];many-to-many matching not allowed: matching labels must be unique on one side");
  }

  Status RunGroup(const MatchGroup& group) {
    if (group.left.empty() && !fill_many_.has_value()) return OkStatus();
    if (group.right.empty() && !fill_one_.has_value()) return OkStatus();
    Bits matched(WordCount());  // Steps at which the group has a result or a filtered one.
    seen_labels_.clear();
    const Bits one_present = UnionOf(*one_, group.right, WordCount());
    for (size_t m : group.left) {
      const StepSeries& many = many_->series[m];
      for (size_t o : group.right) RETURN_IF_ERROR(Pair(&many, &one_->series[o], &matched));
      if (!fill_one_.has_value()) continue;
      StepRow filled(grid_.count);
      for (size_t step = 0; step < grid_.count; ++step) {
        if (many.row.Has(step) && !Test(one_present, step)) filled.SetFloat(step, *fill_one_);
      }
      const StepSeries one{Reduced(many.labels), false, std::move(filled)};
      RETURN_IF_ERROR(Pair(&many, &one, &matched));
    }
    if (!fill_many_.has_value()) return OkStatus();
    const Bits before = matched;
    for (size_t o : group.right) {
      const StepSeries& one = one_->series[o];
      StepRow filled(grid_.count);
      for (size_t step = 0; step < grid_.count; ++step) {
        if (one.row.Has(step) && !Test(before, step)) filled.SetFloat(step, *fill_many_);
      }
      const StepSeries many{Reduced(one.labels), false, std::move(filled)};
      RETURN_IF_ERROR(Pair(&many, &one, &matched));
    }
    return OkStatus();
  }

  model::Labels Reduced(model::LabelsView labels) const {
    std::string key;
    reduce_.Reduce(labels, &key);
    return model::Labels::FromPacked(std::move(key));
  }

  /// Notes that a pair has a result at a step; two of one group must differ in their labels.
  Status NoteMatch(size_t step, Bits* matched, Bits* own) {
    if (one_to_one_) {
      if (Test(*matched, step)) {
        return FailedPreconditionError(
            "multiple matches for labels: many-to-one matching must be explicit "
            "(group_left/group_right)");
      }
    } else if (Test(*own, step)) {
      return FailedPreconditionError(
          "multiple matches for labels: grouping labels must ensure unique matches");
    }
    Mark(matched, step);
    Mark(own, step);
    return OkStatus();
  }

  /// All steps of one pair. A pass over the words finds the steps both have.
  Status Pair(const StepSeries* many, const StepSeries* one, Bits* matched) {
    StepSeries out;
    bool any = false;
    Bits* own = nullptr;
    for (size_t word = 0; word < WordCount(); ++word) {
      uint64_t both = many->row.PresentWord(word) & one->row.PresentWord(word);
      if (both == 0) continue;
      if (!any) {
        any = true;
        out.labels = ResultLabels(many->labels, one->labels);
        out.row.Reset(grid_.count);
        own = &seen_labels_.try_emplace(out.labels.packed(), WordCount()).first->second;
      }
      for (; both != 0; both &= both - 1) {
        const size_t step = word * 64 + static_cast<size_t>(std::countr_zero(both));
        RETURN_IF_ERROR(Step(*many, *one, step, matched, own, &out.row));
      }
    }
    if (!any) return OkStatus();
    out.drop_name = binary_.return_bool;
    return result_.Append(std::move(out));
  }

  Status Step(const StepSeries& many, const StepSeries& one, size_t step, Bits* matched, Bits* own,
              StepRow* out) {
    const StepRow &left = swapped_ ? one.row : many.row, &right = swapped_ ? many.row : one.row;
    if (left.HasFloat(step) && right.HasFloat(step) && !IsTrim(binary_.op)) {
      RETURN_IF_ERROR(NoteMatch(step, matched, own));
      const FloatResult result = WithFloatOperator(binary_.op, [&](auto function) {
        return function(left.values()[step], right.values()[step]);
      });
      if (binary_.return_bool) {
        out->SetFloat(step, result.keep ? 1 : 0);
      } else if (result.keep) {
        out->SetFloat(step, result.value);
      }
      return OkStatus();
    }
    const Sample l{left.values()[step], left.Histogram(step)},
        r{right.values()[step], right.Histogram(step)};
    SampleResult result = Combine(binary_.op, l, r, binary_.range, &query_.annotations);
    if (!result.defined) return OkStatus();
    RETURN_IF_ERROR(NoteMatch(step, matched, own));
    if (binary_.return_bool) {
      out->SetFloat(step, result.keep ? 1 : 0);
    } else if (result.keep && result.sample.histogram != nullptr) {
      out->SetHistogram(step, std::move(result.sample.histogram));
    } else if (result.keep) {
      out->SetFloat(step, result.sample.value);
    }
    return OkStatus();
  }

  /// Labels of a result: of the "many" side, without the metric's where the operator makes another
  /// metric, and with those that group_left or group_right takes from the "one" side.
  model::Labels ResultLabels(const model::Labels& many, const model::Labels& one) const {
    model::LabelsBuilder builder(many);
    if ((!query_.options.delayed_name_removal && binary_.return_bool) ||
        ChangesMetric(binary_.op)) {
      for (std::string_view name : {"__name__", "__type__", "__unit__"}) builder.Delete(name);
    }
    if (one_to_one_) {
      if (matching_.on) {
        builder.Keep(matching_.labels);
      } else {
        for (const std::string& name : matching_.labels) builder.Delete(name);
      }
    }
    for (const std::string& name : matching_.include) builder.Set(name, one.Get(name));
    return builder.Build();
  }

  Query& query_;
  const BinaryExpr& binary_;
  const VectorMatching& matching_;
  const Matching reduce_;
  const bool swapped_;  // The "one" side is the left one.
  const bool one_to_one_;
  // Compat: with group_right, too, the left fill is for the "many" side and the right one for the
  // "one" side.
  const std::optional<double> fill_many_, fill_one_;
  const StepGrid grid_;
  StepMatrix result_;
  const StepMatrix* many_ = nullptr;
  const StepMatrix* one_ = nullptr;
  std::map<std::string, Bits> seen_labels_;  // Steps at which a group has a result of these labels.
};

}  // namespace

StatusOr<StepMatrix> EvalVectorBinary(Query& query, const BinaryExpr& binary,
                                      const StepGrid& grid) {
  ASSIGN_OR_RETURN(StepMatrix left, EvalVector(query, *binary.lhs, grid));
  ASSIGN_OR_RETURN(StepMatrix right, EvalVector(query, *binary.rhs, grid));
  if (IsSetOperator(binary.op))
    return EvalSet(query, binary, std::move(left), std::move(right), grid);
  return VectorOperation(query, binary, grid).Run(left, right);
}

}  // namespace aion::promql
