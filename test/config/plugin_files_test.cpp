// Settings of plugins in files of their own, and what of them is read again.
#include "actors/node/config/plugin_keys.hpp"
#include "actors/node/config/sources.hpp"
#include "actors/node/config/text_file.hpp"
#include "troupe/actors/settings_file.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace troupe;
using config::plugin_text;
using config::settings_text;

namespace {

const std::string main_file = "/etc/troupe/troupe.conf";

plugin_text file_of(const std::string& plugin, const std::string& text) {
  return {plugin, {"/etc/troupe/plugins/" + plugin + ".conf", text}};
}

loaded_settings load(const std::string& text, const std::vector<plugin_text>& of_plugins,
                     const environment& variables = {}) {
  return config::load_settings(settings_text{main_file, text}, of_plugins, variables);
}

/// A folder with a configuration, removed with all that it holds.
struct configured {
  configured() {
    std::string name = (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
    BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    std::filesystem::create_directory(folder / "plugins");
    write("troupe.conf", "plugins.etc_dir = plugins\n");
  }
  ~configured() { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const { std::ofstream{folder / name} << text; }

  loaded_settings start() const { return load_settings_file((folder / "troupe.conf").string()); }

  std::filesystem::path folder;
};

} // namespace

BOOST_AUTO_TEST_SUITE(files_of_plugins)

BOOST_AUTO_TEST_CASE(the_own_file_wins_over_the_main_one_and_the_environment_over_both) {
  const std::string both =
      "auth.http.auth_req = http://127.0.0.1:1/a\nauth.http.super_req = http://127.0.0.1:1/s\n";
  const std::vector<plugin_text> own{
      file_of("emqx_auth_http", "auth.http.auth_req = http://127.0.0.1:2/a\n")};
  const auto files = load(both, own);
  BOOST_TEST(files.errors.empty());
  BOOST_TEST(files.warnings.empty());
  BOOST_TEST(files.values.auth_http.auth.url == "http://127.0.0.1:2/a");
  BOOST_TEST(files.values.auth_http.super.url == "http://127.0.0.1:1/s");
  const auto all = load(both, own, {{"EMQX_AUTH__HTTP__AUTH_REQ", "http://127.0.0.1:3/a"}});
  BOOST_TEST(all.values.auth_http.auth.url == "http://127.0.0.1:3/a");
}

BOOST_AUTO_TEST_CASE(a_file_has_the_settings_of_its_plugin_alone) {
  const auto l = load("", {file_of("emqx_auth_http", "allow_anonymous = true\nauth.jwt.from = username\n"),
                           file_of("emqx_dashboard", "dashboard.listener.http = 18083\nsomething.else = 1\n"),
                           file_of("mine", "plugin.mine.word = a\nplugin.other.word = b\n")});
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(!l.values.auth_jwt.from_username);
  BOOST_TEST(l.values.plugin_settings.at("mine").at("word") == "a");
  BOOST_TEST(!l.values.plugin_settings.contains("other"));
  BOOST_TEST(l.warnings ==
                 (std::vector<std::string>{
                     "/etc/troupe/plugins/emqx_auth_http.conf:1: \"allow_anonymous\" is no setting of "
                     "emqx_auth_http, ignored",
                     "/etc/troupe/plugins/emqx_auth_http.conf:2: \"auth.jwt.from\" is no setting of "
                     "emqx_auth_http, ignored",
                     "/etc/troupe/plugins/mine.conf:2: \"plugin.other.word\" is no setting of mine, "
                     "ignored"}),
             boost::test_tools::per_element());
}

// As 4.3 has them, where one plugin has the users of both.
BOOST_AUTO_TEST_CASE(users_of_other_plugins_in_the_file_of_mnesia) {
  const auto l =
      load("", {file_of("emqx_auth_mnesia", "auth.mnesia.1.login = a\nauth.mnesia.1.password = p\n"
                                            "auth.client.1.clientid = c\nauth.user.1.password = hush\n")});
  BOOST_TEST_REQUIRE(l.errors.size() == 2U);
  BOOST_TEST(l.errors[0].starts_with(
      "/etc/troupe/plugins/emqx_auth_mnesia.conf:3: auth.client.1.clientid: is of emqx_auth_clientid"));
  BOOST_TEST(l.errors[1].starts_with(
      "/etc/troupe/plugins/emqx_auth_mnesia.conf:4: auth.user.1.password: is of emqx_auth_username"));
  BOOST_TEST(l.errors[1].find("hush") == std::string::npos);
  BOOST_TEST(l.values.auth.tables[2].users.size() == 1U);
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  const auto l = load("", {file_of("emqx_retainer", "# a comment\nretainer.max_payload_size = much\n"),
                           file_of("emqx_recon", "recon.gc_interval\n")});
  BOOST_TEST_REQUIRE(l.errors.size() == 2U);
  BOOST_TEST(l.errors[0] == "/etc/troupe/plugins/emqx_recon.conf:1: expected \"key = value\"");
  BOOST_TEST(l.errors[1].starts_with(
      "/etc/troupe/plugins/emqx_retainer.conf:2: retainer.max_payload_size: \"much\" is not valid"));
}

BOOST_AUTO_TEST_CASE(mistakes_tell_no_password) {
  const auto l = load("auth.http.auth_req = ftp://u:secret@127.0.0.1/\n", {});
  BOOST_TEST_REQUIRE(l.errors.size() == 1U);
  BOOST_TEST(l.errors.front().find("\"ftp://u:******@127.0.0.1/\" is not valid") != std::string::npos);
  for (const char* line :
       {"auth.http.auth_req = http:/u:hush@127.0.0.1/", "auth.http.auth_req = http://u:hush/hush@127.0.0.1/",
        "web.hook.url = u:hush@127.0.0.1", "auth.pgsql.server = u:hush@127.0.0.1",
        "bridge.mqtt.b.address = u:hush@127.0.0.1/x", "web.hook.headers.A(B = hush",
        "auth.http.header.A(B = hush", "auth.http.acl_req.params = hush"}) {
    const auto bad = load(line, {});
    BOOST_TEST_REQUIRE(bad.errors.size() == 1U, line);
    BOOST_TEST(bad.errors.front().find(": the value is not valid") != std::string::npos, line);
    BOOST_TEST(bad.errors.front().find("hush") == std::string::npos, line);
  }
}

BOOST_AUTO_TEST_CASE(the_folder_is_relative_to_the_main_file) {
  const auto folder = [](const std::string& text, const environment& variables = {}) {
    return config::plugins_etc_dir({main_file, text}, variables);
  };
  BOOST_TEST(folder("") == "");
  BOOST_TEST(folder("plugins.etc_dir = plugins\n") == "/etc/troupe/plugins");
  BOOST_TEST(folder("plugins.etc_dir = /a\n") == "/a");
  BOOST_TEST(folder("plugins.etc_dir = /a\n", {{"TROUPE_PLUGINS__ETC_DIR", "/b"}}) == "/b");
}

BOOST_AUTO_TEST_CASE(of_one_plugin_nothing_else_is_looked_at) {
  const settings_text main{main_file, "auth.user.1.username = u\nauth.user.1.password = p\n"
                                      "zone.external.max_inflight = none\nallow_anonymous = perhaps\n"};
  const auto l = config::load_plugin_settings("emqx_auth_username", main, {}, {});
  BOOST_TEST(l.errors.empty());
  BOOST_TEST(l.warnings.empty());
  BOOST_TEST_REQUIRE(l.values.auth.tables[1].users.size() == 1U);
  BOOST_TEST(l.values.auth.tables[1].users[0].name == "u");
  BOOST_TEST(
      config::load_plugin_settings("emqx_auth_clientid", main, {}, {}).values.auth.tables[1].users.empty());
}

BOOST_AUTO_TEST_CASE(only_its_settings_are_taken) {
  settings running, anew;
  anew.auth_http.pool = anew.auth_jwt.pool = 99;
  anew.auth.mnesia_by_clientid = true;
  config::copy_plugin_settings("emqx_auth_http", anew, running);
  BOOST_TEST(running.auth_http.pool == 99U);
  BOOST_TEST(running.auth_jwt.pool != 99U);
  BOOST_TEST(!running.auth.mnesia_by_clientid);
  running.plugin_settings["mine"]["word"] = "old";
  running.plugin_settings["other"]["word"] = "old";
  config::copy_plugin_settings("mine", anew, running);
  BOOST_TEST(!running.plugin_settings.contains("mine"));
  BOOST_TEST(running.plugin_settings.contains("other"));
}

BOOST_FIXTURE_TEST_CASE(read_at_the_start_and_again, configured) {
  write("plugins/emqx_auth_http.conf", "auth.http.auth_req = http://127.0.0.1:1/a\n");
  write("plugins/emqx_recon.conf", "recon.gc_interval = 1m\n");
  write("plugins/emqx_recon.conf.example", "recon.gc_interval = much\n");
  const auto first = start();
  BOOST_TEST_REQUIRE(first.errors.empty());
  BOOST_TEST(first.values.auth_http.auth.url == "http://127.0.0.1:1/a");
  BOOST_TEST(first.values.recon_gc_interval.count() == 60'000);

  write("plugins/emqx_auth_http.conf", "auth.http.auth_req = http://127.0.0.1:2/a\n");
  write("plugins/emqx_recon.conf", "recon.gc_interval = much\n"); // somebody else's business
  const auto second = reload_plugin_settings(first.values, "emqx_auth_http");
  BOOST_TEST_REQUIRE(second.errors.empty());
  BOOST_TEST(second.values.auth_http.auth.url == "http://127.0.0.1:2/a");
  BOOST_TEST(second.values.recon_gc_interval.count() == 60'000);

  const auto bad = reload_plugin_settings(second.values, "emqx_recon");
  BOOST_TEST_REQUIRE(bad.errors.size() == 1U);
  BOOST_TEST(bad.errors.front().find("emqx_recon.conf:1: recon.gc_interval") != std::string::npos);
  BOOST_TEST(bad.values.recon_gc_interval.count() == 60'000);

  std::filesystem::remove(folder / "plugins/emqx_recon.conf"); // then the main file counts
  write("troupe.conf", "plugins.etc_dir = plugins\nrecon.gc_interval = 2m\n");
  BOOST_TEST(reload_plugin_settings(second.values, "emqx_recon").values.recon_gc_interval.count() == 120'000);
}

BOOST_FIXTURE_TEST_CASE(a_folder_that_is_not_there_is_told, configured) {
  std::filesystem::remove(folder / "plugins");
  const auto l = start();
  BOOST_TEST_REQUIRE(l.errors.size() == 1U);
  BOOST_TEST(l.errors.front().starts_with("plugins.etc_dir: "));
}

// Nobody ever writes to the pipe: a test that hangs has failed.
BOOST_FIXTURE_TEST_CASE(what_is_no_regular_file_is_refused_unread, configured) {
  const auto first = start();
  const auto file = folder / "plugins/emqx_auth_http.conf";
  const auto refused = [&] {
    const auto again = reload_plugin_settings(first.values, "emqx_auth_http");
    const auto anew = start();
    for (const auto* errors : {&again.errors, &anew.errors})
      BOOST_TEST((*errors == std::vector{file.string() + ": is no regular file"}));
    std::filesystem::remove(file);
  };
  BOOST_TEST_REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  refused();
  std::filesystem::create_directory(file);
  refused();
  std::filesystem::create_symlink("/dev/null", file);
  refused();
  write("other", "auth.http.pool = 9\n");
  std::filesystem::create_symlink("../other", file);
  BOOST_TEST(reload_plugin_settings(first.values, "emqx_auth_http").values.auth_http.pool == 9U);
}

BOOST_FIXTURE_TEST_CASE(the_main_file_may_be_anything_at_the_start, configured) {
  auto running = load_settings_file("/dev/null");
  BOOST_TEST(running.errors.empty());
  BOOST_TEST((reload_plugin_settings(running.values, "emqx_auth_http").errors ==
              std::vector<std::string>{"/dev/null: is no regular file"}));
  BOOST_TEST((load_settings_file("/dev/zero").errors ==
              std::vector<std::string>{"/dev/zero: is larger than 16 MB"}));
  BOOST_TEST((load_settings_file(folder.string()).errors ==
              std::vector<std::string>{folder.string() + ": cannot be read"}));
}

BOOST_FIXTURE_TEST_CASE(files_have_a_bound, configured) {
  const auto first = start();
  const auto text = "auth.http.pool = 9\n#" + std::string(config::longest_text, '#');
  write("plugins/emqx_auth_http.conf", text.substr(0, config::longest_text));
  BOOST_TEST(reload_plugin_settings(first.values, "emqx_auth_http").values.auth_http.pool == 9U);
  write("plugins/emqx_auth_http.conf", text.substr(0, config::longest_text + 1));
  const auto bad = reload_plugin_settings(first.values, "emqx_auth_http");
  BOOST_TEST_REQUIRE(bad.errors.size() == 1U);
  BOOST_TEST(bad.errors.front().ends_with("emqx_auth_http.conf: is larger than 16 MB"));
}

// A process's environment does not change, and there is nothing else to read.
BOOST_AUTO_TEST_CASE(without_a_file_all_stays) {
  settings running;
  running.auth_http.pool = 99;
  BOOST_TEST(reload_plugin_settings(running, "emqx_auth_http").values.auth_http.pool == 99U);
}

BOOST_AUTO_TEST_SUITE_END()
