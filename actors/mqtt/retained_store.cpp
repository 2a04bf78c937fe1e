#include "troupe/mqtt/retained_store.hpp"

#include "troupe/mqtt/topic.hpp"

#include <algorithm>

namespace troupe::mqtt {

namespace {

// The levels of a filter before its first wildcard, without the slash behind them.
std::string_view fixed_prefix(std::string_view filter) noexcept {
  const auto wildcard = filter.find_first_of("+#");
  if (wildcard == std::string_view::npos)
    return filter;
  return wildcard == 0 ? std::string_view{} : filter.substr(0, wildcard - 1);
}

bool below(std::string_view topic, std::string_view prefix) noexcept {
  return prefix.empty() ||
         (topic.starts_with(prefix) && (topic.size() == prefix.size() || topic[prefix.size()] == '/'));
}

} // namespace

// Byte order, but `/` is the smallest: `a`, `a/b`, `a b`.
bool retained_store::by_levels::operator()(std::string_view a, std::string_view b) const noexcept {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (y == b.end())
    return false;
  if (x == a.end())
    return true;
  if (*x == '/' || *y == '/')
    return *x == '/';
  return static_cast<unsigned char>(*x) < static_cast<unsigned char>(*y);
}

bool retained_store::gone(const message& m, time_ms now) const noexcept {
  if (m.expiry() == no_expiry)
    return limits_.expiry != 0 && now - m.timestamp() >= limits_.expiry;
  return m.expired(now);
}

retained_store::result retained_store::store(message_ptr message) {
  if (limits_.max_payload_size != 0 && message->payload().size() > limits_.max_payload_size)
    return result::refused;
  const auto i = messages_.lower_bound(message->topic());
  if (i == messages_.end() || i->first != message->topic()) {
    if (limits_.max_messages != 0 && size() >= limits_.max_messages && !of_the_broker(*message))
      return result::refused;
    insert(i, std::move(message));
    return result::stored;
  }
  insert(remove(i), std::move(message)); // the key is a view into the old message
  return result::replaced;
}

void retained_store::restore(message_ptr message) {
  erase(message->topic());
  const auto place = messages_.lower_bound(message->topic());
  insert(place, std::move(message));
}

void retained_store::insert(map::iterator hint, message_ptr message) {
  bytes_ += message->footprint();
  own_ += of_the_broker(*message) ? 1 : 0;
  const auto topic = message->topic();
  messages_.emplace_hint(hint, topic, std::move(message));
}

retained_store::map::iterator retained_store::remove(map::iterator i) {
  bytes_ -= i->second->footprint();
  own_ -= of_the_broker(*i->second) ? 1 : 0;
  return messages_.erase(i);
}

bool retained_store::erase(std::string_view topic) {
  const auto i = messages_.find(topic);
  if (i == messages_.end())
    return false;
  remove(i);
  return true;
}

message_ptr retained_store::find(std::string_view topic) const {
  const auto i = messages_.find(topic);
  return i == messages_.end() ? nullptr : i->second;
}

bool retained_store::next(std::string_view filter, cursor& from, slice bounds, time_ms now,
                          std::vector<message_ptr>& out) const {
  const auto prefix = fixed_prefix(filter);
  if (prefix.size() == filter.size()) { // no wildcard: one topic at most
    if (auto m = find(filter); m && !gone(*m, now))
      out.push_back(std::move(m));
    return true;
  }
  auto i = from.started ? messages_.upper_bound(from.after)
                        : (prefix.empty() ? messages_.begin() : messages_.lower_bound(prefix));
  std::size_t found = 0;
  std::size_t bytes = 0;
  for (; i != messages_.end(); ++i) {
    if (!below(i->first, prefix))
      return true;
    if (found == bounds.messages || bytes >= bounds.bytes || bounds.work-- == 0)
      return false;
    if (matches(filter, i->first) && !gone(*i->second, now)) {
      out.push_back(i->second);
      ++found;
      bytes += i->second->footprint();
    }
    from.after = i->first;
    from.started = true;
  }
  return true;
}

void retained_store::sweep(cursor& from, std::size_t work, time_ms now, std::vector<message_ptr>& removed) {
  auto i = from.started ? messages_.upper_bound(from.after) : messages_.begin();
  for (; i != messages_.end() && work > 0; --work) {
    from.after = i->first;
    from.started = true;
    if (gone(*i->second, now)) {
      removed.push_back(i->second);
      i = remove(i);
    } else {
      ++i;
    }
  }
  if (i == messages_.end())
    from = {};
}

} // namespace troupe::mqtt
