// What a decision of acl.conf costs when no cache has it: ten thousand rules of a kind, questions of random
// clients about random topics.
#include "load_scenarios.hpp"
#include "troupe/access/acl_file.hpp"
#include "troupe/access/acl_rules.hpp"

#include <chrono>
#include <random>

namespace load {

namespace {

using namespace troupe;
using namespace troupe::access;

constexpr unsigned rule_count = 10'000;
constexpr unsigned questions = 200'000;

struct question {
  std::string client_id, username, topic;
  mqtt::ip_address address;
  operation what;
};

std::string address_of(unsigned n) {
  return "10." + std::to_string(n / 65'536) + "." + std::to_string(n / 256 % 256) + "." +
         std::to_string(n % 256);
}

// The rules `name` is about; n is a rule's number.
std::string rule_text(const std::string& name, unsigned n) {
  const auto id = std::to_string(n);
  if (name == "users")
    return R"({allow, {user, "u)" + id + R"("}, pubsub, ["site/)" + id + R"(/#"]}.)";
  if (name == "clients")
    return R"({allow, {client, "c)" + id + R"("}, publish, ["site/+/)" + id + R"(", {eq, "a/b"}]}.)";
  if (name == "networks")
    return R"({allow, {ipaddr, ")" + address_of(n * 16) + R"(/28"}, pubsub, ["site/#"]}.)";
  if (name == "topics")
    return R"({deny, all, pubsub, ["site/)" + id + R"(/room/+"]}.)";
  if (name == "wildcards")
    return R"({deny, all, pubsub, ["+/)" + id + R"(/+/%c"]}.)";
  return R"({deny, {'and', [{user, "u)" + id + R"("}, {ipaddr, "10.0.0.0/8"}, {'or', [{client, "c)" + id +
         R"("}, {client, "x"}]}]}, pubsub, ["site/)" + id + R"(/#"]}.)";
}

std::vector<question> ask_at_random() {
  std::mt19937 random{1};
  std::uniform_int_distribution<unsigned> below{0, rule_count - 1};
  std::vector<question> out(questions);
  for (auto& q : out) {
    const auto n = below(random);
    q.client_id = "c" + std::to_string(n);
    q.username = "u" + std::to_string(n);
    q.address = *mqtt::parse_ip(address_of(n * 16 + 3));
    q.topic = "site/" + std::to_string(n % 3 == 0 ? below(random) : n) + "/room/temperature";
    q.what = n % 2 == 0 ? operation::publish : operation::subscribe;
  }
  return out;
}

} // namespace

bool run_acl(const options&, report& r) {
  const auto asked = ask_at_random();
  for (const std::string name : {"users", "clients", "networks", "topics", "wildcards", "conditions"}) {
    std::string text;
    for (unsigned n = 0; n + 1 < rule_count; ++n)
      text += rule_text(name, n) + "\n";
    auto file = parse_acl_file(text + "{allow, all}.");
    if (!file.errors.empty())
      return false;
    const acl_rules rules{std::move(file.rules)};
    unsigned allowed = 0;
    const auto began = std::chrono::steady_clock::now();
    for (const auto& q : asked)
      allowed +=
          rules.decide({q.client_id, q.username, &q.address}, q.what, q.topic) == decision::allow ? 1 : 0;
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - began;
    r.add("us_per_decision_" + name, took.count() / questions);
    r.add("allowed_" + name, allowed);
  }
  return true;
}

} // namespace load
