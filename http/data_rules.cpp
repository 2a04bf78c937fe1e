#include "data_rules.hpp"

#include "troupe/actors/gather.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace troupe {

namespace json = boost::json;

namespace {

std::vector<new_action> as_new(const std::vector<rules::action_definition>& actions) {
  std::vector<new_action> out;
  out.reserve(actions.size());
  for (const auto& a : actions)
    out.push_back({a.name, a.params, as_new(a.fallbacks)});
  return out;
}

put_rule as_put(const rules::definition& d) {
  put_rule out;
  out.how = put_mode::replace;
  out.id = d.id;
  out.sql = d.sql;
  out.description = d.description;
  out.actions = as_new(d.actions);
  out.enabled = d.enabled;
  out.stop_on_failure = d.stop_on_failure;
  return out;
}

put_resource as_put(const rules::resource_definition& d) {
  put_resource out;
  out.how = put_mode::replace;
  out.id = d.id;
  out.type = d.type;
  out.config = d.config;
  out.description = d.description;
  return out;
}

void export_resources(const call_ptr& c, const std::shared_ptr<json::object>& data,
                      std::function<void()> next) {
  c->self->request(c->where().rules, gathered_request_timeout, resource_query{})
      .then(
          [data, next = std::move(next)](const resource_page& page) {
            json::array rows;
            for (const auto& row : page.rows)
              rows.push_back(rules::to_record(row.definition));
            (*data)["resources"] = std::move(rows);
            next();
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

// The records of a kind, each read by `read`, the last one first; false when one makes no sense.
template <class Definition, class Put>
bool read_all(const json::object& data, const char* kind,
              std::optional<Definition> (*read)(const json::value&), std::vector<Put>& out) {
  const auto* rows = data.if_contains(kind);
  if (rows == nullptr)
    return true;
  if (!rows->is_array())
    return false;
  for (const auto& row : rows->get_array()) {
    const auto one = read(row);
    if (!one || one->id.empty())
      return false;
    out.push_back(as_put(*one));
  }
  std::reverse(out.begin(), out.end()); // taken from the end
  return true;
}

bool good(const rule_put& done) { return done.row.has_value(); }
bool good(const resource_put& done) { return done.definition.has_value(); }

// One after the other.
template <class Answer, class Put>
void import_each(const call_ptr& c, const std::shared_ptr<imported_rules>& what,
                 std::vector<Put> imported_rules::*from, std::function<void()> next) {
  auto& left = (*what).*from;
  if (left.empty())
    return next();
  auto one = std::move(left.back());
  left.pop_back();
  c->self->request(c->where().rules, gathered_request_timeout, std::move(one))
      .then(
          [c, what, from, next = std::move(next)](const Answer& done) {
            if (!good(done))
              return c->reply(failure(body_code::unknown, "import_failed"));
            import_each<Answer>(c, what, from, next);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

} // namespace

void export_rules(const call_ptr& c, const std::shared_ptr<json::object>& data, std::function<void()> next) {
  c->self->request(c->where().rules, gathered_request_timeout, rule_query{})
      .then(
          [c, data, next = std::move(next)](const rule_page& page) {
            json::array rows;
            for (const auto& row : page.rows)
              rows.push_back(rules::to_record(*row.rule));
            (*data)["rules"] = std::move(rows);
            export_resources(c, data, next);
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

std::optional<imported_rules> read_rules(const json::object& data) {
  imported_rules out;
  if (!read_all(data, "resources", rules::read_resource, out.resources) ||
      !read_all(data, "rules", rules::read_definition, out.rules))
    return std::nullopt;
  return out;
}

void import_rules(const call_ptr& c, const std::shared_ptr<imported_rules>& what,
                  std::function<void()> next) {
  import_each<resource_put>(c, what, &imported_rules::resources, [c, what, next = std::move(next)] {
    import_each<rule_put>(c, what, &imported_rules::rules, next);
  });
}

} // namespace troupe
