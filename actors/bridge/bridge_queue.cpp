#include "bridge_queue.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace troupe {

std::optional<std::uint64_t> bridge_queue::add(mqtt::message_ptr m) {
  if (size_ >= limits_.messages || (size_ > 0 && bytes_ + m->footprint() > limits_.bytes)) {
    ++refused_;
    return {};
  }
  return take_over(std::move(m));
}

void bridge_queue::restore(std::uint64_t number, mqtt::message_ptr m) { push(number, std::move(m)); }

std::uint64_t bridge_queue::take_over(mqtt::message_ptr m) {
  const auto number = next_;
  push(number, std::move(m));
  return number;
}

void bridge_queue::push(std::uint64_t number, mqtt::message_ptr m) {
  next_ = std::max(next_, number + 1);
  ++size_;
  bytes_ += m->footprint();
  auto& lane = lanes_[std::hash<std::string_view>{}(m->topic()) % lanes_.size()];
  lane.push_back({number, std::move(m)});
}

const mqtt::message_ptr& bridge_queue::front(std::size_t lane) const noexcept {
  static const mqtt::message_ptr none;
  return lanes_[lane].empty() ? none : lanes_[lane].front().message;
}

void bridge_queue::take(std::size_t lane) {
  auto next = std::move(lanes_[lane].front());
  lanes_[lane].pop_front();
  const auto id = next.message->id();
  under_way_.emplace(id, std::move(next));
}

std::optional<std::uint64_t> bridge_queue::done(std::uint64_t id) {
  const auto found = under_way_.find(id);
  if (found == under_way_.end())
    return {};
  const auto number = found->second.number;
  --size_;
  bytes_ -= found->second.message->footprint();
  under_way_.erase(found);
  return number;
}

std::map<std::uint64_t, mqtt::message_ptr> bridge_queue::all() const {
  std::map<std::uint64_t, mqtt::message_ptr> out;
  for (const auto& lane : lanes_)
    for (const auto& each : lane)
      out.emplace(each.number, each.message);
  for (const auto& [id, each] : under_way_)
    out.emplace(each.number, each.message);
  return out;
}

} // namespace troupe
