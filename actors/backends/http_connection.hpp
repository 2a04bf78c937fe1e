// A connection to an HTTP server, kept open between requests. It blocks; one thread uses it.
#pragma once

#include "interrupter.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/http_client.hpp"
#include "watched_socket.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

namespace httplib {
class Client;
}

namespace troupe {

class http_connection {
public:
  explicit http_connection(const http_client_settings& settings);
  ~http_connection();

  /// Sends the request, again where the settings say so, and waits for the answer.
  http_answer ask(const http_call& call);

  /// Why the server does not take a connection (of TLS, with all its checks, where its address says so)
  /// within 3 s and the time to connect; empty: it does. Nothing is asked.
  std::string probe();

  /// From any thread: what waits ends soon, and nothing is sent any more.
  void interrupt() noexcept;

  static constexpr std::size_t most_body = 1024 * 1024; // bytes of an answer

private:
  http_answer attempt(const http_call& call, bool resend);
  http_answer once(const http_call& call, bool& closed);
  bool rest(std::chrono::milliseconds time);

  http_client_settings settings_;
  std::unique_ptr<httplib::Client> client_;
  bool usable_;         // else its TLS files, or the name of its server, are of no use
  bool trusts_ = false; // probes know whom to trust
  interrupter stop_;    // of probes
  std::mutex mutex_;
  std::condition_variable woken_;
  bool interrupted_ = false;
  watched_socket socket_; // of the request that is sent
};

} // namespace troupe
