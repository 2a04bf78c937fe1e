// What a node answers to a call, before it becomes HTTP.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

struct http_response;
struct endpoint;
struct outcome;

/// Body codes (reference/http-api.md section 1.7).
namespace body_code {
inline constexpr int success = 0;
inline constexpr int rpc_error = 101;
inline constexpr int unknown = 102;
inline constexpr int wrong_credentials = 103;
inline constexpr int empty_credentials = 104;
inline constexpr int no_such_user = 105;
inline constexpr int missing_parameter = 107;
inline constexpr int bad_parameter = 108;
inline constexpr int bad_json = 109;
inline constexpr int already_on = 110;
inline constexpr int already_off = 111;
inline constexpr int not_found = 112;
inline constexpr int user_exists = 113;
inline constexpr int bad_topic = 115;
} // namespace body_code

struct page_meta {
  std::int64_t page = 1;
  std::int64_t limit = 0;
  std::int64_t count = 0; // rows without filters; -1 when there are filters
  bool has_next = false;
};

/// A body that is not in the usual form of an answer.
struct raw_body {
  std::string text;
  std::string content_type;
};

struct answer {
  int status = 200;
  int code = body_code::success;
  std::string message; // of an error
  std::optional<boost::json::value> data;
  std::optional<page_meta> meta;
  std::optional<raw_body> raw; // instead of all these
};

answer ok();
answer ok(boost::json::value data);
answer ok(boost::json::value data, page_meta meta);

answer ok(raw_body body);

/// An error of the application: HTTP 200 with a code.
answer failure(int code, std::string message);

/// HTTP 400: the parameter of this name has the wrong type or an impossible value.
answer bad_parameter(std::string_view name);

/// The answer to a command of which this is the outcome.
answer to_answer(const outcome& o);

/// An actor did not answer in time.
answer timeout();

/// HTTP 404: unknown path, method or node.
answer no_such_path();

http_response to_response(answer a);

struct node_answer {
  std::string node;
  answer what;
};

/// The answer of the cluster to a call of `row` from those of its nodes. A node that failed is left out,
/// unless all did: then the first failure is the answer.
answer merge(const endpoint& row, std::vector<node_answer> parts);

} // namespace troupe
