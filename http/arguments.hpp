// The parameters of a request: of the path, the query string and a JSON body.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// Reading a parameter of the wrong type gives nothing and is remembered in `wrong`, so that a function reads
/// all that it wants and checks once. The query string wins over the body, whose values are typed; in the
/// query string, numbers and booleans are spelled.
class arguments {
public:
  using text_pairs = std::vector<std::pair<std::string, std::string>>;

  arguments() = default;
  arguments(text_pairs path, text_pairs query, boost::json::value body)
      : path_(std::move(path)), query_(std::move(query)), body_(std::move(body)) {}

  /// The decoded path segment in the place of `:name`; empty when the path has no such segment.
  const std::string& path(std::string_view name) const;

  std::optional<std::string> text(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name);
  std::optional<bool> boolean(std::string_view name);

  /// As `integer`, but outside of `low` to `high` is wrong too.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high);

  /// The parameter as it is; text when it is in the query string.
  std::optional<boost::json::value> value(std::string_view name) const;

  /// The body as it is, for who takes one entry or many; null: none.
  const boost::json::value& body() const noexcept { return body_; }

  /// All parameters of the query string and the body, as they were sent.
  boost::json::object sent() const;

  /// The name of the first parameter that was wrong; empty when all were right.
  const std::string& wrong() const noexcept { return wrong_; }
  void set_wrong(std::string_view name);

private:
  const std::string* in_query(std::string_view name) const;
  const boost::json::value* in_body(std::string_view name) const;

  text_pairs path_;
  text_pairs query_;
  boost::json::value body_;
  std::string wrong_;
};

} // namespace troupe
