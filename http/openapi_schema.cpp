#include "openapi_schema.hpp"

#include <string_view>

namespace troupe {

namespace json = boost::json;

namespace {

json::object type_schema(std::string_view types) {
  if (types == "any")
    return {};
  json::array all;
  while (true) {
    const auto bar = types.find('|');
    all.emplace_back(types.substr(0, bar));
    if (bar == std::string_view::npos)
      break;
    types.remove_prefix(bar + 1);
  }
  return {{"type", all.size() == 1 ? all.front() : json::value(all)}};
}

json::object members_schema(std::span<const json_member> members, const char* others) {
  json::object properties;
  json::array required;
  for (const json_member& m : members) {
    properties[m.name] = type_schema(m.type);
    if (m.required)
      required.emplace_back(m.name);
  }
  json::object out{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty())
    out["required"] = std::move(required);
  if (others)
    out["additionalProperties"] = type_schema(others);
  return out;
}

json::object array_of(json::object items) { return {{"type", "array"}, {"items", std::move(items)}}; }

// What one node answers.
json::object part_schema(const description& d, bool many) {
  json::object one = d.data ? schema_reference(d.data->name) : json::object{};
  json::object all = many ? array_of(std::move(one)) : std::move(one);
  if (d.empty_if_unknown)
    all = {{"anyOf", {std::move(all), {{"type", "object"}, {"maxProperties", 0}}}}};
  return all;
}

} // namespace

json::object schema_reference(const std::string& name) { return {{"$ref", "#/components/schemas/" + name}}; }

json::object object_schema(const object_shape& shape) {
  json::object out = members_schema(shape.members, shape.others);
  if (!shape.others)
    out["additionalProperties"] = false;
  return out;
}

void add_query_parameters(json::array& to, const endpoint& row) {
  for (const json_member& m : row.about.query)
    to.push_back(json::object{
        {"name", m.name}, {"in", "query"}, {"required", false}, {"schema", type_schema(m.type)}});
}

json::object body_schema(const endpoint& row) {
  if (row.about.body.empty())
    return type_schema("object|array");
  json::object one = members_schema(row.about.body, nullptr);
  return row.about.batch ? array_of(std::move(one)) : one;
}

json::object data_schema(const endpoint& row, bool for_one_node) {
  const description& d = row.about;
  if (row.where == scope::listed)
    return part_schema(d, !for_one_node);
  if (row.where == scope::grouped && !for_one_node)
    return array_of({{"type", "object"},
                     {"required", {"node", row.key}},
                     {"properties", {{"node", type_schema("string")}, {row.key, part_schema(d, d.many)}}}});
  return d.data ? part_schema(d, d.many) : json::object{};
}

} // namespace troupe
