// Files that come within a resource's configuration: where they lie, who has them, and what is refused.
#include "rules/resources/resource_files.hpp"
#include "support/database_server.hpp"
#include "support/process.hpp"

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <iterator>
#include <string>

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

json::object sent(const std::string& name, const std::string& text) {
  return {{"filename", name}, {"file", text}};
}

struct some_files {
  temporary_folder made, data;
  tls_files tls{made.path()};
  std::string authority = read_text(tls.authority), certificate = read_text(tls.certificate),
              key = read_text(tls.key);
  fs::path folder = data.path() / "a" / ".tls";
  resource_files files{folder.string()};

  static rules::resource_definition hook(json::object config) {
    config["url"] = "https://127.0.0.1:1/";
    return {.id = "r", .type = "web_hook", .config = std::move(config)};
  }

  std::size_t count() const {
    std::error_code none;
    const fs::directory_iterator all{folder, none};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  std::string path(const rules::resource_definition& d, const char* parameter) const {
    return files.with_paths(d).config.at(parameter).as_string().c_str();
  }

  void refuses(const char* parameter, json::object file, const char* why) const {
    const auto wrong = files.write(hook({{parameter, std::move(file)}}));
    BOOST_TEST(wrong.starts_with(std::string{"{bad_tls_options,<<\""} + parameter + ": "), wrong);
    BOOST_TEST(wrong.find(why) != std::string::npos, wrong);
    BOOST_TEST(wrong.find("-----") == std::string::npos, wrong);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(files_of_resources)

BOOST_FIXTURE_TEST_CASE(by_what_is_in_them, some_files) {
  const auto d = hook({{"cacertfile", sent("ca.pem", authority)},
                       {"certfile", sent("../../cert.pem", certificate)},
                       {"keyfile", sent("/etc/passwd", key)}});
  BOOST_TEST(files.write(d) == "");
  const std::pair<const char*, const std::string*> all[] = {
      {"cacertfile", &authority}, {"certfile", &certificate}, {"keyfile", &key}};
  for (const auto& [parameter, text] : all) {
    const fs::path file{path(d, parameter)};
    BOOST_TEST(file.parent_path() == folder);
    BOOST_TEST(read_text(file) == *text);
    BOOST_TEST((fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write)));
  }
  BOOST_TEST((fs::status(folder).permissions() == fs::perms::owner_all));
  BOOST_TEST(count() == 3U);
  BOOST_TEST(files.with_paths(d).config.at("url") == d.config.at("url"));
}

BOOST_FIXTURE_TEST_CASE(paths_stay, some_files) {
  const auto d = hook({{"cacertfile", tls.authority}, {"headers", sent("a", "b")}});
  BOOST_TEST(files.write(d) == "");
  BOOST_TEST(files.with_paths(d).config == d.config);
  BOOST_TEST(count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_is_not_set, some_files) {
  for (const json::object& none : {json::object{}, sent("", ""), sent("", key),
                                   json::object{{"filename", nullptr}}, json::object{{"file", key}}}) {
    const auto d = hook({{"keyfile", none}});
    BOOST_TEST(files.write(d) == "");
    BOOST_TEST(path(d, "keyfile") == "");
  }
  BOOST_TEST(count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_is_refused, some_files) {
  refuses("cacertfile", sent("ca.pem", ""), "no certificate");
  refuses("cacertfile", {{"filename", "ca.pem"}}, "no certificate");
  refuses("cacertfile", sent("ca.pem", "some text"), "no certificate");
  refuses("cacertfile", sent("ca.pem", authority.substr(0, authority.size() / 2)), "no certificate");
  refuses("certfile", sent("cert.pem", key), "no certificate");
  refuses("keyfile", sent("key.pem", certificate), "no private key");
  refuses("keyfile", sent("key.pem", "******"), "no private key");
  refuses("keyfile", sent(std::string(256, 'n'), key), "filename");
  refuses("keyfile", {{"filename", 1}, {"file", key}}, "filename");
  refuses("cacertfile", sent("ca.pem", authority + std::string(resource_files::most_bytes, '\n')),
          "65536 bytes");
  const resource_files nowhere{""};
  BOOST_TEST(nowhere.write(hook({{"keyfile", sent("k", key)}})) != "");
  const resource_files in_a_file{tls.key + "/x"};
  BOOST_TEST(in_a_file.write(hook({{"keyfile", sent("k", key)}})).find("cannot be written") !=
             std::string::npos);
  BOOST_TEST(count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(missing_and_changed_ones_are_written_again, some_files) {
  const auto d = hook({{"cacertfile", sent("ca.pem", authority)}});
  BOOST_TEST(files.write(d) == "");
  fs::remove(path(d, "cacertfile"));
  BOOST_TEST(files.write(d) == "");
  write_text(path(d, "cacertfile"), certificate);
  BOOST_TEST(files.write(d) == "");
  BOOST_TEST(read_text(path(d, "cacertfile")) == authority);
}

BOOST_FIXTURE_TEST_CASE(the_last_one_that_has_it_removes_it, some_files) {
  const auto one = hook({{"cacertfile", sent("ca.pem", authority)}, {"keyfile", sent("k", key)}});
  const auto other = hook({{"cacertfile", sent("another name", authority)}});
  BOOST_TEST(files.write(one) == "");
  BOOST_TEST(files.write(other) == "");
  BOOST_TEST(count() == 2U);
  files.remove(one, {{"other", other}});
  BOOST_TEST(count() == 1U);
  BOOST_TEST(fs::exists(path(other, "cacertfile")));
  files.remove(other, {});
  BOOST_TEST(count() == 0U);
}

BOOST_FIXTURE_TEST_CASE(what_a_killed_broker_has_left, some_files) {
  const auto one = hook({{"cacertfile", sent("ca.pem", authority)}}),
             gone = hook({{"keyfile", sent("k", key)}});
  BOOST_TEST(files.write(one) == "");
  BOOST_TEST(files.write(gone) == "");
  write_text(folder / ".draft.pem.new", "x");
  files.remove_others({{"one", one}});
  BOOST_TEST(count() == 1U);
  BOOST_TEST(fs::exists(path(one, "cacertfile")));
  resource_files{(data.path() / "none").string()}.remove_others({}); // which is not there
}

BOOST_AUTO_TEST_SUITE_END()
