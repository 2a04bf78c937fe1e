// Parameters of actions and resources: what they are, and whether given ones fit.
#include "troupe/rules/parameter.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace troupe::rules {

namespace json = boost::json;

namespace {

bool has_type(const json::value& v, std::string_view type) {
  if (type == "string")
    return v.is_string();
  if (type == "number")
    return v.is_number();
  if (type == "boolean")
    return v.is_bool();
  if (type == "file")
    return v.is_string() || v.is_object();
  return true; // EMQ X takes anything for an object
}

// EMQ X 4.2 has no type of files.
const char* shown_type(const parameter& p) noexcept {
  return std::string_view{p.type} == "file" ? "string" : p.type;
}

std::string error_of(const json::value* given, const parameter& wanted) {
  const std::string name = wanted.name;
  if (given == nullptr)
    return wanted.required && !wanted.may_be_left_out ? "{required_field_missing," + name + "}"
                                                      : std::string{};
  if (!has_type(*given, wanted.type))
    return "{invalid_data_type,{" + std::string{shown_type(wanted)} + "," + name + "}}";
  if (wanted.choices_json == nullptr)
    return {};
  const auto choices = json::parse(wanted.choices_json).as_array();
  const auto same = [&](const json::value& c) {
    return c.is_number() ? given->to_number<double>() == c.to_number<double>() : c == *given;
  };
  if (std::none_of(choices.begin(), choices.end(), same))
    return "{invalid_data_type,{enum," + name + "}}";
  return {};
}

} // namespace

std::string check_parameters(const json::object& given, std::span<const parameter> wanted) {
  std::vector<const parameter*> by_name;
  for (const auto& p : wanted)
    by_name.push_back(&p);
  std::sort(by_name.begin(), by_name.end(),
            [](const auto* a, const auto* b) { return std::string_view{a->name} < b->name; });
  for (const auto* p : by_name)
    if (auto error = error_of(given.if_contains(p->name), *p); !error.empty())
      return error;
  return {};
}

std::string check_ranges(const json::object& given, std::span<const parameter> wanted) {
  for (const auto& p : wanted) {
    const auto* v = given.if_contains(p.name);
    if (v == nullptr || !v->is_number() || p.most == 0)
      continue;
    const auto n = v->to_number<double>();
    if (!(n >= static_cast<double>(p.least) && n <= static_cast<double>(p.most) && n == std::floor(n)))
      return "{invalid_data_type,{{number," + std::to_string(p.least) + "," + std::to_string(p.most) + "}," +
             p.name + "}}";
  }
  return {};
}

json::object describe(std::span<const parameter> parameters) {
  json::object out;
  int order = 0;
  for (const auto& p : parameters) {
    json::object one{{"order", ++order},
                     {"type", shown_type(p)},
                     {"required", p.required},
                     {"title", to_json(p.heading)},
                     {"description", to_json(p.description)}};
    if (p.default_json != nullptr)
      one["default"] = json::parse(p.default_json);
    if (p.format != nullptr)
      one["format"] = p.format;
    if (std::string_view{p.type} == "object")
      one["schema"] = json::object{};
    if (p.choices_json != nullptr)
      one["enum"] = json::parse(p.choices_json);
    if (p.input != nullptr)
      one["input"] = p.input;
    out[p.name] = std::move(one);
  }
  return out;
}

} // namespace troupe::rules
