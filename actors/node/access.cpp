#include "troupe/actors/access.hpp"

#include "../plugins/plugin.hpp"
#include "acl_rows.hpp"
#include "back_ends.hpp"
#include "keep.hpp"
#include "rule_changes.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/tell_all.hpp"
#include "troupe/actors/user_record.hpp"
#include "troupe/mqtt/utf8.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace troupe {

namespace {

using access::auth_decision;

constexpr std::pair<plugin_kind, user_kind> plugins_with_users[] = {
    {plugin_kind::auth_clientid, user_kind::clientid},
    {plugin_kind::auth_username, user_kind::username},
    {plugin_kind::auth_mnesia, user_kind::mnesia}};

class access_chain final : public vital<access_actor> {
public:
  access_chain(caf::actor_config& c, const settings& config, const stored_users& users, const acl_rows& rules,
               const std::vector<plugin_kind>& order, store_actor store, acl_actor acl, alarms_actor alarms)
      : vital<access_actor>(c),
        config_(std::shared_ptr<const settings>{}, &config), // it outlives this actor
        rules_(rules),
        back_ends_(system(), std::move(alarms)),
        store_(std::move(store)),
        acl_(std::move(acl)) {
    for (const auto& [key, record] : users)
      take(key, record);
    for (std::size_t i = 0; i < user_kind_count; ++i)
      add_configured(static_cast<user_kind>(i));
    set_order(order);
    set_down_handler([this](caf::down_msg& m) { on_down(m); });
  }

  const char* name() const override { return "access"; }

  void on_exit() override { back_ends_.use({}, *config_); }

protected:
  behavior_type make_behavior() override {
    if (!deciders().empty())
      tell_rules([](const std::string&) {}); // the shards know them, the acl actor does not
    return {[this](const check_client& m) {
              go_on({m, chain_, 0, {}});
            },
            [this](const check_access& m) { decide(m); },
            [this](const order_authenticators& m) { return reorder(m); },
            [this](const user_query& q) { return list(q); },
            [this](const put_user& m) { return change_user([this, m] { return put(m); }); },
            [this](const remove_user& m) { return change_user([this, m] { return remove(m); }); },
            [this](const acl_query& q) { return rules_.page(q); },
            [this](const put_acl& m) { return change_rule(m.row.who, m.row.topic, m.row); },
            [this](const remove_acl& m) { return change_rule(m.who, m.topic, std::nullopt); }};
  }

private:
  // -- the chain ------------------------------------------------------------------------------------

  // What a back end's alarm says comes from one pool at a time: the next one begins when this one has ended.
  caf::typed_response_promise<switched> reorder(const order_authenticators& m) {
    auto promise = make_response_promise<switched>();
    auto next = [this, m, promise] { carry_out(m, promise); };
    if (const auto old = m.begins ? back_ends_.end(*m.begins) : back_end_actor{}) {
      ending_.emplace(old.address(), std::move(next));
      monitor(old);
    } else {
      next();
    }
    return promise;
  }

  void on_down(const caf::down_msg& down) {
    if (auto i = ending_.extract(down.source))
      i.mapped()();
  }

  void carry_out(const order_authenticators& m, caf::typed_response_promise<switched> promise) {
    if (m.config)
      config_ = m.config;
    for (const auto& [plugin, kind] : plugins_with_users)
      if (m.begins == plugin)
        add_configured(kind);
    set_order(m.order);
    tell_rules([promise](const std::string& untold) { deliver_told(promise, untold.empty()); });
  }

  void set_order(const std::vector<plugin_kind>& order) {
    order_ = order;
    back_ends_.use(order, *config_);
    auto chain = std::make_shared<steps>();
    for (const auto kind : order)
      if (plugin_of(kind).decides)
        chain->push_back({plugin_of(kind).authenticate, back_ends_.find(kind), kind});
    chain_ = std::move(chain);
  }

  access::acl_chain::deciders deciders() const { return plugin_deciders(*config_, order_, rules_); }

  // One of the two says who may connect.
  struct step {
    auth_decision (*authenticate)(const auth_users&, const auth_question&);
    back_end_actor back_end;
    plugin_kind kind;
  };
  using steps = std::vector<step>;

  // A CONNECT on its way along the chain.
  struct inquiry {
    check_client of;
    std::shared_ptr<const steps> chain;
    std::size_t next;
    client_checked answer;
  };

  void go_on(inquiry i) {
    const auto& who = *i.of.who;
    auth_question question{who.client_id, std::nullopt, who.password ? *who.password : std::string_view{}};
    if (who.username)
      question.username = *who.username;
    while (i.next < i.chain->size()) {
      const auto& s = (*i.chain)[i.next++];
      const bool asks = s.authenticate == nullptr;
      if (asks && back_ends_.concerns(s.kind, who)) {
        ask(s.back_end, std::move(i));
        return;
      }
      const auto d = asks ? auth_decision{} : s.authenticate(users_, question);
      if (d.what == auth_decision::kind::ignore) {
        ++i.answer.ignored;
        continue;
      }
      const bool success = d.what == auth_decision::kind::success;
      i.answer.what = success ? client_checked::verdict::success : client_checked::verdict::failure;
      i.answer.superuser = d.superuser;
      break;
    }
    caf::anon_send(i.of.client, std::move(i.answer));
  }

  void ask(const back_end_actor& whom, inquiry i) {
    auto asked = std::make_shared<inquiry>(std::move(i));
    request(whom, back_ends::patience, ask_back_end{asked->of.who, std::nullopt})
        .then([this, asked](back_end_answer& a) { answered(std::move(*asked), std::move(a)); },
              [this, asked](const caf::error&) { answered(std::move(*asked), {}); });
  }

  // One that cannot be asked refuses: who knows whom it knows.
  void answered(inquiry i, back_end_answer a) {
    using verdict = back_end_answer::verdict;
    if (!a.reached) {
      a.what = verdict::no;
      a.reason = mqtt::reason_code::server_unavailable;
    }
    if (a.what == verdict::ignore) {
      ++i.answer.ignored;
      go_on(std::move(i));
      return;
    }
    i.answer.what =
        a.what == verdict::yes ? client_checked::verdict::success : client_checked::verdict::failure;
    i.answer.reason = a.reason;
    i.answer.superuser = a.superuser;
    i.answer.mount_point = std::move(a.mount_point);
    caf::anon_send(i.of.client, std::move(i.answer));
  }

  // One that is not loaded any more, or cannot be asked, does not know.
  void decide(const check_access& m) {
    const auto whom = back_ends_.find(static_cast<plugin_kind>(m.back_end));
    const auto tell = [client = m.client, number = m.number](std::optional<access::decision> result,
                                                             const mqtt::message_ptr& message = {},
                                                             bool silent = false) {
      caf::anon_send(client, access_checked{result, silent, number, message});
    };
    if (!whom) {
      tell(std::nullopt);
      return;
    }
    request(whom, back_ends::patience, m.question)
        .then(
            [tell](const back_end_answer& a) {
              using verdict = back_end_answer::verdict;
              if (!a.reached || a.what == verdict::ignore)
                tell(std::nullopt, a.message, !a.reached);
              else
                tell(a.what == verdict::yes ? access::decision::allow : access::decision::deny, a.message);
            },
            [tell](const caf::error&) { tell(std::nullopt, {}, true); });
  }

  // -- users ----------------------------------------------------------------------------------------

  access::user_table& table_of(user_kind kind) noexcept {
    return kind == user_kind::clientid   ? users_.clientid
           : kind == user_kind::username ? users_.username
                                         : users_.mnesia;
  }

  void take(const std::string& key, const std::string& record) {
    boost::json::error_code failed;
    auto row = read_user_record(boost::json::parse(record, failed));
    if (failed || !row || user_key(row->kind, row->name) != key)
      log::error("[Access] the stored user {} cannot be read", log::printable(key));
    else
      table_of(row->kind).put(std::move(row->name),
                              {std::move(row->password), *access::find_hash_kind(row->hash), row->superuser});
  }

  // Those that the API has changed are not the configuration's any more.
  void add_configured(user_kind kind) {
    const auto& config = config_->auth.tables[static_cast<std::size_t>(kind)];
    auto& table = table_of(kind);
    auto& hash = hashes_[static_cast<std::size_t>(kind)];
    auto& configured = configured_[static_cast<std::size_t>(kind)];
    for (const auto& name : configured)
      table.erase(name);
    configured.clear();
    hash = access::find_hash_kind(config.password_hash).value_or(access::hash_kind::sha256);
    for (const auto& u : config.users)
      if (table.find(u.name) == nullptr &&
          table.put(u.name, {access::make_user_hash(hash, u.password), hash, u.superuser}))
        configured.insert(u.name);
    if (kind == user_kind::mnesia)
      users_.mnesia_by_clientid = config_->auth.mnesia_by_clientid;
  }

  static user_row row_of(user_kind kind, const std::string& name, const access::user& u) {
    return {kind, name, u.password, std::string{to_string(u.hash)}, u.superuser};
  }

  user_page list(const user_query& q) {
    const auto& users = table_of(q.kind).users();
    user_page page;
    page.total = users.size();
    if (q.name) {
      if (const auto i = users.find(*q.name); i != users.end())
        page.rows.push_back(row_of(q.kind, i->first, i->second));
      return page;
    }
    if (q.skip >= users.size())
      return page;
    auto i = std::next(users.begin(), static_cast<std::ptrdiff_t>(q.skip));
    for (; i != users.end() && page.rows.size() < q.limit; ++i)
      page.rows.push_back(row_of(q.kind, i->first, i->second));
    return page;
  }

  caf::result<outcome> change_user(kept_changes::change what) {
    return change_and_keep(this, store_, user_changes_, std::move(what));
  }

  kept_changes::trial put(const put_user& m) {
    auto& table = table_of(m.kind);
    const auto* known = table.find(m.name);
    if (m.add == (known != nullptr))
      return {m.add ? outcome{113, "existed"} : outcome{105, "noexisted"}};
    auto user = known != nullptr ? *known : access::user{};
    if (m.password && !set_password(user, m))
      return {outcome{102, "bad_password_hash"}};
    user.superuser = m.superuser.value_or(user.superuser);
    const auto before = known != nullptr ? std::optional{*known} : std::nullopt;
    if (!table.put(m.name, std::move(user)))
      return {outcome{102, "too_many_users"}};
    return changed(m.kind, m.name, before);
  }

  bool set_password(access::user& user, const put_user& m) const {
    user.hash = hashes_[static_cast<std::size_t>(m.kind)];
    if (m.hash.empty()) {
      user.password = access::make_user_hash(user.hash, *m.password);
      return true;
    }
    const auto kind = access::find_hash_kind(m.hash);
    if (!kind || !access::is_user_hash_kind(*kind) || m.password->size() < access::user_salt_size ||
        !mqtt::is_valid_utf8(access::user_hash_text(*m.password))) // the API shows it
      return false;
    user.hash = *kind;
    user.password = *m.password;
    return true;
  }

  kept_changes::trial remove(const remove_user& m) {
    auto& table = table_of(m.kind);
    const auto* known = table.find(m.name);
    if (known == nullptr)
      return {}; // a success, as EMQ X answers
    const std::optional before{*known};
    table.erase(m.name);
    return changed(m.kind, m.name, before);
  }

  // What the table has of the name now is to be kept, and is not the configuration's any more.
  kept_changes::trial changed(user_kind kind, const std::string& name,
                              const std::optional<access::user>& before) {
    store_change row{store_kind::users, user_key(kind, name), std::nullopt};
    if (const auto* u = table_of(kind).find(name))
      row.value = boost::json::serialize(to_record(row_of(kind, name, *u)));
    const bool configured = configured_[static_cast<std::size_t>(kind)].erase(name) > 0;
    return {{}, std::move(row), [this, kind, name, before, configured] {
              if (before)
                table_of(kind).put(name, *before);
              else
                table_of(kind).erase(name);
              if (configured)
                configured_[static_cast<std::size_t>(kind)].insert(name);
            }};
  }

  // -- rules ----------------------------------------------------------------------------------------

  caf::result<outcome> change_rule(const acl_subject& who, const std::string& topic,
                                   const std::optional<acl_row>& row) {
    auto promise = make_response_promise<outcome>();
    rule_changes_.add(rule_change(rules_, who, topic, row),
                      [promise](const outcome& o) mutable { promise.deliver(o); });
    change_rules();
    return promise;
  }

  void change_rules() {
    keep(this, store_, rule_changes_, [this](const std::string& error) { use_rules(error); });
  }

  // Also those that could not be kept, as they were before: others may have been told of them meanwhile.
  void use_rules(const std::string& error) {
    if (!error.empty())
      rule_changes_.undo();
    tell_rules([this, error](const std::string& untold) {
      const auto& wrong = error.empty() ? untold : error;
      rule_changes_.end(wrong.empty() ? outcome{} : outcome{102, wrong});
      change_rules();
    });
  }

  // Calls `answer` when every shard decides by the rules, or with what has gone wrong.
  template <class Done>
  void tell_rules(Done answer) {
    request(acl_, gathered_request_timeout, use_acl_plugins{deciders()})
        .then(
            [answer](const outcome& o) mutable { answer(o.message); },
            [answer](const caf::error&) mutable { answer(std::string{"the rules are not in effect yet"}); });
  }

  std::shared_ptr<const settings> config_;
  auth_users users_;
  acl_rows rules_;
  kept_changes user_changes_, rule_changes_;
  std::vector<plugin_kind> order_;
  back_ends back_ends_;
  std::array<access::hash_kind, user_kind_count> hashes_{};
  std::array<std::set<std::string, std::less<>>, user_kind_count> configured_; // users that are as configured
  std::shared_ptr<const steps> chain_;                                         // never null
  std::map<caf::actor_addr, std::function<void()>> ending_; // pools, and what comes after them
  store_actor store_;
  acl_actor acl_;
};

} // namespace

acl_rows read_stored_rules(const stored_acl& stored) {
  acl_rows rules;
  for (const auto& [key, record] : stored)
    if (!rules.restore(record))
      log::error("[Access] a stored rule cannot be read: {}", log::printable(key));
  return rules;
}

access_actor spawn_access(caf::actor_system& system, const settings& config, const stored_users& users,
                          const acl_rows& rules, const std::vector<plugin_kind>& order, store_actor store,
                          acl_actor acl, alarms_actor alarms) {
  return system.spawn<access_chain>(std::cref(config), users, rules, order, std::move(store), std::move(acl),
                                    std::move(alarms));
}

} // namespace troupe
