// The endpoint tables as an OpenAPI 3.1 document: what a generator of clients reads.
#include "call.hpp"
#include "endpoint.hpp"
#include "openapi_schema.hpp"
#include "troupe/mqtt/words.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string>

namespace troupe {

namespace json = boost::json;

namespace {

// "/clients/:clientid" is "/clients/{clientid}" there; `names` collects the parameters.
std::string templated(std::string_view path, std::vector<std::string>& names) {
  std::string out;
  while (path.size() > 1 && path.back() == '/')
    path.remove_suffix(1);
  while (!path.empty()) {
    const auto colon = path.find(':');
    out += path.substr(0, colon);
    if (colon == std::string_view::npos)
      break;
    path.remove_prefix(colon + 1);
    const auto end = std::min(path.find('/'), path.size());
    names.emplace_back(path.substr(0, end));
    out += "{" + names.back() + "}";
    path.remove_prefix(end);
  }
  return out;
}

json::object with_schema(const char* description, json::object schema) {
  return {{"description", description}, {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
}

json::object success_schema(const endpoint& row, bool for_one_node) {
  json::object envelope = schema_reference("Answer");
  json::object data = data_schema(row, for_one_node);
  if (data.empty())
    return envelope;
  return {{"allOf", {envelope, {{"type", "object"}, {"properties", {{"data", std::move(data)}}}}}}};
}

// EMQ X calls more than one endpoint "delete": a lone word is followed by what it is about.
std::string operation_id(const endpoint& row, bool for_one_node) {
  std::string id = for_one_node ? row.node_name : row.name;
  if (id.find('_') != std::string::npos)
    return id;
  const std::string_view path{row.path};
  return id.append("_").append(path.substr(1, path.find('/', 1) - 1));
}

json::object operation(const endpoint& row, bool for_one_node, const std::vector<std::string>& names) {
  json::array parameters;
  for (const auto& name : names)
    parameters.push_back(
        json::object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  add_query_parameters(parameters, row);
  json::object out{{"operationId", operation_id(row, for_one_node)},
                   {"summary", for_one_node ? row.node_descr : row.descr}};
  if (!parameters.empty())
    out["parameters"] = std::move(parameters);
  const std::string_view method = row.method;
  if (method == "POST" || method == "PUT")
    out["requestBody"] = {{"required", false},
                          {"content", {{"application/json", {{"schema", body_schema(row)}}}}}};
  out["responses"] = {{"200", with_schema("Done, or refused by the application: see code",
                                          success_schema(row, for_one_node))},
                      {"400", {{"$ref", "#/components/responses/BadRequest"}}},
                      {"401", {{"$ref", "#/components/responses/Unauthorized"}}},
                      {"404", {{"$ref", "#/components/responses/NotFound"}}},
                      {"500", {{"$ref", "#/components/responses/InternalError"}}}};
  return out;
}

void add(json::object& paths, const endpoint& row, bool for_one_node) {
  std::vector<std::string> names;
  const auto path = templated(for_one_node ? row.node_path : row.path, names);
  auto& item = paths[path];
  if (!item.is_object())
    item = json::object{};
  item.as_object()[mqtt::lower(row.method)] = operation(row, for_one_node, names);
}

json::object components() {
  const json::object answer{{"type", "object"},
                            {"required", {"code"}},
                            {"properties",
                             {{"code", {{"type", "integer"}, {"description", "0: done"}}},
                              {"message", {{"type", "string"}, {"description", "What went wrong"}}},
                              {"data", json::object{}},
                              {"meta", schema_reference("Meta")}}},
                            {"if", {{"properties", {{"code", {{"const", 0}}}}}}},
                            {"else", {{"required", {"message"}}}}};
  const json::object meta{{"type", "object"},
                          {"required", {"page", "limit", "count", "hasnext"}},
                          {"properties",
                           {{"page", {{"type", "integer"}}},
                            {"limit", {{"type", "integer"}, {"minimum", 0}}},
                            {"count", {{"type", "integer"}, {"minimum", -1}}},
                            {"hasnext", {{"type", "boolean"}}}}}};
  json::object schemas{{"Answer", answer}, {"Meta", meta}};
  for (std::span<const endpoint> table : endpoint_tables())
    for (const endpoint& row : table)
      if (const object_shape* shape = row.about.data)
        schemas[shape->name] = object_schema(*shape);
  return {{"schemas", std::move(schemas)},
          {"responses",
           {{"BadRequest", with_schema("A parameter or the body is wrong", schema_reference("Answer"))},
            {"Unauthorized", with_schema("Wrong or no credentials", schema_reference("Answer"))},
            {"NotFound", with_schema("There is no such path or node", schema_reference("Answer"))},
            {"InternalError", with_schema("The request could not be served", schema_reference("Answer"))}}},
          {"securitySchemes", {{"application", {{"type", "http"}, {"scheme", "basic"}}}}}};
}

void show(const call_ptr& c) {
  json::object paths;
  for (std::span<const endpoint> table : endpoint_tables())
    for (const endpoint& row : table) {
      if (!row.name)
        continue;
      add(paths, row, false);
      if (row.node_path)
        add(paths, row, true);
    }
  const json::object document{{"openapi", "3.1.0"},
                              {"info", {{"title", "Troupe HTTP API"}, {"version", TROUPE_VERSION}}},
                              {"servers", {{{"url", "/api/v4"}}}},
                              {"security", {{{"application", json::array{}}}}},
                              {"paths", std::move(paths)},
                              {"components", components()}};
  c->reply(ok(raw_body{json::serialize(document), "application/json"}));
}

constexpr endpoint table[] = {
    row("GET", "/openapi.json", scope::local, nullptr, nullptr, show),
};

} // namespace

std::span<const endpoint> openapi_endpoints() { return table; }

} // namespace troupe
