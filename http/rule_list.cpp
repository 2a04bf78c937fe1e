#include "rule_list.hpp"

#include "pager.hpp"
#include "rule_json.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/rule_messages.hpp"
#include "troupe/mqtt/topic.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

namespace json = boost::json;

namespace {

struct rule_filters {
  std::optional<bool> enabled;
  std::optional<std::string> topic, like_id, like_topic, match_topic, like_description;

  bool any() const { return enabled || topic || like_id || like_topic || match_topic || like_description; }
};

rule_filters read_filters(arguments& args) {
  return {args.boolean("enabled"), args.text("for"),        args.text("_like_id"),
          args.text("_like_for"),  args.text("_match_for"), args.text("_like_description")};
}

bool has(const std::string& text, const std::optional<std::string>& part) {
  return !part || text.find(*part) != std::string::npos;
}

template <class Wanted>
bool any_topic(const rule_row& row, const std::optional<std::string>& given, Wanted wanted) {
  return !given || std::any_of(row.topics.begin(), row.topics.end(), wanted);
}

bool passes(const rule_row& row, const rule_filters& f) {
  return (!f.enabled || *f.enabled == row.rule->enabled) && has(row.rule->id, f.like_id) &&
         has(row.rule->description, f.like_description) &&
         any_topic(row, f.topic, [&](const auto& t) { return t == *f.topic; }) &&
         any_topic(row, f.like_topic, [&](const auto& t) { return has(t, f.like_topic); }) &&
         any_topic(row, f.match_topic,
                   [&](const auto& t) { return mqtt::filter_matches_filter(*f.match_topic, t); });
}

// The newest first.
std::vector<const rule_row*> wanted(const rule_page& page, const rule_filters& f) {
  std::vector<const rule_row*> out;
  for (auto row = page.rows.rbegin(); row != page.rows.rend(); ++row)
    if (passes(*row, f))
      out.push_back(&*row);
  return out;
}

answer page_of(const rule_page& all, const rule_filters& filters, page_window window,
               const std::string& node) {
  const auto rows = wanted(all, filters);
  window.total = all.rows.size();
  const auto from = std::min(window.request.skip, rows.size());
  const auto to = from + std::min(window.request.take, rows.size() - from);
  window.has_next = to < rows.size();
  json::array out;
  for (auto i = from; i < to; ++i)
    out.push_back(to_json(*rows[i], node));
  return ok(std::move(out), window.meta());
}

answer all_of(const rule_page& all, const std::string& node) {
  json::array out;
  for (const auto& row : all.rows)
    out.push_back(to_json(row, node));
  return ok(std::move(out));
}

} // namespace

void list_rules(const call_ptr& c) {
  const bool paged = c->args.value("_page") || c->args.value("_limit");
  const auto request = read_page(*c);
  auto filters = read_filters(c->args);
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  page_window window;
  window.request = *request;
  window.filtered = filters.any();
  c->self->request(c->where().rules, gathered_request_timeout, rule_query{})
      .then(
          [c, paged, window, filters = std::move(filters)](const rule_page& page) {
            const auto& node = c->where().node_name;
            c->reply(paged || window.filtered ? page_of(page, filters, window, node) : all_of(page, node));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

} // namespace troupe
