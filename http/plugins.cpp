// Plugins (reference/http-api.md section 7).
#include "call.hpp"
#include "endpoint.hpp"
#include "switching.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

void list(const call_ptr& c) {
  c->self->request(c->where().plugins, gathered_request_timeout, plugin_query{})
      .then(
          [c](const plugin_page& page) {
            json::array rows;
            for (const plugin_row& row : page.rows)
              rows.push_back(json::object{{"name", row.name},
                                          {"version", row.version},
                                          {"description", row.description},
                                          {"active", row.active},
                                          {"type", row.type}});
            c->reply(ok(std::move(rows)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void change(const call_ptr& c, switch_plugin::action what) {
  switch_at(c, c->where().plugins, switch_plugin{c->args.path("plugin"), what});
}

void load(const call_ptr& c) { change(c, switch_plugin::action::load); }
void unload(const call_ptr& c) { change(c, switch_plugin::action::unload); }
void reload(const call_ptr& c) { change(c, switch_plugin::action::reload); }

constexpr json_member plugin_shape_members[] = {{"name", "string"},
                                                {"version", "string"},
                                                {"description", "string"},
                                                {"active", "boolean"},
                                                {"type", "string"}};
constexpr object_shape plugin_shape{"Plugin", plugin_shape_members};
constexpr description of_plugins{.data = &plugin_shape, .many = true};

constexpr endpoint table[] = {
    {"GET", "/plugins/", "/nodes/:node/plugins/", scope::grouped, "plugins", "list_all_plugins",
     "List all plugins in the cluster", "list_node_plugins", "List all plugins on a node", list, of_plugins},
    {"PUT", "/plugins/:plugin/load", "/nodes/:node/plugins/:plugin/load", scope::anywhere, nullptr,
     "load_plugin", "Load a plugin in the cluster", "load_node_plugin", "Load a plugin", load},
    {"PUT", "/plugins/:plugin/unload", "/nodes/:node/plugins/:plugin/unload", scope::anywhere, nullptr,
     "unload_plugin", "Unload a plugin in the cluster", "unload_node_plugin", "Unload a plugin", unload},
    {"PUT", "/plugins/:plugin/reload", "/nodes/:node/plugins/:plugin/reload", scope::anywhere, nullptr,
     "reload_plugin", "Reload a plugin in the cluster", "reload_node_plugin", "Reload a plugin", reload},
};

} // namespace

std::span<const endpoint> plugin_endpoints() { return table; }

} // namespace troupe
