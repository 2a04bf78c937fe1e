#include "troupe/mqtt/flapping_table.hpp"

namespace troupe::mqtt {

bool flapping_table::on_disconnect(std::string_view client_id, time_ms now) {
  while (!order_.empty() && now - order_.front().first >= policy_.window)
    forget(order_.begin());
  auto known = by_id_.find(client_id);
  if (known == by_id_.end()) {
    make_room(client_id.size());
    order_.push_back({std::string{client_id}, now, 0});
    bytes_ += client_id.size();
    known = by_id_.emplace(order_.back().client_id, std::prev(order_.end())).first;
  }
  if (++known->second->count < policy_.threshold)
    return false;
  forget(known->second);
  return true;
}

void flapping_table::make_room(std::size_t bytes) {
  while (!order_.empty() && (order_.size() == most_clients || bytes_ + bytes > most_bytes)) {
    ++forgotten_;
    forget(order_.begin());
  }
}

void flapping_table::forget(place which) {
  bytes_ -= which->client_id.size();
  by_id_.erase(which->client_id);
  order_.erase(which);
}

} // namespace troupe::mqtt
