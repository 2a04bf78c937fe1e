#include "troupe/mqtt/message.hpp"

#include "message_memory.hpp"

#include <atomic>
#include <new>
#include <utility>

namespace troupe::mqtt {

namespace {

// A block of numbers per thread, so that giving one out costs no contention.
std::uint64_t next_id() noexcept {
  constexpr std::uint64_t block = 4096;
  static std::atomic<std::uint64_t> blocks{1};
  thread_local std::uint64_t next = 0;
  thread_local std::uint64_t end = 0;
  if (next == end) {
    next = blocks.fetch_add(1, std::memory_order_relaxed) * block;
    end = next + block;
  }
  return next++;
}

constexpr bool forwardable(property id) noexcept {
  return id == property::payload_format_indicator || id == property::content_type ||
         id == property::response_topic || id == property::correlation_data || id == property::user_property;
}

} // namespace

publisher_ptr publisher::make(std::string client_id, std::string username, std::string peer_host,
                              session_address address) {
  auto* p = new publisher;
  p->client_id = std::move(client_id);
  p->username = std::move(username);
  p->peer_host = std::move(peer_host);
  p->address = address;
  return publisher_ptr::adopt(p);
}

message::message(const message_parts& parts, publisher_ptr from) noexcept
    : id_(next_id()),
      timestamp_(parts.timestamp),
      from_(std::move(from)),
      payload_size_(static_cast<std::uint32_t>(parts.payload.size())),
      properties_size_(static_cast<std::uint32_t>(parts.properties.size())),
      expiry_(parts.expiry),
      topic_size_(static_cast<std::uint16_t>(parts.topic.size())),
      level_(parts.level),
      retain_(parts.retain),
      system_(parts.system || parts.topic.starts_with("$SYS/")),
      hops_(parts.hops) {
  char* at = reinterpret_cast<char*>(this + 1);
  at[0] = static_cast<char>(topic_size_ >> 8);
  at[1] = static_cast<char>(topic_size_);
  at += 2;
  if (!parts.topic.empty()) // an event may have none
    std::memcpy(at, parts.topic.data(), parts.topic.size());
  at += parts.topic.size();
  if (!parts.payload.empty())
    std::memcpy(at, parts.payload.data(), parts.payload.size());
  at += parts.payload.size();
  if (!parts.properties.empty())
    std::memcpy(at, parts.properties.data(), parts.properties.size());
}

message_ptr message::make(const message_parts& parts, publisher_ptr from) {
  const auto size = sizeof(message) + 2 + parts.topic.size() + parts.payload.size() + parts.properties.size();
  return message_ptr::adopt(new (allocate_message(size)) message{parts, std::move(from)});
}

message_ptr message::make(const message_parts& parts) { return make(parts, parts.from); }

message_ptr message::make(message_parts&& parts) { return make(parts, std::move(parts.from)); }

message_ptr message::make_copy(const message& m, std::string_view topic, time_ms timestamp) {
  message_parts parts;
  parts.topic = topic;
  parts.payload = m.payload();
  parts.properties = m.properties().raw();
  parts.from = m.from();
  parts.timestamp = timestamp;
  parts.expiry = m.expiry();
  parts.level = m.level();
  parts.retain = m.retain();
  parts.system = m.system();
  parts.hops = m.hops();
  return make(std::move(parts));
}

void message::destroy(const message* m) noexcept {
  const auto size = m->footprint();
  m->~message();
  free_message(const_cast<message*>(m), size);
}

std::size_t message::footprint() const noexcept {
  return sizeof(message) + 2 + topic_size_ + payload_size_ + properties_size_;
}

std::string_view forwardable_properties(property_view properties, std::string& scratch) {
  bool all = true;
  properties.for_each([&all](const property_entry& e) { all = all && forwardable(e.id); });
  if (all)
    return properties.raw();
  scratch.clear();
  properties.for_each([&scratch](const property_entry& e) {
    if (forwardable(e.id))
      scratch.append(e.raw);
  });
  return scratch;
}

} // namespace troupe::mqtt
