#include "troupe/rules/kv_store.hpp"

#include <boost/json/serialize.hpp>

namespace troupe::rules {

bool kv_store::put(std::string_view key, const boost::json::value& v) {
  const auto bytes = key.size() + boost::json::serialize(v).size();
  const std::scoped_lock lock{mutex_};
  const auto known = entries_.find(key);
  const auto before = known == entries_.end() ? 0 : known->second.bytes;
  if (bytes_ - before + bytes > most_bytes || (known == entries_.end() && entries_.size() == most_entries))
    return false;
  boost::json::value copy(v, boost::json::storage_ptr{}); // what `v` lies in ends with its message
  if (known == entries_.end())
    entries_.emplace(key, entry{std::move(copy), bytes});
  else
    known->second = entry{std::move(copy), bytes};
  bytes_ = bytes_ - before + bytes;
  return true;
}

std::optional<boost::json::value> kv_store::get(std::string_view key) const {
  const std::scoped_lock lock{mutex_};
  const auto known = entries_.find(key);
  return known == entries_.end() ? std::nullopt : std::optional{known->second.value};
}

void kv_store::erase(std::string_view key) {
  const std::scoped_lock lock{mutex_};
  const auto known = entries_.find(key);
  if (known == entries_.end())
    return;
  bytes_ -= known->second.bytes;
  entries_.erase(known);
}

} // namespace troupe::rules
