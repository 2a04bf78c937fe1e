// An HTTP server inside of the test's process, which answers as the test says and remembers what it was
// asked.
#pragma once

#include <httplib.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace troupe::test {

class web_server {
public:
  /// Called in a thread of the server's.
  using handler = std::function<void(const httplib::Request&, httplib::Response&)>;

  struct asked {
    std::string method, target, body, content_type;
    httplib::Headers headers;
    int from = 0; // port of the connection
  };

  /// On that port of 127.0.0.1, or on a free one.
  explicit web_server(handler answer, std::uint16_t port = 0)
      : answer_(std::move(answer)), server_(std::make_unique<httplib::Server>()) {
    listen("127.0.0.1", port);
  }

  /// By TLS, on every address. `clients`: who asks has to show a certificate of that authority; empty: no.
  web_server(handler answer, const std::string& certfile, const std::string& keyfile,
             const std::string& clients = {})
      : answer_(std::move(answer)),
        server_(std::make_unique<httplib::SSLServer>(certfile.c_str(), keyfile.c_str(),
                                                     clients.empty() ? nullptr : clients.c_str())) {
    listen("0.0.0.0", 0);
  }

  web_server(const web_server&) = delete;
  web_server& operator=(const web_server&) = delete;

  ~web_server() { stop(); }

  /// Returns when it has answered what it was asked; nobody can connect then.
  void stop() {
    server_->stop();
    if (thread_.joinable())
      thread_.join();
  }

  std::uint16_t port() const noexcept { return port_; }

  std::vector<asked> requests() const {
    const std::scoped_lock lock{mutex_};
    return requests_;
  }

private:
  void listen(const char* address, std::uint16_t port) {
    const auto serve = [this](const httplib::Request& q, httplib::Response& r) {
      {
        const std::scoped_lock lock{mutex_};
        requests_.push_back(
            {q.method, q.target, q.body, q.get_header_value("Content-Type"), q.headers, q.remote_port});
      }
      answer_(q, r);
    };
    server_->new_task_queue = [] { return new httplib::ThreadPool(32); }; // each kept connection has one
    server_->Get(".*", serve);
    server_->Post(".*", serve);
    server_->Put(".*", serve);
    server_->Delete(".*", serve);
    port_ = static_cast<std::uint16_t>(port == 0 ? server_->bind_to_any_port(address)
                                       : server_->bind_to_port(address, port) ? port
                                                                              : 0);
    if (port_ == 0)
      throw std::runtime_error("no port for a web server");
    thread_ = std::thread{[this] { server_->listen_after_bind(); }};
    while (!server_->is_running())
      std::this_thread::yield();
  }

  handler answer_;
  mutable std::mutex mutex_;
  std::vector<asked> requests_;
  std::unique_ptr<httplib::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

} // namespace troupe::test
