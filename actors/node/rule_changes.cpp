#include "rule_changes.hpp"

#include "troupe/actors/user_record.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace troupe {

namespace {

kept_changes::trial carry_out(acl_rows& rules, const acl_subject& who, const std::string& topic,
                              const std::optional<acl_row>& row) {
  auto before = rules.find(who, topic);
  store_change kept{store_kind::acl, acl_key(who, topic), std::nullopt};
  if (row) {
    if (!rules.put(*row))
      return {outcome{102, "too_many_rules"}};
    kept.value = boost::json::serialize(to_record(*row));
  } else {
    if (!before)
      return {}; // a success, as EMQ X answers
    rules.erase(who, topic);
  }
  return {{}, std::move(kept), [&rules, who, topic, before = std::move(before)] {
            if (before)
              rules.put(*before);
            else
              rules.erase(who, topic);
          }};
}

} // namespace

kept_changes::change rule_change(acl_rows& rules, acl_subject who, std::string topic,
                                 std::optional<acl_row> row) {
  return [&rules, who = std::move(who), topic = std::move(topic), row = std::move(row)] {
    return carry_out(rules, who, topic, row);
  };
}

} // namespace troupe
