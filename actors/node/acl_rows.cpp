#include "acl_rows.hpp"

#include "troupe/access/acl_rules.hpp"
#include "troupe/actors/user_record.hpp"

#include <boost/json/parse.hpp>

#include <utility>
#include <vector>

namespace troupe {

namespace {

constexpr std::string_view everybody = "$all";

access::condition whom(const std::string& login, bool by_clientid) {
  using kind = access::condition::kind;
  access::condition c;
  if (login != everybody) {
    c.what = by_clientid ? kind::client : kind::user;
    c.name = login;
  }
  return c;
}

} // namespace

std::optional<acl_row> acl_rows::find(const std::string& login, const std::string& topic) const {
  const auto i = rules_.find({login, topic});
  return i == rules_.end() ? std::nullopt
                           : std::optional{acl_row{login, topic, i->second.action, i->second.allow}};
}

bool acl_rows::put(const acl_row& row) {
  std::pair key{row.login, row.topic};
  if (rules_.size() >= most_rules && !rules_.contains(key))
    return false;
  rules_.insert_or_assign(std::move(key), rule{row.action, row.allow});
  return true;
}

void acl_rows::erase(const std::string& login, const std::string& topic) { rules_.erase({login, topic}); }

bool acl_rows::restore(std::string_view record) {
  boost::json::error_code failed;
  const auto row = read_acl_record(boost::json::parse(record, failed));
  return !failed && row && put(*row);
}

std::shared_ptr<const access::acl_decider> acl_rows::compile(bool by_clientid) const {
  std::vector<access::acl_rule> out;
  out.reserve(rules_.size());
  const auto add = [&](bool of_all, bool allow) {
    for (const auto& [key, r] : rules_) {
      if ((key.first == everybody) != of_all || r.allow != allow)
        continue;
      access::acl_rule compiled;
      compiled.result = allow ? access::decision::allow : access::decision::deny;
      compiled.publish = r.action != "sub";
      compiled.subscribe = r.action != "pub";
      compiled.who = whom(key.first, by_clientid);
      compiled.topics.push_back({key.second, false});
      out.push_back(std::move(compiled));
    }
  };
  for (const bool of_all : {false, true})
    for (const bool allow : {false, true})
      add(of_all, allow);
  return std::make_shared<const access::acl_rules>(std::move(out));
}

acl_page acl_rows::page(const acl_query& q) const {
  acl_page page;
  auto i = q.login ? rules_.lower_bound({*q.login, ""}) : rules_.begin();
  const auto mine = [&] { return i != rules_.end() && (!q.login || i->first.first == *q.login); };
  page.total = rules_.size();
  for (std::size_t skipped = 0; mine() && page.rows.size() < q.limit; ++i)
    if (skipped++ >= q.skip)
      page.rows.push_back({i->first.first, i->first.second, i->second.action, i->second.allow});
  return page;
}

} // namespace troupe
