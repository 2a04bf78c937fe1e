// A broker of its own for a test, its HTTP API, and MQTT clients of it.
#pragma once

#include "support/broker.hpp"
#include "support/mqtt_client.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <httplib.h>

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace troupe::test {

using boost::json::object;

struct reply {
  int status = 0; // 0: no answer
  std::string content_type, authenticate, text;
  boost::json::value body;

  std::int64_t code() const { return body.at("code").as_int64(); }
  const boost::json::value& data() const { return body.at("data"); }
  const boost::json::value& meta() const { return body.at("meta"); }
};

struct incoming {
  std::string topic, payload;
  int qos = 0;
  bool retain = false;
};

struct peer_options {
  std::string client_id = "";
  int version = 4;
  std::optional<std::string> username = std::nullopt;
  bool clean = true;
};

/// A connected client. Exchanges are complete when a call returns.
class peer {
public:
  peer(std::uint16_t port, const peer_options& o)
      : client_(connected(port, {.client_id = o.client_id, .clean = o.clean, .username = o.username},
                          static_cast<protocol_version>(o.version))) {}

  void subscribe(const std::string& filter, int level) {
    client_->subscribe(filter, static_cast<qos>(level));
  }
  void unsubscribe(const std::string& filter) { client_->unsubscribe(filter); }
  void publish(const std::string& topic, const std::string& payload, int level = 0, bool retain = false) {
    client_->publish(topic, payload, static_cast<qos>(level), retain);
  }

  /// The next message, acknowledged as its QoS wants.
  incoming next() {
    mqtt::publish p = client_->expect_message();
    return {std::string(p.topic), std::string(p.payload), static_cast<int>(p.level), p.retain};
  }

  void disconnect() {
    client_->disconnect();
    drop();
  }

  /// Closes the socket without DISCONNECT.
  void drop() { client_.reset(); }

  /// Whether the broker closes the connection, whatever it sends before.
  bool wait_closed() {
    std::string bytes;
    return eventually([&] { return client_->socket().receive(bytes) == tcp_socket::state::closed; });
  }

  int local_port() {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(client_->socket().descriptor(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

private:
  std::optional<mqtt_client> client_;
};

using peer_ptr = std::unique_ptr<peer>;

inline std::int64_t now_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Seconds since the epoch of a local `YYYY-MM-DD HH:MM:SS`; -1 when it is not one.
inline std::int64_t parse_time(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
  parts.tm_isdst = -1;
  return text.size() == 19 && end && !*end ? mktime(&parts) : -1;
}

/// A broker with default settings, or with some more.
class served_broker {
public:
  explicit served_broker(std::string extra_configuration = {}) : broker_(std::move(extra_configuration)) {}

  peer_ptr mqtt(const peer_options& options) { return std::make_unique<peer>(broker_.mqtt_port(), options); }

  // Paths are behind /api/v4.
  reply get(const std::string& path) { return to_reply(client().Get("/api/v4" + path, app())); }
  reply del(const std::string& path) { return to_reply(client().Delete("/api/v4" + path, app())); }
  reply post(const std::string& path, const std::string& body, const char* type = "application/json") {
    return to_reply(client().Post("/api/v4" + path, app(), body, type));
  }

  reply put(const std::string& path, const std::string& body = "") {
    return to_reply(client().Put("/api/v4" + path, app(), body, "application/json"));
  }

  /// With the default application's credentials.
  reply call(const std::string& method, const std::string& path, const std::string& body = "") {
    httplib::Request what;
    what.method = method;
    what.path = "/api/v4" + path;
    what.headers = app();
    what.body = body;
    return request(std::move(what));
  }

  /// As it is.
  reply request(httplib::Request what) { return to_reply(client().send(what)); }

  /// With this Authorization header, or without one.
  reply raw_get(const std::string& path, const std::string& authorization) {
    httplib::Headers headers;
    if (!authorization.empty())
      headers.emplace("Authorization", authorization);
    return to_reply(client().Get(path, headers));
  }

  broker_process& process() noexcept { return broker_; }
  pid_t pid() const { return broker_.pid(); }
  int mqtt_port() const noexcept { return broker_.mqtt_port(); }
  int http_port() const noexcept { return broker_.http_port(); }

private:
  static httplib::Headers app() { return {httplib::make_basic_authentication_header("admin", "public")}; }

  // A connection per request: what one request breaks must not hurt the next.
  httplib::Client client() {
    httplib::Client c("127.0.0.1", broker_.http_port());
    c.set_read_timeout(15);
    c.set_url_encode(false);
    return c;
  }

  static reply to_reply(const httplib::Result& from) {
    reply r;
    if (!from)
      return r;
    r.status = from->status;
    r.content_type = from->get_header_value("Content-Type");
    r.authenticate = from->get_header_value("WWW-Authenticate");
    r.text = from->body;
    boost::json::error_code not_json;
    r.body = boost::json::parse(from->body, not_json);
    return r;
  }

  broker_process broker_;
};

} // namespace troupe::test
