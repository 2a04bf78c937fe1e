#include "write_behind.hpp"

#include "troupe/mqtt/stored_message.hpp"

#include <utility>

namespace troupe {

bool write_behind::note(std::string_view key, mqtt::message_ptr message) {
  if (const auto i = by_key_.find(key); i != by_key_.end()) {
    change& there = *i->second;
    bytes_ -= there.cost();
    there.message = std::move(message); // what it replaces is in memory no longer, so no bound is needed
    bytes_ += there.cost();
    return true;
  }
  const std::size_t cost = key.size() + (message ? message->footprint() : 0);
  if (waiting_.size() >= limits_.changes || (bytes_ > 0 && bytes_ + cost > limits_.bytes))
    return false;
  waiting_.push_back({std::string{key}, std::move(message)});
  by_key_.emplace(waiting_.back().key, std::prev(waiting_.end()));
  bytes_ += cost;
  return true;
}

store_write write_behind::take() {
  store_write batch;
  if (!taken_.empty())
    return batch;
  std::size_t bytes = 0;
  while (!waiting_.empty() && batch.changes.size() < batch_changes && bytes < batch_bytes) {
    change& next = waiting_.front();
    store_change row{kind_, next.key, std::nullopt};
    if (next.message)
      row.value = mqtt::encode_stored(*next.message);
    bytes += next.cost();
    bytes_ -= next.cost();
    by_key_.erase(next.key);
    batch.changes.push_back(std::move(row));
    taken_.splice(taken_.end(), waiting_, waiting_.begin());
  }
  return batch;
}

void write_behind::settle(bool written) {
  if (written) {
    taken_.clear();
    return;
  }
  while (!taken_.empty()) { // to the front again, in their order
    const auto last = std::prev(taken_.end());
    if (by_key_.contains(last->key)) {
      taken_.erase(last);
      continue;
    }
    bytes_ += last->cost();
    waiting_.splice(waiting_.begin(), taken_, last);
    by_key_.emplace(waiting_.front().key, waiting_.begin());
  }
}

} // namespace troupe
