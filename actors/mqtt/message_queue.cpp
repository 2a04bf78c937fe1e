#include "troupe/mqtt/message_queue.hpp"

#include <iterator>
#include <map>

namespace troupe::mqtt {

namespace {

// A first-in first-out queue in a ring that doubles: no memory while empty, unlike std::deque.
class ring {
public:
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  delivery& front() noexcept { return slots_[first_]; }

  void push(delivery&& d) {
    if (size_ == slots_.size())
      grow();
    slots_[(first_ + size_) & (slots_.size() - 1)] = std::move(d);
    ++size_;
  }

  delivery pop() {
    delivery d = std::move(slots_[first_]);
    slots_[first_] = {};
    first_ = (first_ + 1) & (slots_.size() - 1);
    --size_;
    return d;
  }

private:
  void grow() {
    std::vector<delivery> bigger(slots_.empty() ? 8 : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i)
      bigger[i] = std::move(slots_[(first_ + i) & (slots_.size() - 1)]);
    slots_ = std::move(bigger);
    first_ = 0;
  }

  std::vector<delivery> slots_; // a power of two
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

constexpr std::uint16_t highest = 256; // above all configured priorities
constexpr std::uint16_t lowest = 0;

std::size_t cost(const delivery& d) noexcept { return sizeof(delivery) + d.message->footprint(); }

std::uint16_t level_of(const delivery& d, const queue_limits& limits) {
  if (limits.priorities.empty())
    return lowest; // one queue for all
  const auto i = limits.priorities.find(std::string{d.message->topic()});
  if (i != limits.priorities.end())
    return i->second;
  return limits.default_highest ? highest : lowest;
}

} // namespace

struct message_queue::storage {
  std::map<std::uint16_t, ring, std::greater<>> levels; // no empty ring
};

void message_queue::storage_deleter::operator()(storage* s) const noexcept { delete s; }

message_queue::push_result message_queue::push(delivery&& d, const queue_limits& limits,
                                               std::vector<delivery>* gone) {
  if (d.level == qos::at_most_once && !limits.store_qos0) {
    ++dropped_;
    if (gone != nullptr)
      gone->push_back(std::move(d));
    return push_result::dropped_qos0;
  }
  if (!storage_)
    storage_.reset(new storage);
  auto& levels = storage_->levels;
  const auto own = levels.try_emplace(level_of(d, limits)).first;
  auto result = push_result::queued;
  const auto drop_oldest = [&](ring& from) {
    delivery oldest = from.pop();
    leaves(oldest);
    ++dropped_;
    if (gone != nullptr)
      gone->push_back(std::move(oldest));
    result = push_result::dropped_oldest;
  };
  while (limits.max_length != 0 && own->second.size() >= limits.max_length)
    drop_oldest(own->second);
  // What is urgent does not give way to what is not.
  const std::size_t bytes = cost(d);
  while (limits.max_bytes != 0 && bytes_ + bytes > limits.max_bytes) {
    const auto last = std::prev(levels.end());
    if (last->second.empty())
      break; // its own level, the lowest, has nothing to give
    drop_oldest(last->second);
    if (last->second.empty() && last != own)
      levels.erase(last);
  }
  bytes_ += bytes;
  ++size_;
  if (d.level == qos::at_most_once)
    ++qos0_size_;
  own->second.push(std::move(d));
  return result;
}

void message_queue::leaves(const delivery& d) noexcept {
  bytes_ -= cost(d);
  --size_;
  if (d.level == qos::at_most_once)
    --qos0_size_;
}

delivery& message_queue::front() noexcept { return storage_->levels.begin()->second.front(); }

delivery message_queue::pop() {
  const auto highest_level = storage_->levels.begin();
  delivery d = highest_level->second.pop();
  leaves(d);
  if (highest_level->second.empty())
    storage_->levels.erase(highest_level);
  if (size_ == 0)
    storage_ = nullptr;
  return d;
}

void message_queue::remove_if(const std::function<bool(const delivery&)>& taken) {
  if (!storage_)
    return;
  for (auto& [unused, level] : storage_->levels)
    for (std::size_t n = level.size(); n > 0; --n) { // once round: what stays keeps its order
      delivery d = level.pop();
      if (taken(d))
        leaves(d);
      else
        level.push(std::move(d));
    }
  std::erase_if(storage_->levels, [](const auto& l) { return l.second.empty(); });
  if (size_ == 0)
    storage_ = nullptr;
}

} // namespace troupe::mqtt
