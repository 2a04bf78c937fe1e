#include "app_table.hpp"

#include "secret_hash.hpp"

#include <utility>

namespace troupe {

namespace {

std::string key_of(const std::string& app, const std::string& peer) { return peer + '\n' + app; }

} // namespace

mqtt::token_bucket* guess_limiter::find(const std::string& key, mqtt::time_ms now) {
  if (const auto i = guessers_.find(key); i != guessers_.end())
    return &i->second;
  if (guessers_.size() == most_guessers)
    for (auto i = guessers_.begin(); i != guessers_.end();)
      i = i->second.available(now) >= burst ? guessers_.erase(i) : std::next(i);
  return guessers_.size() == most_guessers ? &others_ : nullptr;
}

bool guess_limiter::may_guess(const std::string& app, const std::string& peer, mqtt::time_ms now) {
  auto* known = guessers_.empty() ? nullptr : find(key_of(app, peer), now);
  return known == nullptr || known->available(now) > 0;
}

void guess_limiter::guessed_wrong(const std::string& app, const std::string& peer, mqtt::time_ms now) {
  const auto key = key_of(app, peer);
  auto* known = find(key, now);
  if (known == nullptr)
    known = &guessers_.emplace(key, mqtt::token_bucket{{burst, window}, now}).first->second;
  known->take(1, now);
}

app_table::app_table() : key_(random_bytes(32)) {}

bool app_table::add(app_row row, std::string secret_hash) {
  if (entries_.size() == most_apps)
    return false;
  auto id = row.id;
  return entries_.emplace(std::move(id), entry{std::move(row), std::move(secret_hash), {}}).second;
}

bool app_table::remove(std::string_view id) {
  const auto found = entries_.find(id);
  if (found == entries_.end())
    return false;
  entries_.erase(found);
  return true;
}

app_table::entry* app_table::find(std::string_view id) {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

bool app_table::check(std::string_view id, std::string_view secret, std::int64_t now) {
  const auto tag = secret_tag(key_, secret);
  entry* e = find(id);
  if (e == nullptr) {
    matches_secret({}, secret);
    return false;
  }
  bool right = !e->tag.empty() && same_secret(e->tag, tag);
  if (!right && (right = matches_secret(e->secret_hash, secret)))
    e->tag = tag;
  return right && e->row.status && (!e->row.expired || *e->row.expired >= now);
}

} // namespace troupe
