#include "redis_cluster.hpp"

#include "troupe/mqtt/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace troupe {

namespace {

std::uint16_t crc16(std::string_view bytes) noexcept {
  constexpr unsigned polynomial = 0x1021, top = 0x8000;
  unsigned crc = 0;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8U;
    for (int bit = 0; bit < 8; ++bit)
      crc = ((crc & top) != 0 ? crc << 1U ^ polynomial : crc << 1U) & 0xFFFFU;
  }
  return static_cast<std::uint16_t>(crc);
}

std::string_view next_word(std::string_view& text) noexcept {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

} // namespace

std::uint16_t redis_slot(std::string_view key) noexcept {
  if (const auto open = key.find('{'); open != std::string_view::npos)
    if (const auto close = key.find('}', open); close != std::string_view::npos && close > open + 1)
      key = key.substr(open + 1, close - open - 1);
  return static_cast<std::uint16_t>(crc16(key) % redis_slots);
}

std::string_view redis_key(const std::vector<std::string>& words) noexcept {
  constexpr std::array<std::string_view, 5> counted{"EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL"};
  constexpr std::array<std::string_view, 4> second{"OBJECT", "XGROUP", "XINFO", "BITOP"};
  if (words.size() < 2)
    return {};
  const auto is = [&](std::string_view name) { return mqtt::same_word(words.front(), name); };
  const std::size_t at = std::any_of(counted.begin(), counted.end(), is) ? 3
                         : std::any_of(second.begin(), second.end(), is) ? 2
                                                                         : 1;
  return at < words.size() ? std::string_view{words[at]} : std::string_view{};
}

std::optional<redis_redirection> read_redirection(std::string_view error) {
  redis_redirection out;
  const auto kind = next_word(error);
  if (kind != "MOVED" && kind != "ASK")
    return {};
  out.for_good = kind == "MOVED";
  next_word(error); // the slot
  const auto colon = error.rfind(':');
  if (colon == std::string_view::npos)
    return {};
  const auto port = error.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), out.to.port);
  if (parsed.ec != std::errc{} || parsed.ptr != port.data() + port.size() || out.to.port == 0)
    return {};
  out.to.host = error.substr(0, colon);
  return out;
}

void redis_slot_table::add(std::uint16_t first, std::uint16_t last, const redis_node& who) {
  if (first > last || last >= redis_slots)
    return;
  // What is left of those that overlap it.
  for (auto i = by_last_.lower_bound(first); i != by_last_.end() && i->second.first <= last;) {
    const auto old_last = i->first;
    const auto old = i->second;
    i = by_last_.erase(i);
    if (old.first < first)
      by_last_.emplace(static_cast<std::uint16_t>(first - 1), old);
    if (old_last > last)
      i = by_last_.emplace(old_last, range{static_cast<std::uint16_t>(last + 1), old.who}).first;
  }
  by_last_.emplace(last, range{first, who});
}

const redis_node* redis_slot_table::find(std::uint16_t slot) const noexcept {
  const auto i = by_last_.lower_bound(slot);
  return i == by_last_.end() || i->second.first > slot ? nullptr : &i->second.who;
}

std::vector<redis_node> redis_slot_table::nodes() const {
  std::set<redis_node> out;
  for (const auto& [last, r] : by_last_)
    out.insert(r.who);
  return {out.begin(), out.end()};
}

} // namespace troupe
