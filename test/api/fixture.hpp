// A broker process of its own for a test, its HTTP API, and MQTT clients of it.
#pragma once

#include "api/peer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <httplib.h>

#include <algorithm>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <map>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
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

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition())
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

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

/// The broker with default settings on free ports of the loopback, in a folder of its own that goes away with
/// it.
class served_broker {
public:
  served_broker() {
    std::string pattern = (std::filesystem::temp_directory_path() / "troupe-api-XXXXXX").string();
    if (!mkdtemp(pattern.data()))
      throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    // Another process may take a port between its choice and the broker's start.
    for (int attempt = 0; attempt < 5; ++attempt) {
      start();
      if (eventually([this] { return has_exited() || raw_get("/status", {}).status == 200; }) && pid_ > 0)
        return;
      stop();
    }
    throw std::runtime_error("the broker does not start");
  }

  ~served_broker() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  served_broker(const served_broker&) = delete;
  served_broker& operator=(const served_broker&) = delete;

  peer_ptr mqtt(const peer_options& options) { return std::make_unique<peer>(mqtt_port_, options); }

  // Paths are behind /api/v4.
  reply get(const std::string& path) { return to_reply(client().Get("/api/v4" + path, app())); }
  reply del(const std::string& path) { return to_reply(client().Delete("/api/v4" + path, app())); }
  reply post(const std::string& path, const std::string& body, const char* type = "application/json") {
    return to_reply(client().Post("/api/v4" + path, app(), body, type));
  }

  /// With this Authorization header, or without one.
  reply raw_get(const std::string& path, const std::string& authorization) {
    httplib::Headers headers;
    if (!authorization.empty())
      headers.emplace("Authorization", authorization);
    return to_reply(client().Get(path, headers));
  }

  int mqtt_port() const noexcept { return mqtt_port_; }
  int http_port() const noexcept { return http_port_; }

private:
  static httplib::Headers app() { return {httplib::make_basic_authentication_header("admin", "public")}; }

  // A connection per request: what one test breaks must not hurt the next request.
  httplib::Client client() {
    httplib::Client c("127.0.0.1", http_port_);
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

  static std::uint16_t free_port() {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = peer::loopback(0);
    socklen_t size = sizeof address;
    ::bind(fd, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }

  void start() {
    mqtt_port_ = free_port();
    http_port_ = free_port();
    std::string config = folder_ + "/troupe.conf", log = folder_ + "/log";
    std::ofstream(config) << "node.data_dir = " << folder_ << "/data\n"
                          << "listener.tcp.external = 127.0.0.1:" << mqtt_port_ << "\n"
                          << "listener.tcp.internal = off\n"
                          << "management.listener.http = 127.0.0.1:" << http_port_ << "\n"
                          << "log.to = console\n";
    pid_ = fork();
    if (pid_ == 0) {
      int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      dup2(fd, 1);
      dup2(fd, 2);
      execl(TROUPE_BINARY, TROUPE_BINARY, "--config", config.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
  }

  bool has_exited() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_)
      pid_ = -1;
    return pid_ <= 0;
  }

  void stop() {
    if (pid_ <= 0)
      return;
    kill(pid_, SIGTERM);
    if (!eventually([this] { return has_exited(); })) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    pid_ = -1;
  }

  std::string folder_;
  pid_t pid_ = -1;
  std::uint16_t mqtt_port_ = 0, http_port_ = 0;
};

} // namespace troupe::test
