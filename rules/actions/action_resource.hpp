// What an action finds of its resource when it is made.
#pragma once

#include "troupe/actors/rule_action.hpp"

#include <boost/json/string.hpp>

namespace troupe::rules {

/// A parameter that is a text; empty: it was not given.
inline std::string text_or_none(const boost::json::object& params, const char* name) {
  const auto* v = params.if_contains(name);
  return v == nullptr ? std::string{} : std::string{v->get_string().data(), v->get_string().size()};
}

/// The resource of the parameter `$resource`, or why it cannot be used: none has the id, or it is of another
/// class.
template <class Resource>
std::variant<std::shared_ptr<const Resource>, std::string> resource_of(const boost::json::object& params,
                                                                       const action_surroundings& around) {
  const auto id = text_or_none(params, "$resource");
  const auto found = around.resources.find(id);
  if (found == around.resources.end())
    return "{resource_not_initialized,<<\"" + id + "\">>}";
  auto of_class = std::dynamic_pointer_cast<const Resource>(found->second);
  if (!of_class)
    return "{resource_type_mismatch,<<\"" + id + "\">>}";
  return of_class;
}

inline constexpr parameter resource_parameter{
    .name = "$resource",
    .type = "string",
    .required = true,
    .heading = {"Resource ID", "资源 ID"},
    .description = {"Bind a resource to this action", "给动作绑定一个资源"}};

} // namespace troupe::rules
