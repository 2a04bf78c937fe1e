#include "load_client.hpp"

#include <algorithm>
#include <optional>
#include <unistd.h>

namespace load {

namespace {

enum packet_type : unsigned {
  connack_t = 2,
  publish_t = 3,
  puback_t,
  pubrec_t,
  pubrel_t,
  pubcomp_t,
  suback_t = 9
};

constexpr unsigned ids = 4096; // packet identifiers go round in this range

unsigned read16(std::string_view s) {
  return static_cast<unsigned>(static_cast<unsigned char>(s[0])) << 8 | static_cast<unsigned char>(s[1]);
}

// Takes a variable byte integer from the front; nothing where it is incomplete or malformed.
std::optional<std::size_t> take_length(std::string_view& s) {
  std::size_t value = 0;
  for (unsigned i = 0; i < 4 && i < s.size(); ++i) {
    const auto byte = static_cast<unsigned char>(s[i]);
    value |= static_cast<std::size_t>(byte & 0x7FU) << (7 * i);
    if (byte < 0x80) {
      s.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

bool skip_properties(std::string_view& s, bool v5) {
  if (!v5)
    return true;
  const auto length = take_length(s);
  if (!length || *length > s.size())
    return false;
  s.remove_prefix(*length);
  return true;
}

} // namespace

client::client(loop& owner, std::string id, std::uint32_t index)
    : loop_(owner), id_(std::move(id)), index_(index) {}

// --- writing ------------------------------------------------------------------------------------

void client::mark_dirty() {
  if (!dirty_) {
    dirty_ = true;
    loop_.dirty_.push_back(this);
  }
}

void client::number16(unsigned v) {
  out_.push_back(static_cast<char>(v >> 8));
  out_.push_back(static_cast<char>(v & 0xFFU));
}

void client::text(std::string_view s) {
  number16(static_cast<unsigned>(s.size()));
  out_.append(s);
}

void client::header(unsigned char head, std::size_t length) {
  mark_dirty();
  out_.push_back(static_cast<char>(head));
  for (; length > 0x7F; length >>= 7)
    out_.push_back(static_cast<char>((length & 0x7FU) | 0x80U));
  out_.push_back(static_cast<char>(length));
}

// Goes on with the handshakes below MQTT.
void client::open() {
  switch (wire_->open()) {
    case wire::progress::open: return greet();
    case wire::progress::waiting: return;
    case wire::progress::failed: return lost();
  }
}

void client::greet() {
  const bool v5 = loop_.options_.v5;
  const bool expiry = v5 && !clean;
  const auto &user = loop_.options_.username, &password = loop_.options_.password;
  const std::size_t credentials = user.empty() ? 0 : 4 + user.size() + password.size();
  header(0x10, 12 + id_.size() + credentials + (v5 ? 1 : 0) + (expiry ? 5 : 0));
  text("MQTT");
  out_.push_back(v5 ? 5 : 4);
  out_.push_back(static_cast<char>((clean ? 2 : 0) | (user.empty() ? 0 : 0xC0)));
  number16(600);
  if (v5)
    out_.push_back(expiry ? 5 : 0);
  if (expiry)
    out_.append("\x11\x00\x00\x0E\x10", 5); // Session Expiry Interval: an hour
  text(id_);
  if (!user.empty()) {
    text(user);
    text(password);
  }
  state_ = state::greeting;
}

unsigned client::take_id() {
  do
    next_id_ = next_id_ % (ids - 1) + 1;
  while (!sent_ids_.empty() && sent_ids_[next_id_] != 0);
  return next_id_;
}

void client::publish(std::string_view topic, std::string_view payload, unsigned qos, bool retain) {
  const bool v5 = loop_.options_.v5;
  header(static_cast<unsigned char>(0x30U | qos << 1 | (retain ? 1U : 0U)),
         2 + topic.size() + (qos > 0 ? 2 : 0) + (v5 ? 1 : 0) + payload.size());
  text(topic);
  if (qos > 0) {
    sent_ids_.resize(ids);
    const auto id = take_id();
    sent_ids_[id] = qos == 1 ? puback_t : pubrec_t;
    ++unacknowledged_;
    number16(id);
  }
  if (v5)
    out_.push_back(0);
  out_.append(payload);
}

void client::subscribe(const std::string* list, std::size_t count) {
  const bool v5 = loop_.options_.v5;
  std::size_t length = 2 + (v5 ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i)
    length += 3 + list[i].size();
  header(0x82, length);
  number16(take_id());
  if (v5)
    out_.push_back(0);
  for (std::size_t i = 0; i < count; ++i) {
    text(list[i]);
    out_.push_back(static_cast<char>(loop_.options_.qos));
  }
}

void client::unsubscribe(const std::string& filter) {
  const bool v5 = loop_.options_.v5;
  header(0xA2, 4 + filter.size() + (v5 ? 1 : 0));
  number16(take_id());
  if (v5)
    out_.push_back(0);
  text(filter);
}

void client::acknowledge(unsigned char head, unsigned id) {
  header(head, 2);
  number16(id);
}

void client::flush() {
  dirty_ = false;
  if (fd_ < 0 || out_.empty()) // nothing is written before it is open
    return;
  const auto n = wire_->write(out_.data(), out_.size());
  if (n < 0)
    return lost();
  out_.erase(0, static_cast<std::size_t>(n));
  if (out_.empty() && out_.capacity() > 65536)
    out_.shrink_to_fit();
  blocked_ = !out_.empty();
}

void client::close() {
  if (fd_ < 0)
    return;
  if (state_ > state::opening) {
    out_.append("\xE0\x00", 2);
    flush();
  }
  drop();
}

void client::lost() {
  ++loop_.errors_.lost_connections;
  drop();
}

void client::drop() {
  wire_ = nullptr;
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
  state_ = state::closed;
}

// --- reading ------------------------------------------------------------------------------------

void client::receive() {
  auto& buffer = loop_.buffer_;
  const auto kept = in_.size();
  if (buffer.size() < kept + 65536)
    buffer.resize(2 * kept);
  std::copy(in_.begin(), in_.end(), buffer.begin());
  const auto n = wire_->read(buffer.data() + kept, buffer.size() - kept);
  if (n < 0)
    return lost();
  if (n == 0)
    return;
  const auto read_at = now_ns();
  std::string_view rest{buffer.data(), kept + static_cast<std::size_t>(n)};
  while (rest.size() >= 2 && fd_ >= 0) {
    auto after = rest.substr(1);
    const auto length = take_length(after);
    if (!length && after.size() >= 4) {
      ++loop_.errors_.protocol;
      return lost();
    }
    if (!length || after.size() < *length)
      break;
    if (!packet(static_cast<unsigned char>(rest[0]), after.substr(0, *length), read_at))
      ++loop_.errors_.protocol;
    rest = after.substr(*length);
  }
  in_.assign(rest);
}

bool client::packet(unsigned char head, std::string_view body, std::uint64_t read_at) {
  switch (const unsigned type = head >> 4; type) {
    case publish_t: return publish_packet(head, body, read_at);
    case puback_t:
    case pubrec_t:
    case pubrel_t:
    case pubcomp_t: return acknowledgement(type, body);
    case connack_t: return connack(body);
    case suback_t:
    case 11: return suback(body);
    default: return false;
  }
}

bool client::connack(std::string_view body) {
  if (state_ != state::greeting || body.size() < 2)
    return false;
  if (body[1] != 0) {
    ++loop_.errors_.refused;
    return true;
  }
  session_present_ = (body[0] & 1) != 0;
  if (filters.empty() || session_present_) {
    state_ = state::ready;
    loop_.watcher_.on_ready(*this);
    return true;
  }
  state_ = state::subscribing;
  subscribe(filters.data(), filters.size());
  return true;
}

bool client::suback(std::string_view body) {
  if (body.size() < 2)
    return false;
  body.remove_prefix(2);
  if (!skip_properties(body, loop_.options_.v5))
    return false;
  const bool failed =
      std::any_of(body.begin(), body.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  if (state_ == state::subscribing) {
    state_ = state::ready;
    loop_.watcher_.on_ready(*this);
  } else {
    loop_.watcher_.on_subscribed(*this);
  }
  return !failed;
}

bool client::publish_packet(unsigned char head, std::string_view body, std::uint64_t read_at) {
  const unsigned qos = head >> 1 & 3U;
  if (qos == 3 || body.size() < 2)
    return false;
  const std::size_t length = read16(body);
  if (body.size() < 2 + length + (qos > 0 ? 2 : 0))
    return false;
  incoming m{body.substr(2, length), {}, (head & 1U) != 0, read_at};
  body.remove_prefix(2 + length);
  bool again = false;
  if (qos > 0) {
    const auto id = read16(body);
    body.remove_prefix(2);
    acknowledge(qos == 1 ? 0x40 : 0x50, id);
    if (qos == 2) {
      received_ids_.resize(65536);
      again = received_ids_[id];
      received_ids_[id] = true;
    }
  }
  if (!skip_properties(body, loop_.options_.v5))
    return false;
  m.payload = body;
  if (!again)
    loop_.watcher_.on_publish(*this, m);
  return true;
}

bool client::acknowledgement(unsigned type, std::string_view body) {
  if (body.size() < 2)
    return false;
  const auto id = read16(body);
  if (type == pubrel_t) {
    if (!received_ids_.empty())
      received_ids_[id] = false;
    acknowledge(0x70, id);
    return true;
  }
  if (id >= sent_ids_.size() || sent_ids_[id] != type)
    return false;
  if (type == pubrec_t) {
    sent_ids_[id] = pubcomp_t;
    acknowledge(0x62, id);
    return true;
  }
  sent_ids_[id] = 0;
  --unacknowledged_;
  loop_.watcher_.on_published(*this);
  return true;
}

} // namespace load
