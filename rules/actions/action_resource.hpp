// What actions share that use a resource: what they find of it when they are made, and their parameters.
#pragma once

#include "troupe/actors/rule_action.hpp"

#include <boost/json/string.hpp>

namespace troupe::rules {

/// A parameter that is a text; empty: it was not given.
inline std::string text_or_none(const boost::json::object& params, const char* name) {
  const auto* v = params.if_contains(name);
  return v == nullptr ? std::string{} : std::string{v->get_string().data(), v->get_string().size()};
}

/// What the error begins with that says that none has the id.
inline constexpr const char* no_such_resource = "{resource_not_initialized";

inline std::string resource_mismatch(const std::string& id) {
  return "{resource_type_mismatch,<<\"" + id + "\">>}";
}

/// The resource of the parameter `$resource`, or why it cannot be used: none has the id, or it is of another
/// class.
template <class Resource>
std::variant<std::shared_ptr<const Resource>, std::string> resource_of(const boost::json::object& params,
                                                                       const action_surroundings& around) {
  const auto id = text_or_none(params, "$resource");
  const auto found = around.resources.find(id);
  if (found == around.resources.end())
    return std::string{no_such_resource} + ",<<\"" + id + "\">>}";
  auto of_class = std::dynamic_pointer_cast<const Resource>(found->second);
  if (!of_class)
    return resource_mismatch(id);
  return of_class;
}

inline constexpr parameter resource_parameter{
    .name = "$resource",
    .type = "string",
    .required = true,
    .heading = {"Resource ID", "资源 ID"},
    .description = {"Bind a resource to this action", "给动作绑定一个资源"}};

inline constexpr parameter payload_parameter{
    .name = "payload_tmpl",
    .type = "string",
    .required = false,
    .default_json = R"("")",
    .heading = {"Payload Template", "消息内容模板"},
    .description =
        {"The payload template, variable interpolation is supported. If using empty template (default), "
         "then the payload will be all the available vars in JSON format",
         "消息内容模板，支持变量。若使用空模板（默认），消息内容为 JSON 格式的所有字段"},
    .input = "textarea"};

} // namespace troupe::rules
