#include "acl_rows.hpp"

#include "troupe/access/acl_rules.hpp"
#include "troupe/actors/user_record.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace troupe {

namespace {

access::condition whom(const acl_subject& who, bool by_clientid) {
  using kind = access::condition::kind;
  access::condition c;
  c.name = who.name;
  switch (who.as) {
    case acl_subject_kind::login: c.what = by_clientid ? kind::client : kind::user; break;
    case acl_subject_kind::clientid: c.what = kind::client; break;
    case acl_subject_kind::username: c.what = kind::user; break;
    case acl_subject_kind::all: break;
  }
  return c;
}

} // namespace

std::optional<acl_row> acl_rows::find(const acl_subject& who, const std::string& topic) const {
  const auto i = rules_.find({who, topic});
  return i == rules_.end() ? std::nullopt
                           : std::optional{acl_row{who, topic, i->second.action, i->second.allow}};
}

bool acl_rows::put(const acl_row& row) {
  std::pair key{row.who, row.topic};
  if (rules_.size() >= most_rules && !rules_.contains(key))
    return false;
  rules_.insert_or_assign(std::move(key), rule{row.action, row.allow});
  return true;
}

void acl_rows::erase(const acl_subject& who, const std::string& topic) { rules_.erase({who, topic}); }

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
      if ((key.first.as == acl_subject_kind::all) != of_all || r.allow != allow)
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
  std::size_t matching = 0;
  for (const auto& [key, r] : rules_) {
    if (std::find(q.kinds.begin(), q.kinds.end(), key.first.as) == q.kinds.end())
      continue;
    ++page.total;
    if ((!q.name || *q.name == key.first.name) && matching++ >= q.skip && page.rows.size() < q.limit)
      page.rows.push_back({key.first, key.second, r.action, r.allow});
  }
  return page;
}

} // namespace troupe
