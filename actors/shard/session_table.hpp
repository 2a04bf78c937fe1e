// The sessions of one shard by slot and by client id. A slot's number and generation are a session's address
// in the subscription index; a slot also collects what the current turn delivers to its session.
#pragma once

#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/session.hpp"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe {

class client;

/// Counters of one connection, for the API.
struct connection_figures {
  std::uint64_t recv_oct = 0, recv_cnt = 0, recv_pkt = 0, recv_msg = 0;
  std::uint64_t send_oct = 0, send_cnt = 0, send_pkt = 0, send_msg = 0;
};

/// What the API shows of a session: kept by the session actor, read by the router of the same shard.
class session_view {
public:
  virtual std::string_view client_id() const = 0;
  virtual const mqtt::session& machine() const = 0;
  virtual client_row row() const = 0;

  /// Its present connection; null: it has none.
  virtual client* connection() const = 0;

  /// Whether the session dies with its present connection, so that nobody can resume it [MQTT-3.1.2-6].
  virtual bool ends_with_connection() const = 0;

  /// What stands before its topics; empty: nothing. It is the same for all connections of a session.
  virtual std::string_view mount_point() const = 0;

protected:
  ~session_view() = default;
};

struct session_slot {
  session_actor actor; // null: the slot is free
  const session_view* view = nullptr;
  std::vector<mqtt::delivery> batch; // of this turn
  std::uint32_t generation = 1;
  bool upgrade_qos = false;
  std::uint8_t heeded = 0xFF; // of the packed options of its subscriptions: those that are for its client
};

class session_table {
public:
  /// Takes a free slot. The session fills it by `at`.
  std::uint32_t add();

  /// Frees a slot: addresses of its old generation lead nowhere from now on.
  void remove(std::uint32_t slot);

  session_slot& at(std::uint32_t slot) { return slots_[slot]; }
  const session_slot& at(std::uint32_t slot) const { return slots_[slot]; }

  /// The slot of this very session, or null when it is gone.
  session_slot* find(std::uint32_t slot, std::uint32_t generation) {
    if (slot >= slots_.size() || slots_[slot].generation != generation || !slots_[slot].actor)
      return nullptr;
    return &slots_[slot];
  }

  /// Warms the cache for the slots behind this one and for where their batches end: the subscribers of a
  /// filter come sorted by address, so these are the ones that a wide fan-out visits next. Never for a null
  /// pointer: the processor looks an address up in vain each time that nothing is mapped at.
  void prefetch_after(std::uint32_t slot) const noexcept {
    if (slot + 8 >= slots_.size())
      return;
    const session_slot* s = slots_.data() + slot;
    __builtin_prefetch(s + 8, 1);
    if (const auto& next = s[4].batch; next.data() != nullptr)
      __builtin_prefetch(next.data() + next.size(), 1);
  }

  /// The slot of the client id's present session, or null. The id's text must live as long as it is bound.
  session_slot* find(std::string_view client_id);
  void bind(std::string_view client_id, std::uint32_t slot);

  /// Unbinds the id if this slot is still the one that it stands for.
  void unbind(std::string_view client_id, std::uint32_t slot);

  std::uint32_t number_of(const session_slot& s) const {
    return static_cast<std::uint32_t>(&s - slots_.data());
  }

  /// Present sessions by client id.
  std::size_t size() const noexcept { return by_id_.size(); }

  /// Visits the sessions in the order of their slots until `visit` returns false.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& s : slots_)
      if (s.actor && !visit(s))
        return;
  }

private:
  std::vector<session_slot> slots_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string_view, std::uint32_t> by_id_;
};

} // namespace troupe
