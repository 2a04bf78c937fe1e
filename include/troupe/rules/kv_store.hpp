// What rule SQL remembers from one message to the next: kv_store_* and proc_dict_* (reference/rule-engine.md
// section 7). Volatile and bounded.
#pragma once

#include <boost/json/value.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

/// For any number of threads.
class kv_store {
public:
  static constexpr std::size_t most_entries = 100'000;
  static constexpr std::size_t most_bytes = 64UL * 1024 * 1024; // of keys and values, as JSON

  /// Replaces. False, and nothing changes, when it would be too much.
  bool put(std::string_view key, const boost::json::value& v);
  std::optional<boost::json::value> get(std::string_view key) const;
  void erase(std::string_view key);

private:
  struct entry {
    boost::json::value value;
    std::size_t bytes;
  };

  mutable std::mutex mutex_;
  std::map<std::string, entry, std::less<>> entries_;
  std::size_t bytes_ = 0;
};

} // namespace troupe::rules
