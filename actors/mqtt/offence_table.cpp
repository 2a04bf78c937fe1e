#include "troupe/mqtt/offence_table.hpp"

namespace troupe::mqtt {

bool offence_table::count(std::string_view who, time_ms now) {
  while (!order_.empty() && now - order_.front().first >= policy_.window)
    forget(order_.begin());
  auto known = by_name_.find(who);
  if (known == by_name_.end()) {
    make_room(who.size());
    order_.push_back({std::string{who}, now, 0});
    bytes_ += who.size();
    known = by_name_.emplace(order_.back().who, std::prev(order_.end())).first;
  }
  if (++known->second->count < policy_.threshold)
    return false;
  forget(known->second);
  return true;
}

void offence_table::make_room(std::size_t bytes) {
  while (!order_.empty() && (order_.size() == most_offenders || bytes_ + bytes > most_bytes)) {
    ++forgotten_;
    forget(order_.begin());
  }
}

void offence_table::forget(place which) {
  bytes_ -= which->who.size();
  by_name_.erase(which->who);
  order_.erase(which);
}

} // namespace troupe::mqtt
