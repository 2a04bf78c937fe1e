#include "rule_changes.hpp"

#include "troupe/actors/user_record.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace troupe {

namespace {

constexpr std::size_t longest_key = 65'535; // bytes, of the store; a longer one would fail the others, too

} // namespace

void rule_changes::add(const acl_subject& who, const std::string& topic, std::optional<acl_row> row,
                       answerer answer) {
  if (waiting_.size() >= most_waiting)
    return answer(outcome{102, "too_many_changes"});
  waiting_.push_back({who, topic, std::move(row), {}, std::move(answer)});
}

std::optional<outcome> rule_changes::carry_out(change& c, acl_rows& rules) {
  c.before = rules.find(c.who, c.topic);
  if (!c.row) {
    rules.erase(c.who, c.topic);
    return c.before ? std::nullopt : std::optional{outcome{}}; // as EMQ X answers
  }
  if (acl_key(c.who, c.topic).size() > longest_key)
    return outcome{102, "the key of a row has too many bytes"};
  return rules.put(*c.row) ? std::nullopt : std::optional{outcome{102, "too_many_rules"}};
}

store_write rule_changes::begin(acl_rows& rules) {
  store_write write;
  if (!under_way_.empty())
    return write;
  for (auto& c : std::exchange(waiting_, {})) {
    if (const auto result = carry_out(c, rules)) {
      c.answer(*result);
      continue;
    }
    store_change kept{store_kind::acl, acl_key(c.who, c.topic), std::nullopt};
    if (c.row)
      kept.value = boost::json::serialize(to_record(*c.row));
    write.changes.push_back(std::move(kept));
    under_way_.push_back(std::move(c));
  }
  return write;
}

void rule_changes::undo(acl_rows& rules) {
  for (auto c = under_way_.rbegin(); c != under_way_.rend(); ++c)
    if (c->before)
      rules.put(*c->before);
    else
      rules.erase(c->who, c->topic);
}

void rule_changes::end(const outcome& result) {
  for (const auto& c : std::exchange(under_way_, {}))
    c.answer(result);
}

} // namespace troupe
