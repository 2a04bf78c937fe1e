// The level of the log, which may change at run time; Troupe's own endpoint (EMQ X has it on the command line
// only).
#include "troupe/actors/log.hpp"

#include "call.hpp"
#include "endpoint.hpp"

#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

void show(const call_ptr& c) {
  c->reply(ok(json::object{{"node", c->where().node_name}, {"level", log::level()}}));
}

void change(const call_ptr& c) {
  const auto level = c->args.text("level");
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  if (!level)
    return c->reply(failure(body_code::missing_parameter, "missing_required_params"));
  const auto before = log::level();
  if (!log::set_level(*level))
    return c->reply(bad_parameter("level"));
  log::info("[Log] the level is {}, after {}", *level, before);
  c->reply(ok());
}

constexpr json_member level_shape_members[] = {{"node", "string"}, {"level", "string"}};
constexpr object_shape level_shape{"LogLevel", level_shape_members};
constexpr description of_level{.data = &level_shape};

constexpr json_member change_members[] = {{"level", "string"}};
constexpr description of_change{.body = change_members};

constexpr endpoint table[] = {
    {"GET", "/log", "/nodes/:node/log", scope::listed, nullptr, "list_log_levels",
     "The log level of all nodes in the cluster", "get_log_level", "The log level of a node", show, of_level},
    {"PUT", "/log", "/nodes/:node/log", scope::anywhere, nullptr, "set_log_levels",
     "Set the log level in the cluster", "set_log_level", "Set the log level of a node", change, of_change},
};

} // namespace

std::span<const endpoint> log_endpoints() { return table; }

} // namespace troupe
