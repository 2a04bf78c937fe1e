#include "support/mqtt_client.hpp"

#include "support/packet_text.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::test {

std::string hex(std::string_view text) {
  std::string bytes;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') {
      const auto end = text.find('\'', i + 1);
      bytes += text.substr(i + 1, end - i - 1);
      i = end;
    } else if (text[i] != ' ') {
      digits += text[i];
      if (digits.size() == 2) {
        bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
        digits.clear();
      }
    }
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
    text += ' ';
  }
  return text;
}

std::string encoded(const packet& p, protocol_version version) {
  mqtt::buffer out;
  mqtt::encode(p, version, out);
  return std::string{out.view()};
}

std::optional<packet> take_packet(std::string& received, protocol_version version,
                                  std::deque<std::string>& kept) {
  const mqtt::decode_options options{version, mqtt::max_varint + 5, false};
  packet p;
  const auto result = mqtt::decode(received, options, p);
  if (result.status == mqtt::decode_status::malformed)
    throw unexpected{"malformed packet from the broker (" + std::string{result.detail} +
                     "): " + to_hex(received)};
  if (result.status != mqtt::decode_status::complete)
    return std::nullopt;
  kept.push_back(received.substr(0, result.size));
  received.erase(0, result.size);
  mqtt::decode(kept.back(), options, p); // its views point into what is kept
  return p;
}

mqtt_client::mqtt_client(std::uint16_t port, protocol_version version, int receive_buffer)
    : socket_(port, receive_buffer), version_(version) {}

void mqtt_client::send_bytes(std::string_view bytes) { socket_.send(bytes); }

void mqtt_client::send(const packet& p) { send_bytes(encoded(p, version_)); }

void mqtt_client::send_ack(packet_type type, std::uint16_t packet_id, reason_code reason) {
  send(mqtt::ack{type, packet_id, reason, {}});
}

std::optional<packet> mqtt_client::take(milliseconds within) {
  if (!waiting_.empty()) {
    packet p = std::move(waiting_.front());
    waiting_.pop_front();
    return p;
  }
  const auto end = clock::now() + within;
  for (;;) {
    if (auto p = take_packet(input_, version_, kept_))
      return p;
    const auto left = std::chrono::duration_cast<milliseconds>(end - clock::now());
    switch (socket_.receive(input_, std::max(left, milliseconds{0}))) {
      case tcp_socket::state::data: break;
      case tcp_socket::state::closed:
        if (!input_.empty())
          throw unexpected{"the connection ended within a packet: " + to_hex(input_)};
        return std::nullopt;
      case tcp_socket::state::nothing:
        throw unexpected{"no packet within " + std::to_string(within.count()) + " ms, only " +
                         to_hex(input_)};
    }
  }
}

void mqtt_client::refuse(const packet& p, const std::string& why) const {
  throw unexpected{why + ": " + describe(p)};
}

packet mqtt_client::next(milliseconds within) {
  auto p = take(within);
  if (!p)
    throw unexpected{"the broker closed the connection instead of sending a packet"};
  return std::move(*p);
}

mqtt::ack mqtt_client::expect_ack(packet_type type, std::uint16_t packet_id, milliseconds within) {
  packet p = next(within);
  if (type_of(p) != type || (packet_id != 0 && packet_id_of(p) != packet_id))
    refuse(p, "not packet type " + std::to_string(static_cast<int>(type)) + " with id " +
                  std::to_string(packet_id));
  return std::get<mqtt::ack>(p);
}

mqtt::suback mqtt_client::expect_suback(packet_type type, milliseconds within) {
  packet p = next(within);
  if (type_of(p) != type)
    refuse(p, "not packet type " + std::to_string(static_cast<int>(type)));
  return std::get<mqtt::suback>(std::move(p));
}

void mqtt_client::expect_bytes(std::string_view bytes, milliseconds within) {
  const auto end = clock::now() + within;
  while (input_.size() < bytes.size() && bytes.starts_with(input_)) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - clock::now());
    if (socket_.receive(input_, std::max(left, milliseconds{0})) != tcp_socket::state::data)
      break;
  }
  if (!std::string_view{input_}.starts_with(bytes))
    throw unexpected{"expected " + to_hex(bytes) + "but got " + to_hex(input_)};
  input_.erase(0, bytes.size());
}

void mqtt_client::expect_closed(milliseconds within) {
  if (const auto p = take(within))
    refuse(*p, "a packet instead of the end of the connection");
}

void mqtt_client::expect_disconnect(reason_code reason, milliseconds within) {
  if (version_ == protocol_version::v5) {
    const auto p = next(within);
    const auto* d = std::get_if<mqtt::disconnect>(&p);
    if (d == nullptr || d->reason != reason)
      refuse(p, "not DISCONNECT " + std::string{mqtt::to_string(reason)});
  }
  expect_closed(within);
}

void mqtt_client::expect_nothing() {
  if (const auto packets = until_pingresp(); !packets.empty())
    refuse(packets.front(), "there should be no packet");
}

std::vector<packet> mqtt_client::until_pingresp() {
  send(mqtt::ping{packet_type::pingreq});
  std::vector<packet> packets;
  for (;;) {
    packet p = next();
    if (std::holds_alternative<mqtt::ping>(p))
      return packets;
    packets.push_back(std::move(p));
  }
}

packet mqtt_client::take_matching(packet_type type, std::uint16_t packet_id) {
  std::deque<packet> others;
  for (;;) {
    packet p = next();
    if (type_of(p) == type && packet_id_of(p) == packet_id) {
      std::move(waiting_.begin(), waiting_.end(), std::back_inserter(others));
      waiting_ = std::move(others);
      return p;
    }
    if (type_of(p) == packet_type::disconnect)
      refuse(p, "while waiting for packet type " + std::to_string(static_cast<int>(type)));
    others.push_back(std::move(p));
  }
}

mqtt::connack mqtt_client::connect(const connect_options& options) {
  mqtt::connect c;
  c.version = version_;
  c.bridge = options.bridge;
  c.clean_start = options.clean;
  c.keep_alive = options.keep_alive;
  c.client_id = options.client_id;
  c.username = options.username;
  c.password = options.password;
  c.will = options.will;
  c.properties = options.properties.view();
  send(c);
  return expect<mqtt::connack>();
}

mqtt::connack mqtt_client::connect(std::string client_id, bool clean) {
  return connect(connect_options{.client_id = std::move(client_id), .clean = clean});
}

mqtt::suback mqtt_client::subscribe(std::string_view filter, mqtt::subscription_options options,
                                    const property_writer& properties) {
  const auto id = new_packet_id();
  send(mqtt::subscribe{id, properties.view(), {{filter, options}}});
  return std::get<mqtt::suback>(take_matching(packet_type::suback, id));
}

mqtt::suback mqtt_client::subscribe(std::string_view filter, qos level) {
  return subscribe(filter, mqtt::subscription_options{.level = level});
}

mqtt::suback mqtt_client::unsubscribe(std::string_view filter) {
  const auto id = new_packet_id();
  send(mqtt::unsubscribe{id, {}, {filter}});
  return std::get<mqtt::suback>(take_matching(packet_type::unsuback, id));
}

reason_code mqtt_client::publish(std::string_view topic, std::string_view payload, qos level, bool retain,
                                 const property_writer& properties) {
  const auto id = level == qos::at_most_once ? std::uint16_t{0} : new_packet_id();
  send(mqtt::publish{topic, payload, properties.view(), id, level, false, retain});
  if (level == qos::at_most_once)
    return reason_code::success;
  const auto first = level == qos::at_least_once ? packet_type::puback : packet_type::pubrec;
  const auto reason = std::get<mqtt::ack>(take_matching(first, id)).reason;
  if (level == qos::exactly_once && !mqtt::is_error(reason)) {
    send_ack(packet_type::pubrel, id);
    take_matching(packet_type::pubcomp, id);
  }
  return reason;
}

void mqtt_client::disconnect(reason_code reason, const property_writer& properties) {
  send(mqtt::disconnect{reason, properties.view()});
  expect_closed();
}

mqtt::publish mqtt_client::expect_message(milliseconds within) {
  auto p = expect<mqtt::publish>(within);
  if (p.level == qos::at_least_once)
    send_ack(packet_type::puback, p.packet_id);
  if (p.level == qos::exactly_once) {
    send_ack(packet_type::pubrec, p.packet_id);
    take_matching(packet_type::pubrel, p.packet_id);
    send_ack(packet_type::pubcomp, p.packet_id);
  }
  return p;
}

mqtt_client connected(std::uint16_t port, connect_options options, protocol_version version) {
  mqtt_client client{port, version};
  const auto answer = client.connect(options);
  if (answer.reason != reason_code::success)
    throw unexpected{"CONNECT was refused: " + std::string{mqtt::to_string(answer.reason)}};
  return client;
}

mqtt_client connected(std::uint16_t port, std::string client_id, protocol_version version) {
  return connected(port, connect_options{.client_id = std::move(client_id)}, version);
}

property_writer numbers(std::initializer_list<std::pair<property, std::uint32_t>> list) {
  property_writer writer;
  for (const auto& [id, value] : list)
    writer.number(id, value);
  return writer;
}

} // namespace troupe::test
