// What rule SQL remembers from one message to the next: kv_store_* for the node, proc_dict_* for a connection
// (reference/rule-engine.md section 7). Volatile and bounded.
#pragma once

#include "troupe/mqtt/message.hpp"

#include <boost/json/value.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace troupe::rules {

/// Values by their keys. For one thread at a time.
class kv_map {
public:
  /// At most so many, and so many bytes of memory.
  kv_map(std::size_t most_entries, std::size_t most_bytes) noexcept
      : most_entries_(most_entries), most_bytes_(most_bytes) {}

  /// Replaces. False, and nothing changes, when it would be too much.
  bool put(std::string_view key, const boost::json::value& v);
  std::optional<boost::json::value> get(std::string_view key) const;
  void erase(std::string_view key);

  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return bytes_; } // of memory

  /// Bytes that an entry takes: its node, its key, and the blocks of its value as the C library has them. A
  /// number needs 112 bytes, a list 24 for each element, an object about 80 for each member.
  static std::size_t memory_of(std::string_view key, const boost::json::value& v) noexcept;

private:
  struct entry {
    boost::json::value value;
    std::size_t bytes;
  };

  std::size_t most_entries_, most_bytes_;
  std::map<std::string, entry, std::less<>> entries_;
  std::size_t bytes_ = 0;
};

/// One map for any number of threads.
class kv_store {
public:
  static constexpr std::size_t most_entries = 100'000;
  static constexpr std::size_t most_bytes = 64UL * 1024 * 1024;

  bool put(std::string_view key, const boost::json::value& v);
  std::optional<boost::json::value> get(std::string_view key) const;
  void erase(std::string_view key);

private:
  mutable std::mutex mutex_;
  kv_map values_{most_entries, most_bytes};
};

/// A map for each connection, as EMQ X's processes have their dictionaries. For any number of threads. A
/// connection's map is gone with it; where there are too many, the one that was not used for the longest time
/// is forgotten, and that is counted.
class connection_store {
public:
  static constexpr std::size_t most_connections = 10'000;
  static constexpr std::size_t most_bytes = 64UL * 1024 * 1024; // of all
  static constexpr std::size_t most_entries_of_one = 1'000;
  static constexpr std::size_t most_bytes_of_one = 1024UL * 1024;

  /// As those of kv_map. Each connection has a publisher of its own; null: what comes from none shares one.
  bool put(const mqtt::publisher_ptr& who, std::string_view key, const boost::json::value& v);
  std::optional<boost::json::value> get(const mqtt::publisher_ptr& who, std::string_view key);
  void erase(const mqtt::publisher_ptr& who, std::string_view key);

  static constexpr std::size_t bytes_of_connection = 192; // what it needs itself

  /// Maps that there are, of connections that have ended, too, as long as there is room.
  std::size_t connections() const;

  /// Maps of connections that went on and were forgotten, since the last call.
  std::uint64_t take_forgotten() noexcept;

private:
  struct entry {
    mqtt::publisher_ptr who; // kept: no other one gets its address
    kv_map values{most_entries_of_one, most_bytes_of_one};
  };
  using entries = std::list<entry>;

  entry* find(const mqtt::publisher_ptr& who);
  entry& add(const mqtt::publisher_ptr& who);
  void remove(entries::iterator e);
  void remove_ended();
  void make_room();

  mutable std::mutex mutex_;
  entries entries_; // the one that was used last comes first
  std::unordered_map<const mqtt::publisher*, entries::iterator> by_publisher_;
  std::size_t bytes_ = 0;
  std::atomic<std::uint64_t> forgotten_{0};
};

} // namespace troupe::rules
