// Queries of the settings: what a client is called never becomes a part of the statement.
#include "actors/access/sql_query.hpp"
#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace troupe::access;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  static const client_facts one{.client_id = "first", .username = "first"};
  static const client_facts other{.client_id = "' or '1'='1", .username = "\\'; --"};
  for (const auto marks : {parameter_marks::numbered, parameter_marks::question}) {
    const auto bound = bind_query(text, marks);
    if (!bound)
      continue;
    troupe::test::require(bound->values(one, nullptr).size() == bound->parameters.size() &&
                              bound->values(other, nullptr).size() == bound->parameters.size(),
                          "there is a value for each parameter");
    std::size_t quotes = 0;
    for (const char c : bound->text)
      quotes += c == '\'' ? 1 : 0;
    troupe::test::require(quotes % 2 == 0, "every literal ends");
  }
  return 0;
}
