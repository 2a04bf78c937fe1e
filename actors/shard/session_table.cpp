#include "session_table.hpp"

namespace troupe {

std::uint32_t session_table::add() {
  if (free_.empty()) {
    slots_.emplace_back();
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  std::uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

void session_table::remove(std::uint32_t slot) {
  session_slot& s = slots_[slot];
  s.actor = nullptr;
  s.view = nullptr;
  s.batch = {};
  if (++s.generation == 0)
    s.generation = 1; // 0 is nobody's
  free_.push_back(slot);
}

session_slot* session_table::find(std::string_view client_id) {
  auto i = by_id_.find(client_id);
  return i == by_id_.end() ? nullptr : &slots_[i->second];
}

void session_table::bind(std::string_view client_id, std::uint32_t slot) {
  by_id_.erase(client_id); // the key is a view into the session that is replaced
  by_id_.emplace(client_id, slot);
}

void session_table::unbind(std::string_view client_id, std::uint32_t slot) {
  auto i = by_id_.find(client_id);
  if (i != by_id_.end() && i->second == slot)
    by_id_.erase(i);
}

} // namespace troupe
