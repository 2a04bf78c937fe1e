// Which node of a Redis cluster has a key (Redis Cluster Specification: hash slots, redirections). Pure.
#pragma once

#include "troupe/actors/back_end_settings.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

inline constexpr std::uint16_t redis_slots = 16'384;

/// CRC16 (XMODEM) of the key, or of what stands between its first braces, if anything does.
std::uint16_t redis_slot(std::string_view key) noexcept;

/// The key of a command; empty: it has none. Where it is wrong the cluster tells who has the key.
std::string_view redis_key(const std::vector<std::string>& words) noexcept;

/// "MOVED 3999 127.0.0.1:6381", "ASK …": who has the slot for good, or for this command.
struct redis_redirection {
  bool for_good = false;
  redis_node to; // an empty host is that of who says it
};

/// Nothing: it is another error.
std::optional<redis_redirection> read_redirection(std::string_view error);

/// Which node has which slots.
class redis_slot_table {
public:
  /// Ranges that overlap what is there replace it.
  void add(std::uint16_t first, std::uint16_t last, const redis_node& who);
  void clear() noexcept { by_last_.clear(); }
  bool empty() const noexcept { return by_last_.empty(); }

  /// Null: no node that is known.
  const redis_node* find(std::uint16_t slot) const noexcept;

  std::vector<redis_node> nodes() const; // each once

private:
  struct range {
    std::uint16_t first;
    redis_node who;
  };
  std::map<std::uint16_t, range> by_last_;
};

} // namespace troupe
