// The HTTP listener in front of a fake node, and a client that speaks to it with raw bytes.
#pragma once

#include "fake_node.hpp"
#include "troupe/http/server.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::test::raw_http {

inline const std::string authorization = "Authorization: Basic YWRtaW46cHVibGlj\r\n";

struct served_node : fake_node {
  explicit served_node(std::size_t max_clients = 512) : fake_node(1) {
    config->management.http.address = "127.0.0.1";
    config->management.http.port = 0;
    config->management.http.listen_on = "127.0.0.1:0";
    config->management.http.max_clients = max_clients;
    figures = http_server::make_figures(config->management.http);
    http_listeners = {figures};
    start();
    auto started = http_server::start(system(), api, where.apps, config, config->management.http, figures);
    BOOST_TEST_REQUIRE(started.error == "");
    server = std::move(started.server);
  }

  std::shared_ptr<http_listener_figures> figures;
  std::unique_ptr<http_server> server;
};

/// A raw connection. Reads give up after five seconds, or so many.
class raw_connection {
public:
  explicit raw_connection(std::uint16_t port, std::chrono::seconds patience = std::chrono::seconds(5))
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    timeval limit{static_cast<time_t>(patience.count()), 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~raw_connection() { ::close(fd_); }
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;

  bool connected() const noexcept { return connected_; }

  bool send(const std::string& bytes) {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }

  /// The next response, headers and body; empty when there is none.
  std::string receive() {
    std::size_t head;
    while ((head = received_.find("\r\n\r\n")) == std::string::npos)
      if (!more())
        return {};
    std::size_t at = received_.find("Content-Length: ");
    std::size_t size = at < head ? std::stoul(received_.substr(at + 16)) : 0;
    while (received_.size() < head + 4 + size)
      if (!more())
        return {};
    std::string response = received_.substr(0, head + 4 + size);
    received_.erase(0, response.size());
    return response;
  }

  std::string ask(const std::string& bytes) {
    send(bytes);
    return receive();
  }

  /// Whether the server has closed.
  bool at_end() {
    char c;
    const ssize_t n = ::recv(fd_, &c, 1, 0);
    return received_.empty() && (n == 0 || (n < 0 && errno != EAGAIN));
  }

private:
  bool more() {
    char buffer[65536];
    ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0)
      return false;
    received_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  int fd_;
  bool connected_ = false;
  std::string received_;
};

inline std::string get(const std::string& target, const std::string& headers = authorization) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

inline std::string post(const std::string& target, const std::string& body,
                        const std::string& headers = authorization) {
  return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline void check_response(const std::string& response, int status, const std::string& part) {
  BOOST_TEST(response.substr(0, 12) == "HTTP/1.1 " + std::to_string(status));
  BOOST_TEST(has(response, part), response);
  BOOST_TEST(has(response, "Content-Type: application/json"), response);
}

} // namespace troupe::test::raw_http
