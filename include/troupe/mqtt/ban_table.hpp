// Who may not connect (reference/plugins-modules.md section 4): by client id, user name or address, until a
// time. A copy of the table is a pointer, and a change copies only the few places that it concerns, so every
// shard can have the table of the moment, whatever its size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

/// What of a client a ban is for.
enum class ban_kind : std::uint8_t { clientid, username, peerhost };

/// As the API has it: "clientid".
std::string_view to_string(ban_kind kind) noexcept;
std::optional<ban_kind> parse_ban_kind(std::string_view text) noexcept;

struct ban {
  ban_kind as = ban_kind::clientid;
  std::string who; // of peerhost the canonical text of the address (ip_network.hpp)
  std::string by = "user";
  std::string reason = "undefined";
  std::int64_t at = 0, until = 0; // seconds since the epoch; it is active while `until` is to come

  /// Memory that it takes in a table, about.
  std::size_t bytes() const noexcept { return sizeof *this + who.size() + by.size() + reason.size(); }
};

using ban_ptr = std::shared_ptr<const ban>;

class ban_table {
public:
  /// Replaces the one with the same `as` and `who`, if there is one.
  void put(ban b);

  /// The one that was there, or null.
  ban_ptr remove(ban_kind as, std::string_view who);

  /// Removes those that are over at `now` (seconds) and returns them.
  std::vector<ban_ptr> remove_expired(std::int64_t now);

  const ban* find(ban_kind as, std::string_view who) const noexcept;

  /// Whether there is one that is not over at `now` (seconds).
  bool active(ban_kind as, std::string_view who, std::int64_t now) const noexcept {
    const ban* b = find(as, who);
    return b != nullptr && b->until > now;
  }

  /// Up to `limit` of them behind the first `skip`. The order is arbitrary, and the same while nothing
  /// changes.
  std::vector<ban_ptr> page(std::size_t skip, std::size_t limit) const;

  bool empty() const noexcept { return root_ == nullptr; }
  std::size_t size() const noexcept { return size_; }
  std::size_t bytes() const noexcept { return bytes_; } // as ban::bytes

private:
  static constexpr std::size_t fan_out = 64; // places of a node; two levels of nodes, then leaves

  struct entry {
    std::uint64_t hash;
    ban_ptr what;
  };
  using leaf = std::vector<entry>;
  struct branch {
    std::array<std::shared_ptr<const leaf>, fan_out> leaves;
  };
  struct root {
    std::array<std::shared_ptr<const branch>, fan_out> branches;
  };

  const leaf* leaf_of(std::uint64_t hash) const noexcept;
  void set_leaf(std::uint64_t hash, leaf changed);
  ban_ptr take(std::uint64_t hash, ban_kind as, std::string_view who, leaf& from);
  template <class Visitor>
  void for_each_leaf(Visitor&& visit) const;

  std::shared_ptr<const root> root_; // null: there is none
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace troupe::mqtt
