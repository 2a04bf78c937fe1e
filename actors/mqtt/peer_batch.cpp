#include "troupe/mqtt/peer_batch.hpp"

#include "troupe/mqtt/stored_message.hpp"

#include <cstdint>

namespace troupe::mqtt {

namespace {

constexpr std::size_t size_bytes = 4;

// What counts and what does not is the business of the node where a message is published.
message_ptr ordinary(message_ptr m) {
  if (!m->system())
    return m;
  return message::make({.topic = m->topic(),
                        .payload = m->payload(),
                        .properties = m->properties().raw(),
                        .from = m->from(),
                        .timestamp = m->timestamp(),
                        .expiry = m->expiry(),
                        .level = m->level(),
                        .retain = m->retain(),
                        .system = false});
}

std::size_t take_size(std::string_view& bytes) {
  std::size_t size = 0;
  for (const unsigned char c : bytes.substr(0, size_bytes))
    size = size << 8 | c;
  bytes.remove_prefix(size_bytes);
  return size;
}

} // namespace

bool append_to_batch(std::string& batch, const message& m) {
  const auto bytes = encode_stored(m);
  if (bytes.size() > largest_peer_message)
    return false;
  for (int shift = (size_bytes - 1) * 8; shift >= 0; shift -= 8)
    batch.push_back(static_cast<char>(bytes.size() >> shift));
  batch += bytes;
  return true;
}

std::optional<std::vector<message_ptr>> decode_batch(std::string_view bytes) {
  if (bytes.size() > largest_peer_batch)
    return {};
  std::vector<message_ptr> out;
  while (!bytes.empty()) {
    if (bytes.size() < size_bytes)
      return {};
    const auto size = take_size(bytes);
    if (size > bytes.size() || size > largest_peer_message)
      return {};
    auto m = decode_stored(bytes.substr(0, size));
    if (!m)
      return {};
    out.push_back(ordinary(std::move(m)));
    bytes.remove_prefix(size);
  }
  return out;
}

} // namespace troupe::mqtt
