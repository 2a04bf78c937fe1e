#include "acl_rows.hpp"

#include "troupe/actors/user_record.hpp"

#include <boost/json/parse.hpp>

#include <iterator>

namespace troupe {

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
