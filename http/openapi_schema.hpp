// Descriptions of endpoints as JSON Schema, in the parts of an OpenAPI document.
#pragma once

#include "endpoint.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>

namespace troupe {

/// `{"$ref": …}` to one of the document's schemas.
boost::json::object schema_reference(const std::string& name);

boost::json::object object_schema(const object_shape& shape);

/// The query string of a call of `row`, as parameters.
void add_query_parameters(boost::json::array& to, const endpoint& row);

/// The body of a call of `row`: any object or array when the row says nothing about it.
boost::json::object body_schema(const endpoint& row);

/// `data` of an answer that is a success; empty: it has none, or anything.
boost::json::object data_schema(const endpoint& row, bool for_one_node);

} // namespace troupe
