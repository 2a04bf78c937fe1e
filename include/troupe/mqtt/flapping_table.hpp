// Clients that come and go too often (reference/plugins-modules.md section 4).
#pragma once

#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace troupe::mqtt {

/// So many ends of connections of one client id within a time are too many.
struct flapping_policy {
  std::uint32_t threshold = 30;
  time_ms window = 60'000;
};

/// Counts the ends of connections by client id. At its bounds the client that it has watched for the longest
/// time is forgotten for a new one.
class flapping_table {
public:
  static constexpr std::size_t most_clients = 65'536;
  static constexpr std::size_t most_bytes = 16 * 1024 * 1024; // of client ids

  explicit flapping_table(flapping_policy policy) noexcept : policy_(policy) {}

  /// A connection has ended. True when it is one too many: its client begins anew then.
  bool on_disconnect(std::string_view client_id, time_ms now);

  std::size_t size() const noexcept { return order_.size(); }

  /// Clients that were forgotten before their time.
  std::uint64_t forgotten() const noexcept { return forgotten_; }

private:
  struct entry {
    std::string client_id;
    time_ms first = 0;
    std::uint32_t count = 0;
  };
  using place = std::list<entry>::iterator;

  void make_room(std::size_t bytes);
  void forget(place which);

  flapping_policy policy_;
  std::list<entry> order_; // by `first`
  std::unordered_map<std::string_view, place> by_id_;
  std::size_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
};

} // namespace troupe::mqtt
