// Redis as settings know it: a server, the master that sentinels name, or a cluster.
#pragma once

#include "redis_cluster.hpp"
#include "redis_connection.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace troupe {

/// Connections are opened when they are needed. It blocks; one thread uses it. Sentinels are asked in turn
/// for the master, whose role is verified (Redis: guidelines for sentinel clients), each time a connection to
/// it has to be opened; those of a cluster for the table of its slots when a node says MOVED or is not
/// reached.
class redis_client {
public:
  explicit redis_client(redis_settings config);
  redis_client(const redis_client&) = delete;
  redis_client& operator=(const redis_client&) = delete;

  /// Null: there is no answer, for a reason that `error` tells. Asks again, once, when what was connected has
  /// broken meanwhile or is the master no more.
  reply_ptr ask(const std::vector<std::string>& words, std::string& error);

  /// Sends a command that changes something. It goes a second time only when the first one was surely not
  /// carried out: nothing was sent, or the server says so.
  reply_ptr execute(const std::vector<std::string>& words, std::string& error);

  /// Of the last `execute` that had no answer: whether a server may have got it.
  bool has_sent() const noexcept { return sent_; }

  /// From any thread, as of a backend_worker.
  void interrupt() noexcept;

private:
  enum class mode : std::uint8_t { may_repeat, once };
  static constexpr int most_redirections = 5; // of one command
  static constexpr std::size_t most_nodes = 1'000;

  reply_ptr run(const std::vector<std::string>& words, std::string& error, mode how);
  reply_ptr run_on_server(const std::vector<std::string>& words, std::string& error, mode how);
  reply_ptr run_in_cluster(const std::vector<std::string>& words, std::string& error, mode how);

  /// One command on one connection, which `interrupt` ends meanwhile.
  reply_ptr talk(redis_connection& to, const std::vector<std::string>& words, std::string& error, mode how);

  bool find_master(std::string& error);
  redis_connection* connected_to(const redis_node& node); // null: there are too many
  const redis_node* node_of(const std::vector<std::string>& words, std::string& error);
  bool read_slots(std::string& error);

  redis_settings config_;
  std::unique_ptr<redis_connection> server_; // or master; null: it is not known
  std::map<redis_node, std::unique_ptr<redis_connection>> nodes_;
  redis_slot_table slots_;
  bool sent_ = false;
  std::mutex mutex_; // of what `interrupt` needs
  redis_connection* talks_ = nullptr;
  bool interrupted_ = false;
};

} // namespace troupe
