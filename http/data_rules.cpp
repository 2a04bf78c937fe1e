#include "data_rules.hpp"

#include "rule_limits.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <set>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::size_t most_lines = 100; // about what a file's import leaves out

using known_ids = std::set<std::string, std::less<>>;

// Of two with one id in a file the second gets its own: their figures must not mix.
std::vector<new_action> as_new(const std::vector<rules::action_definition>& actions, known_ids& ids) {
  std::vector<new_action> out;
  out.reserve(actions.size());
  for (const auto& a : actions) {
    auto id = ids.insert(a.id).second ? a.id : std::string{};
    out.push_back({a.name, a.params, as_new(a.fallbacks, ids), std::move(id)});
  }
  return out;
}

std::optional<std::int64_t> time_of(std::int64_t created_at) {
  return created_at > 0 ? std::optional{created_at} : std::nullopt;
}

put_rule as_put(const rules::definition& d, known_ids& ids) {
  put_rule out;
  out.how = put_mode::replace;
  out.id = d.id;
  out.sql = d.sql;
  out.description = d.description;
  out.actions = as_new(d.actions, ids);
  out.enabled = d.enabled;
  out.stop_on_failure = d.stop_on_failure;
  out.created_at = time_of(d.created_at);
  return out;
}

put_resource as_put(const rules::resource_definition& d, known_ids& /*of actions*/) {
  put_resource out;
  out.how = put_mode::replace;
  out.id = d.id;
  out.type = d.type;
  out.config = d.config;
  out.description = d.description;
  out.created_at = time_of(d.created_at);
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

bool makes_no_sense(const char* kind, std::size_t place) {
  log::error("[Data] \"{}\" of the file cannot be read from element {} on; nothing is imported", kind, place);
  return false;
}

// The records of a kind, each read by `read`, the last one first; false when one makes no sense.
template <class Definition, class Put>
bool read_all(const json::object& data, const char* kind,
              std::optional<Definition> (*read)(const json::value&), std::vector<Put>& out) {
  const auto* rows = data.if_contains(kind);
  if (rows == nullptr)
    return true;
  if (!rows->is_array())
    return makes_no_sense(kind, 0);
  known_ids ids;
  for (const auto& row : rows->get_array()) {
    const auto one = read(row);
    if (!one || one->id.empty())
      return makes_no_sense(kind, out.size());
    out.push_back(as_put(*one, ids));
  }
  std::reverse(out.begin(), out.end()); // taken from the end
  return true;
}

const char* kind_of(const put_rule& /*one*/) { return "rule"; }
const char* kind_of(const put_resource& /*one*/) { return "resource"; }

void leave_out(imported_rules& of, const char* kind, const std::string& id, const std::string& why) {
  if (++of.failed <= most_lines)
    log::error("[Data] the {} {} is not imported: {}", kind, log::printable(id), log::printable(why));
}

// The last one that is within the bounds; nothing: none is left.
template <class Put>
std::optional<Put> take_next(imported_rules& of, std::vector<Put>& left) {
  while (!left.empty()) {
    auto one = std::move(left.back());
    left.pop_back();
    const auto wrong = beyond_limits(one);
    if (wrong.empty())
      return one;
    leave_out(of, kind_of(one), one.id, wrong);
  }
  return std::nullopt;
}

// One after the other.
template <class Answer, class Put>
void import_each(const call_ptr& c, const std::shared_ptr<imported_rules>& what,
                 std::vector<Put> imported_rules::*from, std::function<void()> next) {
  auto one = take_next(*what, (*what).*from);
  if (!one)
    return next();
  auto id = one->id;
  c->self->request(c->where().rules, gathered_request_timeout, std::move(*one))
      .then(
          [c, what, from, id, next = std::move(next)](const Answer& done) {
            if (done.code != 0)
              leave_out(*what, kind_of(Put{}), id, done.message);
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
    import_each<rule_put>(c, what, &imported_rules::rules, [what, next] {
      if (what->failed > most_lines)
        log::error("[Data] {} rules and resources in all are not imported", what->failed);
      next();
    });
  });
}

} // namespace troupe
