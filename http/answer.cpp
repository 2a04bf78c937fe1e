#include "answer.hpp"

#include "endpoint.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/mqtt/shown_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace troupe {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_message = 4096; // bytes

} // namespace

answer ok() { return {}; }

answer ok(json::value data) {
  answer a;
  a.data = std::move(data);
  return a;
}

answer ok(json::value data, page_meta meta) {
  answer a = ok(std::move(data));
  a.meta = meta;
  return a;
}

answer failure(int code, std::string message) {
  answer a;
  a.code = code;
  a.message = std::move(message);
  return a;
}

answer bad_parameter(std::string_view name) {
  answer a = failure(body_code::bad_parameter, "Bad parameter: " + std::string(name));
  a.status = 400;
  return a;
}

answer ok(raw_body body) {
  answer a;
  a.raw = std::move(body);
  return a;
}

answer to_answer(const outcome& o) {
  // It may quote a file, in which any bytes may stand.
  return o.code == body_code::success ? ok() : failure(o.code, mqtt::valid_text(o.message, longest_message));
}

answer timeout() { return failure(body_code::rpc_error, "timeout"); }

answer no_such_path() {
  answer a = failure(404, "Not found");
  a.status = 404;
  return a;
}

http_response to_response(answer a) {
  if (a.raw)
    return {a.status, std::move(a.raw->text), std::move(a.raw->content_type)};
  json::object body;
  body["code"] = a.code;
  if (a.code != body_code::success)
    body["message"] = a.message;
  if (a.data)
    body["data"] = std::move(*a.data);
  if (a.meta)
    body["meta"] = json::object{{"page", a.meta->page},
                                {"limit", a.meta->limit},
                                {"count", a.meta->count},
                                {"hasnext", a.meta->has_next}};
  http_response out;
  out.status = a.status;
  out.body = json::serialize(body);
  return out;
}

namespace {

void add_rows(answer& to, answer&& from) {
  json::array& rows = to.data->as_array();
  for (json::value& row : from.data->as_array())
    rows.push_back(std::move(row));
  if (to.meta && from.meta) {
    to.meta->has_next = to.meta->has_next || from.meta->has_next;
    to.meta->count = to.meta->count < 0 || from.meta->count < 0 ? -1 : to.meta->count + from.meta->count;
  }
}

json::value listed(const endpoint& row, node_answer&& part) {
  if (row.where == scope::listed)
    return std::move(*part.what.data);
  return json::object{{"node", part.node}, {row.key, std::move(*part.what.data)}};
}

} // namespace

answer merge(const endpoint& row, std::vector<node_answer> parts) {
  if (parts.empty())
    return failure(body_code::rpc_error, "no node answered");
  answer first_failure;
  std::optional<answer> merged;
  for (node_answer& part : parts) {
    if (part.what.code != body_code::success) {
      if (first_failure.code == body_code::success)
        first_failure = std::move(part.what);
    } else if (row.where == scope::local || row.where == scope::anywhere) {
      return std::move(part.what);
    } else if (row.where == scope::concatenated) {
      if (merged)
        add_rows(*merged, std::move(part.what));
      else
        merged = std::move(part.what);
    } else {
      if (!merged)
        merged = ok(json::array{});
      merged->data->as_array().push_back(listed(row, std::move(part)));
    }
  }
  return merged ? std::move(*merged) : std::move(first_failure);
}

} // namespace troupe
