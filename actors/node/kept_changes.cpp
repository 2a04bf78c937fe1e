#include "kept_changes.hpp"

#include <exception>
#include <utility>

namespace troupe {

namespace {

kept_changes::trial carry_out(const kept_changes::change& what) {
  try {
    return what();
  } catch (const std::exception& e) { // as when OpenSSL refuses a digest: the others are not to wait for ever
    return {outcome{102, e.what()}};
  }
}

// One that is not would fail the others, too.
bool is_valid(const store_change& row) { return !row.key.empty() && row.key.size() <= longest_store_key; }

} // namespace

void kept_changes::add(change what, answerer answer) {
  if (waiting_.size() >= most_waiting)
    return answer(outcome{102, "too_many_changes"});
  waiting_.push_back({std::move(what), std::move(answer)});
}

store_write kept_changes::begin() {
  store_write write;
  if (!under_way_.empty())
    return write;
  under_way_ = std::exchange(waiting_, {});
  for (auto& e : under_way_) {
    auto& t = e.came_to;
    t = carry_out(e.what);
    if (t.row && !is_valid(*t.row)) {
      t.undo();
      t = {outcome{102, "the key of a row has no or too many bytes"}};
    }
    if (t.row)
      write.changes.push_back(*std::exchange(t.row, std::nullopt));
  }
  if (write.changes.empty())
    end({});
  return write;
}

void kept_changes::undo() {
  for (auto e = under_way_.rbegin(); e != under_way_.rend(); ++e)
    if (const auto back = std::exchange(e->came_to.undo, {}))
      back();
}

void kept_changes::end(const outcome& result) {
  for (const auto& e : std::exchange(under_way_, {}))
    e.answer(result.code == 0 ? e.came_to.result : result);
}

} // namespace troupe
