// Pages of rows that lie on several shards.
#pragma once

#include "call.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace troupe {

struct page_request {
  std::int64_t page = 1;  // as sent; up to 1 all mean the first
  std::int64_t limit = 0; // rows of a page, as sent or management.max_row_limit
  std::size_t skip = 0;   // rows before the page
  std::size_t take = 0;   // rows of the page, bounded so that skip + take cannot overflow
};

/// The paging parameters `_page` and `_limit`. Nothing (and `args.wrong`) when one is no integer or the limit
/// is negative. `rows` when the request does not say how many; nothing: management.max_row_limit.
std::optional<page_request> read_page(call& c, std::optional<std::int64_t> rows = {});

/// A page of rows, ready for an answer.
struct page_window {
  page_request request;
  bool filtered = false; // counts are unknown then
  std::size_t total = 0; // rows without filters
  bool has_next = false; // at least one row behind the page

  page_meta meta() const {
    return {request.page, request.limit, filtered ? -1 : static_cast<std::int64_t>(total), has_next};
  }
};

/// Asks the routers of the node one after the other for the rows `skip` to `skip + limit` of `query`, as if
/// their rows stood behind each other. Calls `done(rows, total, has_next)`; with nothing when no shard
/// answered. A shard that stays silent counts as empty.
template <class Query, class Page, class Done>
class shard_walk : public std::enable_shared_from_this<shard_walk<Query, Page, Done>> {
public:
  using rows_type = decltype(Page::rows);

  shard_walk(call_ptr c, Query query, Done done)
      : call_(std::move(c)), query_(std::move(query)), done_(std::move(done)) {}

  void step() {
    const auto& routers = call_->where().routers;
    if (next_ == routers.size()) {
      if (answered_)
        done_(std::move(rows_), total_, has_next_);
      else
        call_->reply(failure(body_code::rpc_error, "no shard answered"));
      return;
    }
    call_->self->request(routers[next_++], request_timeout, query_)
        .then(
            [walk = this->shared_from_this()](Page& page) {
              walk->take(page);
              walk->step();
            },
            [walk = this->shared_from_this()](const caf::error&) { walk->step(); });
  }

private:
  void take(Page& page) {
    answered_ = true;
    total_ += page.total;
    has_next_ = has_next_ || page.matched > query_.skip + page.rows.size();
    query_.skip -= std::min(query_.skip, page.matched);
    query_.limit -= std::min(query_.limit, page.rows.size());
    rows_.insert(rows_.end(), std::make_move_iterator(page.rows.begin()),
                 std::make_move_iterator(page.rows.end()));
  }

  call_ptr call_;
  Query query_;
  Done done_;
  std::size_t next_ = 0;
  bool answered_ = false;
  rows_type rows_;
  std::size_t total_ = 0;
  bool has_next_ = false;
};

template <class Page, class Query, class Done>
void walk_shards(const call_ptr& c, Query query, Done done) {
  std::make_shared<shard_walk<Query, Page, Done>>(c, std::move(query), std::move(done))->step();
}

/// Answers with the page that the request asks for. `read_filters(args, query)` fills the query and says
/// whether it filters; `show(call, rows)` makes the rows' JSON.
template <class Page, class Query, class Read, class Show>
void reply_page(const call_ptr& c, Query query, Read read_filters, Show show) {
  page_window window;
  const auto request = read_page(*c);
  window.filtered = read_filters(c->args, query);
  if (!c->args.wrong().empty())
    return c->reply(bad_parameter(c->args.wrong()));
  window.request = *request;
  query.skip = request->skip;
  query.limit = request->take;
  using rows_type = decltype(Page::rows);
  walk_shards<Page>(c, std::move(query),
                    [c, window, show](const rows_type& rows, std::size_t total, bool has_next) mutable {
                      window.total = total;
                      window.has_next = has_next;
                      c->reply(ok(show(*c, rows), window.meta()));
                    });
}

/// More rows than any table has, and no trouble for sums.
inline constexpr std::size_t all_rows = std::size_t{1} << 48;

} // namespace troupe
