// Queries of the settings: what a client is called never becomes a part of the statement.
#include "actors/access/sql_query.hpp"
#include "require.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
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
    const auto pieces = split_sql(bound->text, marks);
    troupe::test::require(pieces.has_value(), "every literal ends");
    std::string together;
    for (const auto& p : *pieces)
      together += p.text;
    troupe::test::require(together == bound->text, "the pieces are the statement");
    troupe::test::require(has_only_parameters(bound->text, bound->parameters.size(), marks),
                          "and nothing else is bound");
  }
  return 0;
}
