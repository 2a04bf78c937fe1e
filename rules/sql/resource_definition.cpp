#include "troupe/rules/resource_definition.hpp"

#include "record_members.hpp"

namespace troupe::rules {

namespace json = boost::json;

json::object to_record(const resource_definition& d) {
  return {{"id", d.id},
          {"type", d.type},
          {"config", d.config},
          {"description", d.description},
          {"created_at", d.created_at}};
}

std::optional<resource_definition> read_resource(const json::value& record) {
  const auto* o = record.if_object();
  if (o == nullptr)
    return {};
  const auto id = text_member(*o, "id"), type = text_member(*o, "type");
  const auto* config = o->if_contains("config");
  if (!id || id->empty() || !type || config == nullptr || !config->is_object())
    return {};
  resource_definition d{*id, *type, config->get_object(), text_member(*o, "description").value_or(""), 0};
  if (const auto* at = o->if_contains("created_at"); at != nullptr && at->is_int64())
    d.created_at = at->get_int64();
  return d;
}

} // namespace troupe::rules
