// The contract: every endpoint that is documented or served, called on a broker whose state is known, and
// every member of what it answers.
#include "api/contract_world.hpp"
#include "api/documented_endpoints.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <sstream>

using namespace troupe::test;

namespace {

using segments = std::vector<std::string>;

segments split(const std::string& path) {
  segments out;
  std::istringstream parts(path.substr(0, path.find('?')));
  for (std::string part; std::getline(parts, part, '/');)
    if (!part.empty())
      out.push_back(part);
  return out;
}

// The endpoint that a call is for. Fixed segments are a better fit than parameters.
std::string endpoint_of(const promise& p, const std::vector<documented_endpoint>& all) {
  std::string best;
  std::size_t best_fixed = 0;
  for (const auto& e : all) {
    const auto wanted = split(e.path), found = split(p.path);
    if (p.method != e.method || wanted.size() != found.size())
      continue;
    std::size_t fixed = 1;
    for (std::size_t i = 0; fixed > 0 && i < wanted.size(); ++i)
      if (wanted[i] == found[i])
        ++fixed;
      else if (wanted[i].front() != ':')
        fixed = 0;
    if (fixed > best_fixed) {
      best_fixed = fixed;
      best = e.name();
    }
  }
  return best;
}

std::string joined(const differences& all) {
  std::string out;
  for (const auto& d : all)
    out += "\n  " + d;
  return out;
}

std::vector<documented_endpoint> served() {
  auto out = documented_endpoints();
  std::erase_if(out, [](const documented_endpoint& e) { return *e.later != '\0'; });
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(contract)

BOOST_FIXTURE_TEST_CASE(every_endpoint_keeps_it, contract_world) {
  std::set<std::string> open;
  for (const auto& e : served())
    open.insert(e.name());
  open.erase("GET /openapi.json"); // test/e2e/openapi_test.py
  const auto check = [&](const promises& all) {
    for (const promise& p : all) {
      const auto found = broken(*this, p);
      BOOST_TEST(found.empty(), p.method << ' ' << p.path << ' ' << p.body << joined(found));
      open.erase(endpoint_of(p, served()));
    }
  };
  check(client_promises(*this));
  check(subscription_promises());
  check(node_promises(*this));
  check(figure_promises(*this));
  check(access_promises(*this));
  check(admin_promises(*this));
  check(command_promises(*this));
  check(alarm_promises(*this));
  check(rule_promises());
  check(resource_promises(*this));
  for (const auto& name : open)
    BOOST_TEST(false, name << " is in no contract");
}

BOOST_FIXTURE_TEST_CASE(the_list_is_the_documented_one, served_broker) {
  std::set<std::string> listed, wanted, later;
  const reply r = get("");
  for (const auto& row : r.data().as_array()) {
    const documented_endpoint e{row.at("method").as_string().c_str(), row.at("path").as_string().c_str()};
    BOOST_TEST(listed.insert(e.name()).second, e.name());
  }
  for (const auto& e : documented_endpoints())
    (*e.later != '\0' ? later : wanted).insert(e.name());
  wanted.erase("GET /");
  wanted.erase("GET /openapi.json");
  for (const auto& name : listed)
    BOOST_TEST((wanted.contains(name) || later.contains(name)), name << " is not documented");
  for (const auto& name : wanted)
    BOOST_TEST(listed.contains(name), name << " is not served");
  for (const auto& name : later)
    BOOST_TEST(!listed.contains(name), name << " is served: it belongs into the contract");
}

BOOST_FIXTURE_TEST_CASE(every_spelling_of_a_path, served_broker) {
  for (const char* path : {"/brokers", "/nodes/emqx@127.0.0.1/metrics", "/clients", "/subscriptions/none"})
    for (const std::string& spelled :
         {std::string(path) + '/', '/' + std::string(path), std::string(path) + "//"})
      BOOST_TEST(get(spelled).text.size() == get(path).text.size(), spelled);
  BOOST_TEST(get("/emqx_none").status == 404);
}

BOOST_AUTO_TEST_SUITE_END()
