// A connection to Redis, for the plugin of authentication and for resources of rules.
#pragma once

#include "troupe/actors/back_end_settings.hpp"
#include "watched_socket.hpp"

#include <hiredis/hiredis.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

struct redis_freed {
  void operator()(redisContext* c) const noexcept { redisFree(c); }
  void operator()(redisReply* r) const noexcept { freeReplyObject(r); }
};
using reply_ptr = std::unique_ptr<redisReply, redis_freed>;

/// The words of a command as settings write it: what stands between blanks. Placeholders are filled in the
/// words, so that a value stays within its word.
std::vector<std::string_view> words_of_command(std::string_view text);

/// Opened when it is needed. It blocks; one thread uses it.
class redis_connection {
public:
  explicit redis_connection(const server_settings& config) : config_(config) {}

  /// Null: there is no answer, for a reason that `error` tells. Asks again, by a new connection, when the one
  /// that there was has broken meanwhile.
  reply_ptr ask(const std::vector<std::string>& words, std::string& error);

  /// Sends a command that changes something, once: by a new connection when the server has closed the old
  /// one, but not again when the connection breaks before the answer.
  reply_ptr execute(const std::vector<std::string>& words, std::string& error);

  /// Of the last `ask` or `execute` that had no answer: whether the server may have got it.
  bool has_sent() const noexcept { return sent_; }

  /// Not known to be broken; also one that is not open yet.
  bool is_alive() const noexcept { return socket_.is_alive(); }

  /// From any thread, as of a backend_worker.
  void interrupt() noexcept { socket_.interrupt(); }

private:
  bool open(std::string& error);
  bool log_in(std::string& error);
  reply_ptr run(const std::vector<std::string>& words);
  void close() noexcept;

  server_settings config_;
  std::unique_ptr<redisContext, redis_freed> context_;
  watched_socket socket_;
  bool sent_ = false;
};

} // namespace troupe
