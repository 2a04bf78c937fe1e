// An HTTP server that closes connections without an answer.
#pragma once

#include "support/wait.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace troupe::test {

/// On a free port of 127.0.0.1. It reads each request to its end; the first `refused` POSTs with each body
/// have no answer, other POSTs an empty one with the status, all else none. Every connection is closed after
/// one request.
class closing_server {
public:
  explicit closing_server(int refused, int status = 200)
      : refused_(refused), status_(status), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    constexpr int backlog = 64;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, backlog) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw unexpected{"no port for a server"};
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }

  closing_server(const closing_server&) = delete;
  closing_server& operator=(const closing_server&) = delete;

  ~closing_server() {
    ::shutdown(listener_, SHUT_RDWR); // which ends `accept`
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const noexcept { return port_; }

  /// Of the POSTs, in the order in which they came.
  std::vector<std::string> bodies() const {
    const std::scoped_lock lock{mutex_};
    return bodies_;
  }

  unsigned connections() const noexcept { return connections_; }

private:
  void serve() {
    for (int peer = ::accept(listener_, nullptr, nullptr); peer >= 0;
         peer = ::accept(listener_, nullptr, nullptr)) {
      ++connections_;
      if (const auto request = read_request(peer); answers(request)) {
        const auto answer =
            "HTTP/1.1 " + std::to_string(status_) + " Said\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        static_cast<void>(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL));
      }
      ::close(peer);
    }
  }

  bool answers(const std::string& request) {
    if (!request.starts_with("POST "))
      return false;
    const std::scoped_lock lock{mutex_};
    bodies_.push_back(request.substr(request.find("\r\n\r\n") + 4));
    return std::count(bodies_.begin(), bodies_.end(), bodies_.back()) > refused_;
  }

  static std::string read_request(int peer) {
    std::string all;
    char part[4096];
    while (!is_whole(all)) {
      pollfd ready{peer, POLLIN, 0};
      if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1)
        break;
      const auto n = ::recv(peer, part, sizeof part, 0);
      if (n <= 0)
        break;
      all.append(part, static_cast<std::size_t>(n));
    }
    return all;
  }

  static bool is_whole(const std::string& request) {
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos)
      return false;
    const std::string name = "Content-Length: ";
    const auto at = request.find(name);
    const auto body = at < end ? std::stoul(request.substr(at + name.size())) : 0;
    return request.size() >= end + 4 + body;
  }

  const int refused_, status_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::atomic<unsigned> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> bodies_;
  std::thread thread_;
};

} // namespace troupe::test
