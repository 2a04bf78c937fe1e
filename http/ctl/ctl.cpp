#include "troupe/http/ctl.hpp"

#include "access.hpp"
#include "command.hpp"
#include "completion.hpp"
#include "connection.hpp"
#include "request.hpp"
#include "table.hpp"
#include "troupe/actors/settings_file.hpp"

#include <boost/json/serialize.hpp>
#include <boost/program_options.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

namespace troupe {

namespace json = boost::json;
namespace po = boost::program_options;

namespace {

using namespace ctl;

enum exit_code : int { ok = 0, failed = 1, bad_usage = 2 };

struct options {
  std::string config_file, url, id, secret, cacert;
  bool as_json = false, help = false;
  std::vector<std::string> words;
};

po::options_description described(options& o) {
  po::options_description result{"Options"};
  result.add_options()("config,c", po::value(&o.config_file)->value_name("FILE"),
                       "the broker's configuration, for its address and application")(
      "url", po::value(&o.url)->value_name("URL"), "of the HTTP API, such as http://127.0.0.1:8081")(
      "cacert", po::value(&o.cacert)->value_name("FILE"),
      "PEM file of whom to trust with https; without it the broker has to show the certificate of its "
      "configuration, and one of --url a certificate that the system trusts")(
      "id", po::value(&o.id)->value_name("ID"),
      "of the application")("secret", po::value(&o.secret)->value_name("SECRET"),
                            "of the application; TROUPE_CTL_SECRET keeps it out of the list of processes")(
      "json", po::bool_switch(&o.as_json), "the API's data, for scripts")("help,h", po::bool_switch(&o.help),
                                                                          "print this help and exit");
  return result;
}

void print_usage(std::ostream& out, const po::options_description& options) {
  out << "Usage: troupe ctl [options] COMMAND [arguments]\n\nSteers a running broker.\n\n"
      << options << "\nCommands:\n";
  for (const auto& c : commands()) {
    std::string line = c.words;
    for (const auto& p : c.parameters)
      line += p.fallback != nullptr ? std::string{" ["} + p.name + "]" : std::string{" <"} + p.name + ">";
    line.resize(std::max<std::size_t>(line.size() + 2, 48), ' ');
    out << "  " << line << c.help << '\n';
  }
  out << "  completion <bash|zsh|fish>                      print a script for the shell\n";
}

int usage_error(const std::string& what) {
  std::cerr << "troupe ctl: " << what << "\nTry 'troupe ctl --help'.\n";
  return bad_usage;
}

int refuse(const std::string& why) {
  std::cerr << "troupe ctl: " << why << '\n';
  return failed;
}

// The broker's own configuration knows where its API is and who may use it.
std::optional<access> find_access(const options& o, std::string& problem) {
  const auto loaded = load_settings_file(o.config_file.empty() ? find_config_file() : o.config_file);
  if (!loaded.errors.empty()) {
    problem = loaded.errors.front();
    return {};
  }
  access asked{o.url, o.id, o.secret, o.cacert};
  if (const char* secret = std::getenv("TROUPE_CTL_SECRET"); secret != nullptr && asked.secret.empty())
    asked.secret = secret;
  return complete_access(std::move(asked), loaded.values, problem);
}

// -- answers -----------------------------------------------------------------------------------------------

const json::value& data_of(const json::object& answer) {
  static const json::value none;
  const auto* data = answer.if_contains("data");
  return data != nullptr ? *data : none;
}

bool has_next(const json::object& answer) {
  const auto* meta = answer.if_contains("meta");
  const auto* next =
      meta != nullptr && meta->is_object() ? meta->get_object().if_contains("hasnext") : nullptr;
  return next != nullptr && next->is_bool() && next->get_bool();
}

/// Shows the rows of a list while its pages come.
class row_printer {
public:
  row_printer(const command& c, bool as_json) : table_(c.columns), as_json_(as_json) {}

  void page(const json::value& data) {
    if (!data.is_array())
      return;
    if (!as_json_) {
      std::cout << table_.page(data.get_array());
      return;
    }
    for (const auto& row : data.get_array()) {
      std::cout << (first_ ? "[" : ",\n ") << row;
      first_ = false;
    }
  }

  void end() {
    if (as_json_)
      std::cout << (first_ ? "[]\n" : "]\n");
  }

private:
  table table_;
  bool as_json_;
  bool first_ = true;
};

constexpr int rows_per_page = 1000;

int print_list(connection& broker, const command& c, const request& r, bool as_json) {
  row_printer out{c, as_json};
  for (int page = 1;; ++page) {
    auto part = r;
    part.path += "?_page=" + std::to_string(page) + "&_limit=" + std::to_string(rows_per_page);
    std::string problem;
    const auto answer = broker.call(part, problem);
    if (!answer)
      return refuse(problem);
    out.page(data_of(*answer));
    if (!has_next(*answer))
      break;
  }
  out.end();
  return ok;
}

void print_groups(const command& c, const json::array& groups) {
  table rows{c.columns};
  for (const auto& group : groups) {
    if (!group.is_object())
      continue;
    const auto& of_node = group.get_object();
    const auto* node = of_node.if_contains("node");
    if (groups.size() > 1 && node != nullptr)
      std::cout << cell_text(*node) << '\n';
    const auto* content = of_node.if_contains(c.key);
    if (content != nullptr && content->is_array())
      std::cout << rows.page(content->get_array());
    else if (content != nullptr && content->is_object())
      std::cout << record_text(content->get_object(), {});
  }
}

void print_records(const command& c, const json::array& objects) {
  for (const auto& one : objects)
    if (one.is_object())
      std::cout << record_text(one.get_object(), c.columns);
}

// The API answers [] or {} for what there is not.
bool is_nothing(const json::array& rows) {
  return rows.empty() || (rows[0].is_object() && rows[0].get_object().empty());
}

int print_one(connection& broker, const command& c, const request& r, bool as_json) {
  std::string problem;
  const auto answer = broker.call(r, problem);
  if (!answer)
    return refuse(problem);
  const auto& data = data_of(*answer);
  if (as_json)
    std::cout << data << '\n';
  else if (c.how == layout::nothing)
    std::cout << "ok\n";
  if (c.how == layout::nothing)
    return ok;
  const auto rows = data.is_array() ? data.get_array() : json::array{data};
  if (is_nothing(rows))
    return refuse("not found");
  if (as_json)
    return ok;
  if (c.how == layout::record)
    print_records(c, rows);
  else
    print_groups(c, rows);
  return ok;
}

// Commands of emqx_ctl that have another name here, or none.
std::string hint_for(std::string_view word) {
  static constexpr std::pair<std::string_view, const char*> hints[] = {
      {"mgmt", "applications of the API are at \"apps\""},
      {"cluster", "nodes are at \"nodes\", and link by the configuration"},
      {"vm", "figures are at \"nodes\", \"stats\" and \"metrics\""},
      {"rules", "they are at /rules of the API"},
      {"resources", "they are at /resources of the API"},
      {"users", "they are at /auth_username and /auth_clientid of the API"},
      {"admins", "there is no dashboard"},
      {"trace", "there is log set-level debug"}};
  for (const auto& [name, hint] : hints)
    if (name == word)
      return std::string{" ("} + hint + ")";
  return {};
}

int run(const options& o) {
  const std::vector<std::string_view> words{o.words.begin(), o.words.end()};
  if (words.empty())
    return usage_error("a command is missing");
  if (words[0] == "completion") {
    const auto script = completion_script(words.size() > 1 ? words[1] : "");
    if (!script)
      return usage_error("completion is for bash, zsh or fish");
    std::cout << *script;
    return ok;
  }
  std::size_t used = 0;
  const auto* c = find_command(words, used);
  if (c == nullptr)
    return usage_error("no such command: " + o.words[0] + hint_for(words[0]));
  std::string problem;
  const auto r = make_request(*c, std::span{words}.subspan(used), problem);
  if (!r)
    return usage_error(std::string{c->words} + ": " + problem);
  const auto where = find_access(o, problem);
  if (!where)
    return usage_error(problem);
  connection broker{*where};
  return c->how == layout::table ? print_list(broker, *c, *r, o.as_json)
                                 : print_one(broker, *c, *r, o.as_json);
}

} // namespace

int run_ctl(int argc, const char* const* argv) {
  options o;
  const auto known = described(o);
  po::options_description all;
  all.add(known).add_options()("words", po::value(&o.words));
  po::positional_options_description rest;
  rest.add("words", -1);
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(all).positional(rest).run(), values);
    po::notify(values);
  } catch (const po::error& e) {
    return usage_error(e.what());
  }
  if (o.help) {
    print_usage(std::cout, known);
    return ok;
  }
  return run(o);
}

} // namespace troupe
