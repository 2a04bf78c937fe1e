// What the OpenAPI document tells of an endpoint beside its path.
#pragma once

#include <span>

namespace troupe {

/// A parameter of a call, or a member of what it answers.
struct json_member {
  const char* name;
  const char* type; // of JSON, such as "integer"; several with '|' between them; "any"
  bool required = true;
};

/// An object in an answer.
struct object_shape {
  const char* name; // "Client"
  std::span<const json_member> members;
  const char* others = nullptr; // the type of members that are not listed; null: there are none
};

struct description {
  std::span<const json_member> query = {}; // parameters of the query string
  std::span<const json_member> body = {};
  bool batch = false;                 // the body is an array of such objects
  const object_shape* data = nullptr; // what a node's answer holds
  bool many = false;                  // as an array
  bool empty_if_unknown = false;      // or {} when there is no such thing
};

} // namespace troupe
