// The actors of access and plugins where something fails: what cannot be kept has not happened.
#include "actors/node/acl_rows.hpp"
#include "actors/plugins/plugin_states.hpp"
#include "fake_node.hpp"
#include "slow_store.hpp"
#include "support/process.hpp"
#include "troupe/actors/access.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/plugins.hpp"
#include "troupe/actors/user_record.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>
#include <caf/scoped_actor.hpp>

#include <filesystem>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr std::chrono::seconds patience{10};

store_actor::behavior_type moody_store(store_actor::pointer, std::shared_ptr<std::atomic<bool>> fails) {
  return {[fails](const store_write&) {
            return *fails ? store_written{{store_code::full, "no space left"}} : store_written{};
          },
          [](const store_scan&) { return store_page{}; }, [](const store_commit&) {},
          [](const watch_store&) {}};
}

/// Keeps its first answer until a commit. `writes`: how many changes each has.
store_actor::behavior_type held_store(store_actor::pointer self,
                                      std::shared_ptr<std::vector<std::size_t>> writes) {
  const auto first = std::make_shared<caf::typed_response_promise<store_written>>();
  return {[=](const store_write& w) -> caf::result<store_written> {
            writes->push_back(w.changes.size());
            if (writes->size() > 1)
              return store_written{};
            *first = self->make_response_promise<store_written>();
            return *first;
          },
          [](const store_scan&) { return store_page{}; },
          [=](const store_commit&) { first->deliver(store_written{}); }, [](const watch_store&) {}};
}

acl_actor::behavior_type counting_acl(acl_actor::pointer, std::shared_ptr<std::size_t> told) {
  return {[](const load_acl_file&) { return troupe::outcome{}; },
          [told](const use_acl_plugins&) {
            ++*told;
            return troupe::outcome{};
          }};
}

/// Takes its orders and has not carried them out in time.
access_actor::behavior_type late_access(access_actor::pointer) {
  return {[](const check_client&) {},
          [](const check_access&) {},
          [](const order_authenticators&) -> caf::result<switched> { return caf::sec::request_timeout; },
          [](const user_query&) { return user_page{}; },
          [](const put_user&) { return troupe::outcome{}; },
          [](const remove_user&) { return troupe::outcome{}; },
          [](const acl_query&) { return acl_page{}; },
          [](const put_acl&) { return troupe::outcome{}; },
          [](const remove_acl&) { return troupe::outcome{}; }};
}

/// Tells the test what it is told.
client_actor::behavior_type fake_client(client_actor::pointer, caf::actor whom) {
  return {[](const to_client&) {},        [whom](const client_checked& m) { caf::anon_send(whom, m); },
          [](const access_checked&) {},   [](const session_attached&) {},
          [](const subscribe_answer&) {}, [](const close_client&) {}};
}

template <class Answer, class Actor, class Question>
Answer answer_of(caf::actor_system& system, const Actor& whom, Question question) {
  caf::scoped_actor self{system};
  Answer out;
  self->request(whom, patience, std::move(question))
      .receive([&](Answer& a) { out = std::move(a); },
               [&](const caf::error& e) { throw std::runtime_error(system.render(e)); });
  return out;
}

struct guarded_node : fake_node {
  guarded_node() {
    start();
    store = system().spawn(moody_store, fails);
    config->auth.of(auth_users_of::clientid).users.push_back({"c", "of the configuration", false});
    access = spawn_access(system(), *config, {}, acl_rows{},
                          {plugin_kind::auth_username, plugin_kind::auth_clientid}, store, where.acl, {});
  }

  ~guarded_node() {
    for (const auto& a : {caf::actor_cast<caf::actor>(access), caf::actor_cast<caf::actor>(store)})
      caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
  }

  client_checked check(const std::string& id, std::optional<std::string> username, std::string password) {
    auto who = std::make_shared<access::client_facts>();
    who->client_id = id;
    who->username = std::move(username);
    who->password = std::move(password);
    caf::scoped_actor self{system()};
    const auto client = system().spawn(fake_client, caf::actor{self});
    caf::anon_send(access, check_client{client, who});
    client_checked out;
    self->receive([&](const client_checked& m) { out = m; },
                  caf::after(patience) >> [] { throw std::runtime_error("no answer"); });
    return out;
  }

  troupe::outcome put(user_kind kind, const std::string& name, bool add, const std::string& password) {
    return answer_of<troupe::outcome>(system(), access, put_user{kind, name, add, password, {}});
  }

  std::shared_ptr<std::atomic<bool>> fails = std::make_shared<std::atomic<bool>>(false);
  store_actor store;
  access_actor access;
};

using verdict = client_checked::verdict;

} // namespace

BOOST_AUTO_TEST_SUITE(access_of_clients)

BOOST_FIXTURE_TEST_CASE(the_chain, guarded_node) {
  BOOST_TEST(put(user_kind::username, "u", true, "p").code == 0);
  const auto first = check("c", "u", "p");
  BOOST_TEST((first.what == verdict::success));
  BOOST_TEST(first.ignored == 0U);
  const auto second = check("c", "other", "of the configuration");
  BOOST_TEST((second.what == verdict::success));
  BOOST_TEST(second.ignored == 1U);
  BOOST_TEST((check("c", "u", "of the configuration").what == verdict::failure)); // the first one decides
  const auto unknown = check("x", {}, "p");
  BOOST_TEST((unknown.what == verdict::nobody));
  BOOST_TEST(unknown.ignored == 2U);
  answer_of<switched>(system(), access, order_authenticators{{}});
  const auto nobody = check("c", "u", "p");
  BOOST_TEST((nobody.what == verdict::nobody));
  BOOST_TEST(nobody.ignored == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_kept_is_undone, guarded_node) {
  BOOST_TEST(put(user_kind::username, "u", true, "p").code == 0);
  *fails = true;
  const auto added = put(user_kind::username, "v", true, "p");
  BOOST_TEST(added.code == 102);
  BOOST_TEST(added.message == "no space left");
  BOOST_TEST((check("x", "v", "p").what == verdict::nobody));
  BOOST_TEST(put(user_kind::username, "u", false, "q").code == 102);
  BOOST_TEST((check("x", "u", "p").what == verdict::success));
  BOOST_TEST(answer_of<troupe::outcome>(system(), access, remove_user{user_kind::username, "u"}).code == 102);
  BOOST_TEST((check("x", "u", "p").what == verdict::success));
  BOOST_TEST(
      answer_of<troupe::outcome>(system(), access, put_acl{{login_subject("u"), "t", "pub", true}}).code ==
      102);
  BOOST_TEST(
      answer_of<acl_page>(system(), access, acl_query{{acl_subject_kind::login}, {}, 0, 10}).rows.empty());
  *fails = false;
  BOOST_TEST(
      answer_of<troupe::outcome>(system(), access, put_acl{{login_subject("u"), "t", "pub", true}}).code ==
      0);
  *fails = true;
  BOOST_TEST(
      answer_of<troupe::outcome>(system(), access, put_acl{{login_subject("u"), "t", "sub", false}}).code ==
      102);
  BOOST_TEST(answer_of<troupe::outcome>(system(), access, remove_acl{login_subject("u"), "t"}).code == 102);
  const auto kept = answer_of<acl_page>(system(), access, acl_query{{acl_subject_kind::login}, {}, 0, 10});
  BOOST_TEST_REQUIRE(kept.rows.size() == 1U);
  BOOST_TEST(kept.rows[0].action == "pub");
}

// Rules that come while one is on its way are kept, and brought into effect, together.
BOOST_FIXTURE_TEST_CASE(many_rules_at_once, guarded_node) {
  constexpr int count = 300;
  const auto writes = std::make_shared<std::vector<std::size_t>>();
  const auto told = std::make_shared<std::size_t>(0);
  const auto slow = system().spawn(held_store, writes);
  const auto acl = system().spawn(counting_acl, told);
  const auto many = spawn_access(system(), *config, {}, acl_rows{}, {}, slow, acl, {});
  {
    caf::scoped_actor self{system()};
    std::vector<decltype(self->request(many, troupe::test::patience, put_acl{}))> asked;
    for (int i = 0; i < count; ++i)
      asked.push_back(self->request(many, troupe::test::patience,
                                    put_acl{{login_subject("u"), "t/" + std::to_string(i), "pub", true}}));
    // All have come when this is answered, and the first one is on its way.
    const auto first = answer_of<acl_page>(system(), many, acl_query{{acl_subject_kind::login}, {}, 0, 10});
    BOOST_TEST(first.total == 1U);
    self->send(slow, store_commit{});
    for (auto& each : asked)
      each.receive([](const troupe::outcome& o) { BOOST_TEST(o.code == 0); },
                   [&](const caf::error& e) { throw std::runtime_error(system().render(e)); });
  }
  BOOST_TEST_REQUIRE(writes->size() == 2U);
  BOOST_TEST((*writes)[0] + (*writes)[1] == static_cast<std::size_t>(count));
  BOOST_TEST(*told == 2U);
  const auto rows = answer_of<acl_page>(system(), many, acl_query{{acl_subject_kind::login}, {}, 0, 10});
  BOOST_TEST(rows.total == static_cast<std::size_t>(count));
  for (const auto& a : {caf::actor_cast<caf::actor>(many), caf::actor_cast<caf::actor>(slow),
                        caf::actor_cast<caf::actor>(acl)})
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
}

// What comes after it is not built on it.
BOOST_FIXTURE_TEST_CASE(the_first_of_two_is_not_kept, guarded_node) {
  const auto kept = std::make_shared<slow_rows>();
  const auto slow = system().spawn(slow_store, kept);
  const auto both = spawn_access(system(), *config, {}, acl_rows{}, {}, slow, where.acl, {});
  const auto user = [&] {
    const auto page = answer_of<user_page>(system(), both, user_query{user_kind::mnesia, {}, 0, 10});
    return page.rows.empty() ? user_row{} : page.rows.front();
  };
  BOOST_TEST(
      answer_of<troupe::outcome>(system(), both, put_user{user_kind::mnesia, "l", true, "p", false}).code ==
      0);
  const auto before = user();
  kept->holds = true;
  {
    caf::scoped_actor self{system()};
    const auto failed = [&](const caf::error& e) { throw std::runtime_error(system().render(e)); };
    auto first =
        self->request(both, troupe::test::patience, put_user{user_kind::mnesia, "l", false, "q", {}});
    auto second =
        self->request(both, troupe::test::patience, put_user{user_kind::mnesia, "l", false, {}, true});
    auto third =
        self->request(both, troupe::test::patience, put_user{user_kind::mnesia, "m", false, "p", {}});
    user(); // all have come
    self->send(slow, store_commit{});
    first.receive([](const troupe::outcome& o) { BOOST_TEST(o.code == 102); }, failed);
    second.receive([](const troupe::outcome& o) { BOOST_TEST(o.code == 0); }, failed);
    third.receive([](const troupe::outcome& o) { BOOST_TEST(o.code == 105); }, failed);
  }
  const auto after = user();
  BOOST_TEST(after.password == before.password);
  BOOST_TEST(after.superuser);
  BOOST_TEST(kept->rows.at(user_key(user_kind::mnesia, "l")) == boost::json::serialize(to_record(after)));
  for (const auto& a : {caf::actor_cast<caf::actor>(both), caf::actor_cast<caf::actor>(slow)})
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
}

BOOST_FIXTURE_TEST_CASE(adding_and_changing, guarded_node) {
  BOOST_TEST(put(user_kind::mnesia, "l", false, "p").code == 105);
  BOOST_TEST(put(user_kind::mnesia, "l", true, "p").code == 0);
  BOOST_TEST(put(user_kind::mnesia, "l", true, "q").code == 113);
  BOOST_TEST(put(user_kind::mnesia, "l", false, "q").code == 0);
  const auto rows = answer_of<user_page>(system(), access, user_query{user_kind::mnesia, {}, 0, 10}).rows;
  BOOST_TEST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].password.find('q', 4) == std::string::npos);
  BOOST_TEST(answer_of<troupe::outcome>(system(), access,
                                        put_user{user_kind::mnesia, "h", true, "abc", {}, "sha256"})
                 .message == "bad_password_hash");
  BOOST_TEST(answer_of<troupe::outcome>(system(), access, remove_user{user_kind::mnesia, "nobody"}).code ==
             0);
}

// Where the file cannot be written the plugin stays as it is.
BOOST_FIXTURE_TEST_CASE(plugins_without_a_folder, guarded_node) {
  temporary_folder folder;
  where.access = access;
  const auto plugins = make_plugins((folder.path() / "none").string());
  const auto change = [&](const char* name, switch_plugin::action what) {
    return answer_of<troupe::outcome>(system(), plugins, switch_plugin{name, what}).code;
  };
  using action = switch_plugin::action;
  BOOST_TEST(change("emqx_auth_clientid", action::load) == 102);
  BOOST_TEST(!where.loaded->any_authenticator());
  BOOST_TEST(change("emqx_retainer", action::unload) == 102);
  BOOST_TEST(where.loaded->loaded(plugin_kind::retainer));
  std::filesystem::create_directory(folder.path() / "none");
  BOOST_TEST(change("emqx_auth_clientid", action::load) == 0);
  BOOST_TEST(where.loaded->any_authenticator());
  BOOST_TEST(change("emqx_auth_clientid", action::unload) == 0);
  BOOST_TEST(!where.loaded->any_authenticator());
  BOOST_TEST(change("emqx_coap", action::load) == 102);
  BOOST_TEST(change("none", action::load) == 112);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(plugins), caf::exit_reason::user_shutdown);
}

// It may still act by what it was told: a plugin that is loaded must not stay unasked.
BOOST_FIXTURE_TEST_CASE(plugins_while_access_does_not_answer, guarded_node) {
  temporary_folder folder;
  where.access = system().spawn(late_access);
  const auto plugins = make_plugins(folder.path().string());
  const auto change = [&](switch_plugin::action what) {
    caf::scoped_actor self{system()};
    bool answered = false;
    self->request(plugins, troupe::test::patience, switch_plugin{"emqx_auth_clientid", what})
        .receive([&](const troupe::outcome&) { answered = true; }, [](const caf::error&) {});
    return answered;
  };
  BOOST_TEST(!change(switch_plugin::action::load));
  BOOST_TEST(where.loaded->any_authenticator());
  BOOST_TEST(!change(switch_plugin::action::unload));
  BOOST_TEST(!where.loaded->any_authenticator());
  for (const auto& a :
       {caf::actor_cast<caf::actor>(plugins), caf::actor_cast<caf::actor>(std::exchange(where.access, {}))})
    caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
}

BOOST_AUTO_TEST_SUITE_END()
