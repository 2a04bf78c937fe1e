// Plugins with settings in files of their own, which are read again when one is loaded; and the files that
// say which plugins and modules are on.
#include "api/fixture.hpp"
#include "support/web_server.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace troupe::test;

namespace {

constexpr const char* alice = "auth.user.1.username = alice\nauth.user.1.password = ";

/// Stands there before the broker does.
struct etc_folder {
  void write(const std::string& name, const std::string& text) const {
    write_text(folder.path() / name, text);
  }
  std::string file(const std::string& name) const { return (folder.path() / name).string(); }

  temporary_folder folder;
};

struct filed_broker : etc_folder, served_broker {
  explicit filed_broker(const std::string& more = "")
      : served_broker("plugins.etc_dir = " + folder.path().string() + "\nlog.level = info\n" + more) {}

  bool lets_in(const std::string& user, const std::string& password) {
    mqtt_client c{static_cast<std::uint16_t>(mqtt_port()), protocol_version::v5};
    return c.connect({.client_id = "c", .username = user, .password = password}).reason ==
           reason_code::success;
  }

  std::string change(const std::string& plugin, const std::string& how, int code = 0) {
    const auto r = put("/plugins/" + plugin + "/" + how);
    BOOST_TEST(r.code() == code, plugin << ' ' << how << ": " << r.text);
    return code == 0 ? "" : r.body.at("message").as_string().c_str();
  }

  std::map<std::string, bool> active(const char* what) {
    std::map<std::string, bool> out;
    const auto r = get(std::string{"/nodes/emqx@127.0.0.1/"} + what);
    for (const auto& row : r.data().as_array())
      out[row.at("name").as_string().c_str()] = row.at("active").as_bool();
    return out;
  }
};

struct guarded_broker : filed_broker {
  guarded_broker() : filed_broker("allow_anonymous = false\n") {}
};

web_server answering(int status) {
  return web_server{[status](const auto&, auto& r) { r.status = status; }};
}

std::string url_of(const web_server& s) { return "http://127.0.0.1:" + std::to_string(s.port()) + "/"; }

} // namespace

BOOST_AUTO_TEST_SUITE(settings_of_plugins)

BOOST_FIXTURE_TEST_CASE(users_of_a_file, guarded_broker) {
  write("emqx_auth_username.conf", alice + std::string{"old\n"});
  change("emqx_auth_username", "load");
  BOOST_TEST(lets_in("alice", "old"));
  BOOST_TEST(post("/auth_username", R"({"username":"bob","password":"b"})").code() == 0);

  write("emqx_auth_username.conf",
        alice + std::string{"new\nauth.user.2.username = carol\nauth.user.2.password = c\n"});
  BOOST_TEST(lets_in("alice", "old")); // nobody has told it
  change("emqx_auth_username", "reload");
  BOOST_TEST(!lets_in("alice", "old"));
  BOOST_TEST(lets_in("alice", "new"));
  BOOST_TEST(lets_in("bob", "b"));
  BOOST_TEST(lets_in("carol", "c"));

  BOOST_TEST(put("/auth_username/alice", R"({"password":"api"})").code() == 0);
  write("emqx_auth_username.conf", alice + std::string{"new\n"});
  change("emqx_auth_username", "reload");
  BOOST_TEST(lets_in("alice", "api")); // hers is no setting any more
  BOOST_TEST(!lets_in("carol", "c"));
}

BOOST_FIXTURE_TEST_CASE(a_bad_file_changes_nothing, guarded_broker) {
  write("emqx_auth_username.conf", alice + std::string{"p\n"});
  change("emqx_auth_username", "load");
  write("emqx_auth_username.conf", "auth.user.1.username = alice\n");
  const auto why = change("emqx_auth_username", "reload", 102);
  BOOST_TEST(why.find("emqx_auth_username.conf:1: auth.user.1: needs .username and .password") !=
                 std::string::npos,
             why);
  BOOST_TEST(lets_in("alice", "p"));
  BOOST_TEST(process().has_logged("emqx_auth_username stays as it is"));
  change("emqx_auth_username", "unload");
  BOOST_TEST(!change("emqx_auth_username", "load", 102).empty());
  BOOST_TEST(!active("plugins").at("emqx_auth_username"));
  BOOST_TEST(!lets_in("alice", "p"));
  write("emqx_retainer.conf", "retainer.max_payload_size = much\n"); // another plugin's mistake
  write("emqx_auth_username.conf", alice + std::string{"p\n"});
  change("emqx_auth_username", "load");
  BOOST_TEST(lets_in("alice", "p"));
}

BOOST_FIXTURE_TEST_CASE(another_back_end, guarded_broker) {
  const auto yes = answering(200), no = answering(403);
  const auto ask = [this](const web_server& whom) {
    write("emqx_auth_http.conf",
          "auth.http.auth_req = " + url_of(whom) + "\nauth.http.request.retry_times = 0\n");
  };
  ask(yes);
  change("emqx_auth_http", "load");
  BOOST_TEST(lets_in("u", "p"));
  ask(no);
  change("emqx_auth_http", "reload");
  BOOST_TEST(!lets_in("u", "p"));
  BOOST_TEST(no.requests().size() == 1U);
  change("emqx_auth_http", "unload");
  ask(yes);
  change("emqx_auth_http", "load");
  BOOST_TEST(lets_in("u", "p"));
}

BOOST_FIXTURE_TEST_CASE(other_limits, filed_broker) {
  const auto c = mqtt({.client_id = "c"});
  const auto keep = [&](const char* topic, const char* payload) { c->publish(topic, payload, 1, true); };
  const auto are_kept = [&](int count) {
    return eventually(
        [&] { return get("/retainer").data().as_array().at(0).at("messages").as_int64() == count; });
  };
  keep("a", "12345");
  BOOST_TEST(are_kept(1));
  write("emqx_retainer.conf", "retainer.max_payload_size = 4\n");
  change("emqx_retainer", "reload");
  keep("b", "12345"); // is too large
  keep("c", "1234");
  BOOST_TEST(are_kept(2));
  write("emqx_retainer.conf", "retainer.max_payload_size = 5\nretainer.max_retained_messages = 3\n");
  change("emqx_retainer", "reload");
  keep("d", "12345");
  BOOST_TEST(are_kept(3));
  keep("e", "1"); // is one too many
  keep("d", "");
  BOOST_TEST(are_kept(2));
}

BOOST_FIXTURE_TEST_CASE(another_one_to_tell, filed_broker) {
  const auto before = answering(200), after = answering(200);
  write("emqx_web_hook.conf", "web.hook.url = " + url_of(before) + "\n");
  change("emqx_web_hook", "load");
  mqtt({.client_id = "a"})->disconnect();
  BOOST_TEST(eventually([&] { return !before.requests().empty(); }));
  write("emqx_web_hook.conf", "web.hook.url = " + url_of(after) + "\n");
  change("emqx_web_hook", "reload");
  mqtt({.client_id = "b"})->disconnect();
  BOOST_TEST(eventually([&] { return !after.requests().empty(); }));
  for (const auto& r : before.requests())
    BOOST_TEST(r.body.find("\"b\"") == std::string::npos, r.body);
}

BOOST_AUTO_TEST_CASE(files_of_what_is_loaded) {
  etc_folder own;
  own.write(
      "plugins",
      "% EMQ X has written this\n{emqx_management, true}.\nemqx_auth_mnesia.\n{emqx_retainer, false}.\n");
  own.write("modules",
            "{emqx_mod_acl_internal, true}.\n{emqx_mod_presence, false}.\n{emqx_mod_delayed, true}.\n");
  filed_broker b{"plugins.loaded_file = " + own.file("plugins") + "\nmodules.loaded_file = " +
                 own.file("modules") + "\nmodules.load = emqx_mod_topic_metrics\n"};
  const auto as_in_the_files = [&b] {
    const auto plugins = b.active("plugins"), modules = b.active("modules");
    BOOST_TEST(plugins.at("emqx_auth_mnesia"));
    BOOST_TEST(!plugins.at("emqx_retainer"));
    BOOST_TEST(!modules.at("emqx_mod_presence"));
    BOOST_TEST(modules.at("emqx_mod_delayed"));
    BOOST_TEST(modules.at("emqx_mod_topic_metrics")); // of which the file says nothing
  };
  as_in_the_files();
  b.change("emqx_auth_username", "load");
  BOOST_TEST(b.put("/modules/emqx_mod_presence/load").code() == 0);
  BOOST_TEST(read_text(own.file("plugins")).find("{emqx_auth_username, true}.") != std::string::npos);
  BOOST_TEST(read_text(own.file("modules")) ==
             "{emqx_mod_delayed, true}.\n{emqx_mod_topic_metrics, true}.\n"
             "{emqx_mod_subscription, false}.\n{emqx_mod_acl_internal, true}.\n"
             "{emqx_mod_rewrite, false}.\n{emqx_mod_presence, true}.\n");
  b.process().terminate();
  own.write("modules", "{emqx_mod_presence, false}.\n{emqx_mod_delayed, true}.\n");
  b.process().start_again();
  as_in_the_files();
  BOOST_TEST(b.active("plugins").at("emqx_auth_username"));
  BOOST_TEST(!std::filesystem::exists(b.process().folder() / "data" / "loaded_plugins"));
}

// Where nothing can be written nothing is switched.
BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written) {
  etc_folder own;
  filed_broker b{"modules.loaded_file = " + own.file("none/modules") + "\n"};
  BOOST_TEST(b.put("/modules/emqx_mod_delayed/load").code() == 102);
  BOOST_TEST(!b.active("modules").at("emqx_mod_delayed"));
  std::filesystem::create_directory(own.folder.path() / "none");
  BOOST_TEST(b.put("/modules/emqx_mod_delayed/load").code() == 0);
  BOOST_TEST(b.active("modules").at("emqx_mod_delayed"));
}

BOOST_AUTO_TEST_SUITE_END()
