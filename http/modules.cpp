// EMQ X's modules (reference/http-api.md section 7).
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
  c->self->request(c->where().modules, request_timeout, module_query{})
      .then(
          [c](const module_page& page) {
            json::array rows;
            for (const module_row& row : page.rows)
              rows.push_back(
                  json::object{{"name", row.name}, {"description", row.description}, {"active", row.active}});
            c->reply(ok(std::move(rows)));
          },
          [c](const caf::error&) { c->reply(timeout()); });
}

void change(const call_ptr& c, bool load) {
  switch_at(c, c->where().modules, switch_module{c->args.path("module"), load});
}

void load(const call_ptr& c) { change(c, true); }
void unload(const call_ptr& c) { change(c, false); }

void reload(const call_ptr& c) {
  const bool strict = c->args.boolean("strict").value_or(false);
  if (const auto& wrong = c->args.wrong(); !wrong.empty())
    c->reply(bad_parameter(wrong));
  else
    switch_at(c, c->where().modules, reload_module{c->args.path("module"), strict});
}

constexpr json_member reload_query[] = {{"strict", "boolean", false}};

constexpr json_member module_shape_members[] = {
    {"name", "string"}, {"description", "string"}, {"active", "boolean"}};
constexpr object_shape module_shape{"Module", module_shape_members};

constexpr description of_modules{.data = &module_shape, .many = true};

constexpr endpoint table[] = {
    {"GET", "/modules/", "/nodes/:node/modules/", scope::grouped, "modules", "list_all_modules",
     "List all modules in the cluster", "list_node_modules", "List all modules on a node", list, of_modules},
    {"PUT", "/modules/:module/load", "/nodes/:node/modules/:module/load", scope::anywhere, nullptr,
     "load_module", "Load a module in the cluster", "load_node_module", "Load a module", load},
    {"PUT", "/modules/:module/unload", "/nodes/:node/modules/:module/unload", scope::anywhere, nullptr,
     "unload_module", "Unload a module in the cluster", "unload_node_module", "Unload a module", unload},
    {"PUT",
     "/modules/:module/reload",
     "/nodes/:node/modules/:module/reload",
     scope::anywhere,
     nullptr,
     "reload_module",
     "Reload a module in the cluster",
     "reload_node_module",
     "Reload a module",
     reload,
     {.query = reload_query}},
};

} // namespace

std::span<const endpoint> module_endpoints() { return table; }

} // namespace troupe
