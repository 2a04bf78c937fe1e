// Shared subscriptions: which member of a group gets a message, and who gets it instead.
#include "shard.hpp"

#include <functional>

namespace troupe {

namespace {

constexpr std::size_t max_group_state = 65'536; // then all groups begin anew

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  return (a * 0x9E3779B97F4A7C15) ^ (b + 0x632BE59BD9B4E019);
}

std::uint64_t hash(std::string_view text) noexcept { return std::hash<std::string_view>{}(text); }

mqtt::session_address address_of(const mqtt::subscriber& s) noexcept {
  return {s.slot, s.generation, s.shard};
}

std::uint64_t key(const mqtt::session_address& a) noexcept {
  return mix((std::uint64_t{a.slot} << 32) | a.generation, a.shard) | 1U; // 0: nobody
}

std::string_view client_id(const mqtt::message& m) noexcept {
  return m.from() ? std::string_view{m.from()->client_id} : std::string_view{};
}

// One number for each publishing client: sessions by their address, others (the HTTP API) by their id.
std::uint64_t publisher_of(const mqtt::message& m) noexcept {
  if (m.from() && m.from()->address.generation != 0)
    return key(m.from()->address);
  return hash(client_id(m));
}

bool away(const mqtt::subscriber& s) noexcept { return (s.options & mqtt::member_away) != 0; }

// The first member from `first` on, round the group, whose client is connected; else `first`.
std::size_t prefer_connected(const mqtt::shared_match& group, std::size_t first) {
  for (std::size_t i = 0, at = first; i < group.size(); ++i, at = at + 1 == group.size() ? 0 : at + 1)
    if (!away(group[at]))
      return at;
  return first;
}

// Where `who` stands in the group, or its size.
std::size_t find(const mqtt::shared_match& group, const mqtt::session_address& who) {
  for (std::size_t i = 0; i < group.size(); ++i)
    if (address_of(group[i]) == who)
      return i;
  return group.size();
}

std::uint32_t number(const mqtt::shared_match& group) noexcept {
  return static_cast<std::uint32_t>(group.id());
}

} // namespace

// The strategy's choice (reference/plugins-modules.md section 8), but for members whose clients are away
// while others are there. The group must not be empty.
std::size_t shard::pick_member(const mqtt::message& message, const mqtt::shared_match& group) {
  const std::size_t size = group.size();
  if (group_state_.size() > max_group_state)
    group_state_.clear();
  const auto state = [&]() -> std::uint64_t& { return group_state_[mix(group.id(), publisher_of(message))]; };
  switch (node_.config->broker.shared_subscription_strategy) {
    case shared_strategy::local: // every member is of this node
    case shared_strategy::random: return prefer_connected(group, random_() % size);
    case shared_strategy::round_robin: {
      std::uint64_t& turn = state();
      turn = turn == 0 ? 1 + random_() % size : turn + 1; // publishers do not all begin with the same member
      return prefer_connected(group, turn % size);
    }
    case shared_strategy::hash:
    case shared_strategy::hash_clientid: return prefer_connected(group, hash(client_id(message)) % size);
    case shared_strategy::hash_topic: return prefer_connected(group, hash(message.topic()) % size);
    case shared_strategy::sticky: break;
  }
  // Sticky: the member that this publisher got first, until it leaves or too many are remembered.
  std::uint64_t& chosen = state();
  for (std::size_t i = 0; i < size && chosen != 0; ++i)
    if (key(address_of(group[i])) == chosen)
      if (const auto at = prefer_connected(group, i); at == i)
        return i;
  const auto at = prefer_connected(group, random_() % size);
  chosen = key(address_of(group[at]));
  return at;
}

// The chosen member, or the next one when its session has just gone.
bool shard::deliver_shared(const mqtt::message_ptr& message, const mqtt::shared_match& group) {
  const std::size_t size = group.size();
  if (size == 0)
    return false;
  if (group.exclusive())
    return deliver_to(message, group[0], {});
  const std::size_t first = pick_member(*message, group);
  for (std::size_t i = 0; i < size; ++i)
    if (deliver_to(message, group[(first + i) % size], {number(group), 0}))
      return true;
  return false;
}

// The copies of a message for many groups come one after another.
const mqtt::match_result& shard::match_again(const mqtt::message_ptr& message) {
  if (matched_again_ != message) {
    match_ = &reader_.match(message->topic());
    matched_again_ = message;
  }
  return *match_;
}

bool shard::redispatch(const mqtt::message_ptr& message, mqtt::shared_origin origin,
                       const mqtt::session_address& from, bool connected_only) {
  const auto* match = match_again(message).find_group(origin.group);
  if (match == nullptr || match->size() == 0)
    return false;
  const auto& group = *match;
  const std::size_t size = group.size();
  if (origin.hops >= size || origin.hops == mqtt::shared_origin::last_hop - 1)
    origin.hops = mqtt::shared_origin::last_hop; // all have refused it: now somebody must take it
  // One that was refused goes on round the group, so that each member is asked once.
  const std::size_t first = origin.hops == 0 ? pick_member(*message, group) : find(group, from) + 1;
  for (const bool take_away : {false, true}) {
    if (take_away && connected_only)
      break;
    for (std::size_t i = 0; i < size; ++i) {
      const auto& member = group[(first + i) % size];
      if (away(member) == take_away && address_of(member) != from && deliver_to(message, member, origin))
        return true;
    }
  }
  return false;
}

} // namespace troupe
