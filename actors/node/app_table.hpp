// The applications that may use the HTTP API, and who guesses too much. Nothing here knows of actors.
#pragma once

#include "troupe/actors/admin_messages.hpp"
#include "troupe/mqtt/limiter.hpp"
#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace troupe {

/// How many wrong secrets are looked at, for each application and address: a burst, then so many a second.
/// Beyond the bound of addresses all others share one allowance.
class guess_limiter {
public:
  static constexpr std::uint64_t burst = 50;
  static constexpr mqtt::time_ms window = 10'000; // refills the burst
  static constexpr std::size_t most_guessers = 1024;

  bool may_guess(const std::string& app, const std::string& peer, mqtt::time_ms now);
  void guessed_wrong(const std::string& app, const std::string& peer, mqtt::time_ms now);

private:
  mqtt::token_bucket* find(const std::string& key, mqtt::time_ms now);

  std::map<std::string, mqtt::token_bucket, std::less<>> guessers_; // who has guessed wrong lately
  mqtt::token_bucket others_{{burst, window}, 0};
};

class app_table {
public:
  static constexpr std::size_t most_apps = 10'000;

  struct entry {
    app_row row;
    std::string secret_hash;
    std::string tag; // of the secret that was right the last time; empty: none was
  };

  app_table();

  /// False when there is one with this id, or no more may be added.
  bool add(app_row row, std::string secret_hash);
  bool remove(std::string_view id);

  entry* find(std::string_view id);
  std::size_t size() const noexcept { return entries_.size(); }
  const std::map<std::string, entry, std::less<>>& entries() const noexcept { return entries_; }

  /// `now` is in seconds. An unknown id takes as long as a wrong secret.
  bool check(std::string_view id, std::string_view secret, std::int64_t now);

private:
  std::map<std::string, entry, std::less<>> entries_;
  std::string key_; // of the tags: random, this process's own
};

} // namespace troupe
