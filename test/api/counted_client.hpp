// A client that counts its traffic as the broker should.
#pragma once

#include "support/mqtt_client.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

namespace troupe::test {

/// From the broker's point of view: received is what the client sent.
struct traffic {
  std::int64_t recv_oct = 0, recv_pkt = 0, recv_msg = 0, send_oct = 0, send_pkt = 0, send_msg = 0;

  traffic& operator+=(const traffic& other) {
    recv_oct += other.recv_oct;
    recv_pkt += other.recv_pkt;
    recv_msg += other.recv_msg;
    send_oct += other.send_oct;
    send_pkt += other.send_pkt;
    send_msg += other.send_msg;
    return *this;
  }
};

class counted_client {
public:
  counted_client(int port, protocol_version version) : client_(static_cast<std::uint16_t>(port), version) {}

  void send(const packet& p) {
    total_.recv_oct += static_cast<std::int64_t>(encoded(p, client_.version()).size());
    ++total_.recv_pkt;
    total_.recv_msg += std::holds_alternative<mqtt::publish>(p) ? 1 : 0;
    client_.send(p);
  }

  packet next() {
    packet p = client_.next();
    total_.send_oct += static_cast<std::int64_t>(encoded(p, client_.version()).size());
    ++total_.send_pkt;
    total_.send_msg += std::holds_alternative<mqtt::publish>(p) ? 1 : 0;
    return p;
  }

  void connect(mqtt::connect c) {
    c.version = client_.version();
    send(c);
    next();
  }

  void subscribe(std::string_view filter, qos level) {
    send(mqtt::subscribe{client_.new_packet_id(), {}, {{filter, {.level = level}}}});
    next();
  }

  void abort() { client_.socket().abort(); }

  int local_port() {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(client_.socket().descriptor(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

  const traffic& total() const noexcept { return total_; }

private:
  mqtt_client client_;
  traffic total_;
};

} // namespace troupe::test
