// A broker of MQTT 3.1.1 inside of the test's process, which knows nothing but QoS 1 messages that come, and
// refuses some in the only way that 3.1.1 has: it closes the connection. What it has for subscribers they get
// whatever their filters, again after each connection until they have acknowledged all of it.
#pragma once

#include "support/mqtt_client.hpp"
#include "support/wait.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace troupe::test {

class picky_broker {
public:
  enum class verdict { acknowledge, keep_silent, close };

  /// Called in its thread.
  using judge = std::function<verdict(const mqtt::publish&)>;

  /// On that port of 127.0.0.1, or on a free one.
  explicit picky_broker(judge says, std::uint16_t port = 0)
      : judge_(std::move(says)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    constexpr int backlog = 64, on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, backlog) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw unexpected{"no port for a broker"};
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }

  picky_broker(const picky_broker&) = delete;
  picky_broker& operator=(const picky_broker&) = delete;

  ~picky_broker() {
    ends_ = true;
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const noexcept { return port_; }

  /// From now on each connection is closed at its CONNECT.
  void refuse_connections(bool yes) noexcept { refuses_connections_ = yes; }

  /// These packets, each with another identifier, are for the client that subscribes.
  void give_subscriber(std::map<std::uint16_t, std::string> packets) {
    const std::scoped_lock lock{mutex_};
    for_subscriber_ = std::move(packets);
  }

  /// Whether its subscriber has acknowledged all (by PUBACK, or PUBCOMP).
  bool has_given_all() const {
    const std::scoped_lock lock{mutex_};
    return for_subscriber_.empty();
  }

  unsigned connects() const noexcept { return connects_; }       // which were accepted
  unsigned turned_away() const noexcept { return turned_away_; } // which were not

  /// Payloads of the messages that it has acknowledged.
  std::vector<std::string> accepted() const {
    const std::scoped_lock lock{mutex_};
    return accepted_;
  }

  /// When it has closed connections because of a message.
  std::vector<clock::time_point> refusals() const {
    const std::scoped_lock lock{mutex_};
    return refusals_;
  }

private:
  struct client {
    int fd = -1;
    std::string input;
  };

  // Each turn is short, so that it notices its end.
  void serve() {
    constexpr int turn = 20; // ms
    while (!ends_) {
      std::vector<pollfd> all{{listener_, POLLIN, 0}};
      for (const auto& c : clients_)
        all.push_back({c.fd, POLLIN, 0});
      if (::poll(all.data(), all.size(), turn) <= 0)
        continue;
      auto ready = all.begin();
      const bool newcomer = ready++->revents != 0;
      for (auto c = clients_.begin(); c != clients_.end(); ++ready)
        if (ready->revents != 0 && !hear(*c)) {
          ::close(c->fd);
          c = clients_.erase(c);
        } else {
          ++c;
        }
      if (newcomer)
        clients_.push_back({::accept(listener_, nullptr, nullptr), {}});
    }
    for (const auto& c : clients_)
      ::close(c.fd);
  }

  // False: it is over.
  bool hear(client& from) {
    char part[16 * 1024];
    const auto n = ::recv(from.fd, part, sizeof part, 0);
    if (n <= 0)
      return false;
    from.input.append(part, static_cast<std::size_t>(n));
    const mqtt::decode_options options{protocol_version::v311, mqtt::max_varint, true};
    packet p;
    for (;;) {
      const auto r = mqtt::decode(from.input, options, p);
      if (r.status != mqtt::decode_status::complete)
        return r.status == mqtt::decode_status::need_more;
      if (!answer(from, p))
        return false;
      from.input.erase(0, r.size);
    }
  }

  bool answer(const client& to, const packet& p) {
    if (std::holds_alternative<mqtt::connect>(p)) {
      if (refuses_connections_) {
        ++turned_away_;
        return false;
      }
      ++connects_;
      say(to, mqtt::connack{});
    } else if (const auto* m = std::get_if<mqtt::publish>(&p)) {
      const auto what = judge_(*m);
      const std::scoped_lock lock{mutex_};
      if (what == verdict::close) {
        refusals_.push_back(clock::now());
        return false;
      }
      if (what == verdict::acknowledge) {
        accepted_.emplace_back(m->payload);
        say(to, mqtt::ack{packet_type::puback, m->packet_id, reason_code::success, {}});
      }
    } else if (const auto* s = std::get_if<mqtt::subscribe>(&p)) {
      mqtt::suback granted;
      granted.packet_id = s->packet_id;
      granted.reasons.assign(s->entries.size(), reason_code::granted_qos1);
      say(to, granted);
      const std::scoped_lock lock{mutex_};
      for (const auto& [id, bytes] : for_subscriber_)
        write(to, bytes);
    } else if (const auto* a = std::get_if<mqtt::ack>(&p)) {
      if (a->type == packet_type::pubrec) {
        say(to, mqtt::ack{packet_type::pubrel, a->packet_id, reason_code::success, {}});
        return true;
      }
      const std::scoped_lock lock{mutex_};
      for_subscriber_.erase(a->packet_id);
    }
    return true;
  }

  static void say(const client& to, const packet& p) { write(to, encoded(p, protocol_version::v311)); }

  static void write(const client& to, const std::string& bytes) {
    static_cast<void>(::send(to.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }

  const judge judge_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> ends_{false}, refuses_connections_{false};
  std::atomic<unsigned> connects_{0}, turned_away_{0};
  std::list<client> clients_;
  mutable std::mutex mutex_;
  std::vector<std::string> accepted_;
  std::vector<clock::time_point> refusals_;
  std::map<std::uint16_t, std::string> for_subscriber_; // packets by their identifiers
  std::thread thread_;
};

} // namespace troupe::test
