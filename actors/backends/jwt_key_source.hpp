// Where emqx_auth_jwt has its keys from: the configuration, a file in PEM, and a key set in a file or behind
// a URL. Files and URLs are read again now and then. Any thread; it blocks.
#pragma once

#include "../access/jwt_keys.hpp"
#include "auth_back_end.hpp"
#include "troupe/actors/back_end_settings.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

namespace troupe {

class http_connection;

/// Whether tokens of EMQ X's own secret, which everybody knows, are taken.
bool takes_default_secret(const auth_jwt_settings& config);

class jwt_key_source {
public:
  explicit jwt_key_source(auth_jwt_settings config);
  ~jwt_key_source();

  /// Whom to tell of keys that cannot be read again; before `keys` is called.
  void tell_troubles(trouble_teller tell) { tell_ = std::move(tell); }

  /// The keys as they were read last; null, with a reason, while they could not be read at all. Those that
  /// cannot be read again stay, and are read every ten seconds at most until that succeeds.
  std::shared_ptr<const access::jwt_keys> keys(std::string& error);

  /// The same after a token whose key is not among them: reads them again, every ten seconds at most.
  std::shared_ptr<const access::jwt_keys> newer_keys(std::string& error);

  void interrupt() noexcept;

private:
  using clock = std::chrono::steady_clock;

  std::shared_ptr<const access::jwt_keys> keys(std::string& error, std::chrono::milliseconds oldest);
  std::shared_ptr<const access::jwt_keys> read(std::string& error);
  bool read_set(access::jwt_keys& to, std::string& error);
  bool keep(std::shared_ptr<const access::jwt_keys> found);
  void note(const std::string& trouble);

  const auth_jwt_settings config_;
  std::unique_ptr<http_connection> server_; // null: there is no URL
  std::string target_;
  std::mutex reading_; // one thread reads
  std::mutex mutex_;   // of what follows
  std::shared_ptr<const access::jwt_keys> current_;
  clock::time_point tried_at_{};
  bool failing_ = false; // the last time they could not be read

  std::string trouble_;       // that was told of; of the thread that reads, like the next one
  bool without_keys_ = false; // the set, and the log knows
  trouble_teller tell_;
  std::atomic<bool> interrupted_{false};
};

} // namespace troupe
