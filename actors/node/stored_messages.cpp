#include "stored_messages.hpp"

#include "troupe/actors/log.hpp"
#include "troupe/mqtt/stored_message.hpp"

#include <cstddef>

namespace troupe {

namespace {

// `take(key, value)` tells whether the row made sense.
template <class Take>
std::string load(database& rows, store_kind kind, Take take) {
  std::size_t read = 0, strange = 0;
  auto error = for_each_row(
      rows, kind, [&](std::string& key, std::string& value) { ++(take(key, value) ? read : strange); });
  if (!error.empty())
    return error;
  if (strange > 0)
    log::error("[Store] {} {} messages cannot be understood; they are left alone", strange, to_string(kind));
  if (read > 0)
    log::info("[Store] {} {} messages are back", read, to_string(kind));
  return {};
}

} // namespace

std::string load_messages(database& rows, const settings& config, stored_messages& out) {
  std::string error;
  if (config.retainer.on_disc)
    error = load(rows, store_kind::retained, [&](const std::string& topic, const std::string& value) {
      auto message = mqtt::decode_stored(value);
      if (!message || message->topic() != topic || message->payload().empty())
        return false;
      out.retained.push_back(std::move(message));
      return true;
    });
  if (error.empty() && config.delayed.on_disc) // also while the module is off: they have been promised
    error = load(rows, store_kind::delayed, [&](const std::string& key, const std::string& value) {
      auto entry = mqtt::parse_delayed_key(key);
      if (!entry || !(entry->message = mqtt::decode_stored(value)))
        return false;
      out.delayed.push_back(std::move(*entry));
      return true;
    });
  return error;
}

} // namespace troupe
