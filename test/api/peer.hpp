// An MQTT client for the tests of the HTTP API: blocking, one packet at a time, every wait bounded.
#pragma once

#include "troupe/mqtt/codec.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::test {

struct incoming {
  std::string topic, payload;
  int qos = 0;
  bool retain = false;
};

struct peer_options {
  std::string client_id = "";
  int version = 4;
  std::string username = ""; // empty: none
  bool clean = true;
  std::uint16_t keep_alive = 60;
};

class peer {
public:
  peer(std::uint16_t port, const peer_options& options)
      : version_(static_cast<mqtt::protocol_version>(options.version)),
        fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = loopback(port);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      fail("connect");
    mqtt::connect c;
    c.version = version_;
    c.clean_start = options.clean;
    c.keep_alive = options.keep_alive;
    c.client_id = options.client_id;
    if (!options.username.empty())
      c.username = options.username;
    send(c);
    expect<mqtt::connack>();
    if (std::get<mqtt::connack>(packet_).reason != mqtt::reason_code::success)
      fail("CONNACK");
    done();
  }

  ~peer() { drop(); }
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;

  void subscribe(const std::string& filter, int qos) {
    mqtt::subscribe s;
    s.packet_id = ++packet_id_;
    s.entries.push_back({filter, {static_cast<mqtt::qos>(qos), false, false, 0}});
    send(s);
    expect<mqtt::suback>();
    if (std::get<mqtt::suback>(packet_).reasons.at(0) > mqtt::reason_code::granted_qos2)
      fail("SUBACK");
    done();
  }

  void unsubscribe(const std::string& filter) {
    mqtt::unsubscribe u;
    u.packet_id = ++packet_id_;
    u.filters.push_back(filter);
    send(u);
    expect<mqtt::suback>();
    done();
  }

  /// QoS 0 or 1; waits for the PUBACK.
  void publish(const std::string& topic, const std::string& payload, int qos = 0, bool retain = false) {
    mqtt::publish p;
    p.topic = topic;
    p.payload = payload;
    p.level = static_cast<mqtt::qos>(qos);
    p.packet_id = qos > 0 ? ++packet_id_ : std::uint16_t{0};
    p.retain = retain;
    send(p);
    if (qos > 0) {
      expect<mqtt::ack>();
      done();
    }
  }

  /// The next message, acknowledged as its QoS wants.
  std::optional<incoming> next() {
    if (queued_.empty() && !(read_packet() && keep_publish()))
      return std::nullopt;
    incoming result = queued_.front();
    queued_.pop_front();
    return result;
  }

  void disconnect() {
    send(mqtt::disconnect{});
    drop();
  }

  /// Closes the socket without DISCONNECT.
  void drop() {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }

  /// Whether the broker closes the connection, whatever it sends before.
  bool wait_closed() {
    while (!closed_ && fill()) {
    }
    return closed_;
  }

  std::size_t bytes_sent() const noexcept { return bytes_sent_; }
  std::size_t bytes_received() const noexcept { return bytes_received_; }

  int local_port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

private:
  [[noreturn]] static void fail(const char* what) {
    throw std::runtime_error(std::string("MQTT client: ") + what);
  }

  void send(const mqtt::packet& p) {
    mqtt::buffer bytes;
    mqtt::encode(p, version_, bytes);
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
      fail("send");
    bytes_sent_ += bytes.size();
  }

  // Reads what there is, within five seconds.
  bool fill() {
    pollfd p{fd_, POLLIN, 0};
    if (::poll(&p, 1, 5'000) <= 0)
      return false;
    char piece[65536];
    ssize_t n = ::recv(fd_, piece, sizeof piece, 0);
    closed_ = n <= 0;
    if (closed_)
      return false;
    bytes_received_ += static_cast<std::size_t>(n);
    received_.append(piece, static_cast<std::size_t>(n));
    return true;
  }

  // Leaves the next packet in packet_; its views live until `done`.
  bool read_packet() {
    while (true) {
      auto r = mqtt::decode(received_, {version_, 0xFFFFFFFF, false}, packet_);
      if (r.status == mqtt::decode_status::malformed)
        fail(r.detail);
      if (r.status == mqtt::decode_status::complete) {
        size_ = r.size;
        return true;
      }
      if (!fill())
        return false;
    }
  }

  void done() { received_.erase(0, size_); }

  template <class Packet>
  void expect() {
    while (true) {
      if (!read_packet())
        fail("no answer");
      if (std::holds_alternative<Packet>(packet_))
        return;
      if (!keep_publish())
        fail("unexpected packet");
    }
  }

  // Queues and acknowledges a PUBLISH.
  bool keep_publish() {
    auto* p = std::get_if<mqtt::publish>(&packet_);
    if (!p)
      return false;
    incoming m{std::string(p->topic), std::string(p->payload), static_cast<int>(p->level), p->retain};
    std::uint16_t id = p->packet_id;
    done();
    if (m.qos == 1)
      send(mqtt::ack{mqtt::packet_type::puback, id, mqtt::reason_code::success, {}});
    if (m.qos == 2) {
      send(mqtt::ack{mqtt::packet_type::pubrec, id, mqtt::reason_code::success, {}});
      expect<mqtt::ack>();
      done();
      send(mqtt::ack{mqtt::packet_type::pubcomp, id, mqtt::reason_code::success, {}});
    }
    queued_.push_back(std::move(m));
    return true;
  }

  mqtt::protocol_version version_;
  int fd_;
  std::string received_;
  mqtt::packet packet_;
  std::size_t size_ = 0;
  std::deque<incoming> queued_;
  std::uint16_t packet_id_ = 0;
  std::size_t bytes_sent_ = 0, bytes_received_ = 0;
  bool closed_ = false;
};

using peer_ptr = std::unique_ptr<peer>;

} // namespace troupe::test
