#include "troupe/rules/kv_store.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::rules {

namespace {

constexpr int looked_at = 4; // maps, whether their connections have ended, when a new one is made

// A block as the C library has it: with a word of its own, in steps of 16 bytes.
constexpr std::size_t block(std::size_t bytes) noexcept {
  constexpr std::size_t word = 8, step = 16, least = 32;
  return std::max(least, (bytes + word + step - 1) / step * step);
}

// Of a key within an object, which has a block of its own.
std::size_t block_of_key(std::size_t size) noexcept { return block(size + 1); }

// What a value has beyond itself. Boost.JSON keeps short texts in the value, and the elements of a container
// in one block behind its size and capacity.
std::size_t blocks_of(const boost::json::value& v) noexcept {
  constexpr std::size_t short_text = 14, head = 16, index = sizeof(std::uint32_t);
  if (const auto* text = v.if_string())
    return text->size() <= short_text ? 0 : block(head + text->size() + 1);
  std::size_t all = 0;
  if (const auto* list = v.if_array(); list != nullptr && !list->empty()) {
    all = block(head + list->size() * sizeof(boost::json::value));
    for (const auto& element : *list)
      all += blocks_of(element);
  } else if (const auto* map = v.if_object(); map != nullptr && !map->empty()) {
    all = block(head + map->size() * (sizeof(boost::json::key_value_pair) + index));
    for (const auto& member : *map)
      all += block_of_key(member.key().size()) + blocks_of(member.value());
  }
  return all;
}

} // namespace

// -- a map --------------------------------------------------------------------------------------------------

std::size_t kv_map::memory_of(std::string_view key, const boost::json::value& v) noexcept {
  constexpr std::size_t node = 4 * sizeof(void*), short_key = 15;
  return block(node + sizeof(std::string) + sizeof(entry)) +
         (key.size() <= short_key ? 0 : block(key.size() + 1)) + blocks_of(v);
}

bool kv_map::put(std::string_view key, const boost::json::value& v) {
  const auto bytes = memory_of(key, v);
  const auto known = entries_.find(key);
  const auto before = known == entries_.end() ? 0 : known->second.bytes;
  if (bytes_ - before + bytes > most_bytes_ || (known == entries_.end() && entries_.size() == most_entries_))
    return false;
  boost::json::value copy(v, boost::json::storage_ptr{}); // what `v` lies in ends with its message
  if (known == entries_.end())
    entries_.emplace(key, entry{std::move(copy), bytes});
  else
    known->second = entry{std::move(copy), bytes};
  bytes_ = bytes_ - before + bytes;
  return true;
}

std::optional<boost::json::value> kv_map::get(std::string_view key) const {
  const auto known = entries_.find(key);
  return known == entries_.end() ? std::nullopt : std::optional{known->second.value};
}

void kv_map::erase(std::string_view key) {
  const auto known = entries_.find(key);
  if (known == entries_.end())
    return;
  bytes_ -= known->second.bytes;
  entries_.erase(known);
}

// -- of the node --------------------------------------------------------------------------------------------

bool kv_store::put(std::string_view key, const boost::json::value& v) {
  const std::scoped_lock lock{mutex_};
  return values_.put(key, v);
}

std::optional<boost::json::value> kv_store::get(std::string_view key) const {
  const std::scoped_lock lock{mutex_};
  return values_.get(key);
}

void kv_store::erase(std::string_view key) {
  const std::scoped_lock lock{mutex_};
  values_.erase(key);
}

// -- of connections -----------------------------------------------------------------------------------------

bool connection_store::put(const mqtt::publisher_ptr& who, std::string_view key,
                           const boost::json::value& v) {
  const std::scoped_lock lock{mutex_};
  auto* known = find(who);
  auto& e = known != nullptr ? *known : add(who);
  const auto before = e.values.bytes();
  const bool good = e.values.put(key, v);
  bytes_ += e.values.bytes() - before;
  if (e.values.size() == 0)
    remove(entries_.begin());
  make_room();
  return good;
}

std::optional<boost::json::value> connection_store::get(const mqtt::publisher_ptr& who,
                                                        std::string_view key) {
  const std::scoped_lock lock{mutex_};
  const auto* known = find(who);
  return known == nullptr ? std::nullopt : known->values.get(key);
}

void connection_store::erase(const mqtt::publisher_ptr& who, std::string_view key) {
  const std::scoped_lock lock{mutex_};
  auto* known = find(who);
  if (known == nullptr)
    return;
  bytes_ -= known->values.bytes();
  known->values.erase(key);
  bytes_ += known->values.bytes();
  if (known->values.size() == 0)
    remove(entries_.begin());
}

std::size_t connection_store::connections() const {
  const std::scoped_lock lock{mutex_};
  return entries_.size();
}

std::uint64_t connection_store::take_forgotten() noexcept {
  return forgotten_.load(std::memory_order_relaxed) == 0 ? 0
                                                         : forgotten_.exchange(0, std::memory_order_relaxed);
}

// It comes first then.
connection_store::entry* connection_store::find(const mqtt::publisher_ptr& who) {
  const auto known = by_publisher_.find(who.get());
  if (known == by_publisher_.end())
    return nullptr;
  entries_.splice(entries_.begin(), entries_, known->second);
  return &entries_.front();
}

connection_store::entry& connection_store::add(const mqtt::publisher_ptr& who) {
  remove_ended();
  bytes_ += bytes_of_connection;
  entries_.push_front(entry{who});
  by_publisher_[who.get()] = entries_.begin();
  return entries_.front();
}

void connection_store::remove(entries::iterator e) {
  bytes_ -= e->values.bytes() + bytes_of_connection;
  by_publisher_.erase(e->who.get());
  entries_.erase(e);
}

// Nobody else knows the publisher: its connection has ended, and none of its messages is left. They gather
// at the end.
void connection_store::remove_ended() {
  auto at = entries_.end();
  for (int i = 0; i < looked_at && at != entries_.begin(); ++i) {
    const auto here = std::prev(at);
    if (here->who && here->who->unique())
      remove(here);
    else
      at = here;
  }
}

void connection_store::make_room() {
  while (entries_.size() > most_connections || bytes_ > most_bytes) {
    const auto last = std::prev(entries_.end());
    if (!last->who || !last->who->unique())
      forgotten_.fetch_add(1, std::memory_order_relaxed);
    remove(last);
  }
}

} // namespace troupe::rules
