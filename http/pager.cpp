#include "pager.hpp"

#include "troupe/actors/config.hpp"

#include <limits>

namespace troupe {

std::optional<page_request> read_page(call& c, std::optional<std::int64_t> rows) {
  constexpr std::int64_t bound = std::int64_t{1} << 47;
  auto page = c.args.integer("_page");
  auto limit = c.args.integer("_limit", 0, std::numeric_limits<std::int64_t>::max());
  if (!c.args.wrong().empty())
    return std::nullopt;
  page_request out;
  out.page = page.value_or(1);
  out.limit = limit.value_or(rows.value_or(static_cast<std::int64_t>(c.config().management.max_row_limit)));
  std::int64_t take = std::min(out.limit, bound);
  std::int64_t before = out.page > 1 ? out.page - 1 : 0;
  out.take = static_cast<std::size_t>(take);
  out.skip = static_cast<std::size_t>(take > 0 && before > bound / take ? bound : before * take);
  return out;
}

} // namespace troupe
