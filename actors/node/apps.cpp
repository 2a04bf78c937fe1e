#include "troupe/actors/apps.hpp"

#include "app_table.hpp"
#include "keep.hpp"
#include "secret_hash.hpp"
#include "troupe/actors/app_record.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/time_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

constexpr std::size_t secret_length = 32;

class apps final : public resilient<apps_actor> {
public:
  apps(caf::actor_config& c, const management_settings& config, const stored_apps& rows, store_actor store)
      : resilient<apps_actor>(c), store_(std::move(store)), default_secret_(config.default_secret) {
    for (const auto& [id, record] : rows)
      take(id, record);
    add_default(config);
  }

  const char* name() const override { return "apps"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const app_query& q) { return list(q); }, [this](const add_app& m) { return add(m); },
            [this](const update_app& m) { return change([this, m] { return update(m); }); },
            [this](const remove_app& m) { return change([this, id = m.id] { return remove(id); }); },
            [this](const check_app& m) { return check(m); }};
  }

private:
  void take(const std::string& id, const std::string& record) {
    boost::json::error_code failed;
    const auto app = read_app_record(boost::json::parse(record, failed));
    if (failed || !app || !app->hashed || app->app.id != id || !table_.add(app->app, app->secret))
      log::error("[HTTP API] the stored application {} cannot be read", log::printable(id));
  }

  // Its secret is always the configuration's; the rest may have been changed.
  void add_default(const management_settings& config) {
    if (config.application_id.empty())
      return;
    auto hash = hash_secret(config.application_secret);
    if (auto* known = table_.find(config.application_id)) {
      known->secret_hash = std::move(hash);
      return;
    }
    app_row first;
    first.id = config.application_id;
    first.name = "Default";
    first.desc = "Application user";
    table_.add(std::move(first), std::move(hash));
  }

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

  caf::result<outcome> change(kept_changes::change what) {
    return change_and_keep(this, store_, changes_, std::move(what));
  }

  caf::result<app_added> add(const add_app& m) {
    auto secret = !m.secret.empty()          ? m.secret
                  : !default_secret_.empty() ? default_secret_
                                             : random_text(secret_length);
    auto promise = make_response_promise<app_added>();
    changes_.add([this, m, secret] { return try_to_add(m, secret); },
                 [promise, told = m.hashed ? std::string{} : secret](const outcome& o) mutable {
                   promise.deliver(app_added{o.code, o.message, o.code == 0 ? told : std::string{}});
                 });
    keep_all(this, store_, changes_);
    return promise;
  }

  kept_changes::trial try_to_add(const add_app& m, const std::string& secret) {
    if (table_.find(m.app.id) != nullptr)
      return {outcome{102, "alread_existed"}}; // EMQ X's spelling
    if (m.hashed && !is_secret_hash(secret))
      return {outcome{102, "bad_secret_hash"}};
    if (!table_.add(m.app, m.hashed ? secret : hash_secret(secret)))
      return {outcome{102, "too_many_apps"}};
    return {{}, row_of(m.app.id), [this, id = m.app.id] { table_.remove(id); }};
  }

  kept_changes::trial update(const update_app& m) {
    auto* entry = table_.find(m.id);
    if (entry == nullptr)
      return {outcome{102, "not_found"}};
    const auto before = entry->row;
    if (m.name)
      entry->row.name = *m.name;
    if (m.desc)
      entry->row.desc = *m.desc;
    if (m.status)
      entry->row.status = *m.status;
    if (m.expired)
      entry->row.expired = *m.expired;
    return {{}, row_of(m.id), [this, before] {
              if (auto* still = table_.find(before.id))
                still->row = before;
            }};
  }

  kept_changes::trial remove(const std::string& id) {
    auto* entry = table_.find(id);
    if (entry == nullptr)
      return {}; // a success, as EMQ X answers
    const auto before = *entry;
    table_.remove(id);
    return {{}, row_of(id), [this, before] { table_.add(before.row, before.secret_hash); }};
  }

  // What the table has of the id now.
  store_change row_of(const std::string& id) {
    store_change row{store_kind::apps, id, std::nullopt};
    if (const auto* entry = table_.find(id))
      row.value = boost::json::serialize(to_record(entry->row, entry->secret_hash));
    return row;
  }

  app_verdict check(const check_app& m) {
    using kind = app_verdict::kind;
    const auto now = steady_ms();
    // Ids that nobody has count together: nobody is shut out, and looking at them takes time, too.
    const std::string app = table_.find(m.id) == nullptr ? std::string{} : m.id;
    if (!guesses_.may_guess(app, m.peer, now))
      return {kind::throttled};
    if (table_.check(m.id, m.secret, now_ms() / 1000))
      return {kind::right};
    guesses_.guessed_wrong(app, m.peer, now);
    if (const auto left_out = lines_.next(now))
      log::warning("[HTTP API] {} was refused as application {}{}", m.peer, log::printable(m.id),
                   left_out_note(*left_out));
    return {kind::wrong};
  }

  app_table table_;
  kept_changes changes_; // of it
  guess_limiter guesses_;
  log_limiter lines_;
  store_actor store_;
  std::string default_secret_; // empty: random ones
};

} // namespace

apps_actor spawn_apps(caf::actor_system& system, const settings& config, const stored_apps& stored,
                      store_actor store) {
  return system.spawn<apps>(config.management, stored, std::move(store));
}

} // namespace troupe
