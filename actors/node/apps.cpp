#include "troupe/actors/apps.hpp"

#include "../shard/log_limiter.hpp"
#include "app_table.hpp"
#include "secret_hash.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/time_text.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

constexpr std::size_t secret_length = 32;

class apps final : public apps_actor::base {
public:
  apps(caf::actor_config& c, const management_settings& config)
      : apps_actor::base(c), default_secret_(config.default_secret) {
    app_row first;
    first.id = config.application_id;
    first.name = "Default";
    first.desc = "Application user";
    if (!first.id.empty())
      table_.add(std::move(first), hash_secret(config.application_secret));
  }

  const char* name() const override { return "apps"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const app_query& q) { return list(q); }, [this](const add_app& m) { return add(m); },
            [this](const update_app& m) { return update(m); },
            [this](const remove_app& m) {
              table_.remove(m.id);
              return outcome{}; // also when there was none, as EMQ X answers
            },
            [this](const check_app& m) { return check(m); }};
  }

private:
  app_page list(const app_query& q) const {
    app_page page;
    for (const auto& [id, entry] : table_.entries())
      if (!q.id || *q.id == id) {
        page.rows.push_back(entry.row);
        if (q.hashes)
          page.hashes.push_back(entry.secret_hash);
      }
    return page;
  }

  app_added add(const add_app& m) {
    if (table_.find(m.app.id) != nullptr)
      return {102, "alread_existed", {}}; // EMQ X's spelling
    auto secret = !m.secret.empty()          ? m.secret
                  : !default_secret_.empty() ? default_secret_
                                             : random_text(secret_length);
    if (m.hashed && !is_secret_hash(secret))
      return {102, "bad_secret_hash", {}};
    if (!table_.add(m.app, m.hashed ? secret : hash_secret(secret)))
      return {102, "too_many_apps", {}};
    return {0, {}, m.hashed ? std::string{} : std::move(secret)};
  }

  outcome update(const update_app& m) {
    auto* entry = table_.find(m.id);
    if (entry == nullptr)
      return {102, "not_found"};
    if (m.name)
      entry->row.name = *m.name;
    if (m.desc)
      entry->row.desc = *m.desc;
    if (m.status)
      entry->row.status = *m.status;
    if (m.expired)
      entry->row.expired = *m.expired;
    return {};
  }

  app_verdict check(const check_app& m) {
    using kind = app_verdict::kind;
    const auto now = now_ms();
    // Ids that nobody has count together: nobody is shut out, and looking at them takes time, too.
    const std::string app = table_.find(m.id) == nullptr ? std::string{} : m.id;
    if (!guesses_.may_guess(app, m.peer, now))
      return {kind::throttled};
    if (table_.check(m.id, m.secret, now / 1000))
      return {kind::right};
    guesses_.guessed_wrong(app, m.peer, now);
    if (const auto left_out = lines_.next(now))
      log::warning("[HTTP API] {} was refused as application {}{}", m.peer, log::printable(m.id),
                   *left_out ? " (" + std::to_string(*left_out) + " more before)" : "");
    return {kind::wrong};
  }

  app_table table_;
  guess_limiter guesses_;
  log_limiter lines_;
  std::string default_secret_; // empty: random ones
};

} // namespace

apps_actor spawn_apps(caf::actor_system& system, const settings& config) {
  return system.spawn<apps>(config.management);
}

} // namespace troupe
