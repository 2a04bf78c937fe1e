// What the endpoints of emqx_auth_mnesia share: entries that come alone or as an array, each with a result of
// its own, and pages of ten rows.
#pragma once

#include "call.hpp"
#include "pager.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe {

inline constexpr std::size_t longest_auth_text = 4096;   // bytes of a name or a password
inline constexpr std::size_t most_auth_entries = 10'000; // of one request

/// As read_page, with ten rows when the request does not say how many.
std::optional<page_request> read_auth_page(call& c);

/// The page that was asked for, of `total` rows, each as `to_json` makes it.
template <class Row, class ToJson>
answer auth_page(const page_request& request, const std::vector<Row>& rows, std::size_t total,
                 ToJson to_json) {
  boost::json::array out;
  for (const auto& row : rows)
    out.push_back(to_json(row));
  const bool more = total > request.skip && total - request.skip > rows.size();
  return ok(std::move(out), page_window{request, false, total, more}.meta());
}

/// A text that is there, neither empty nor too long.
std::optional<std::string> entry_text(const boost::json::object& entry, std::string_view member);

/// The entries of the body. Nothing, and the call is answered, when it has none, or what is no object.
std::optional<std::vector<boost::json::object>> read_auth_entries(const call_ptr& c);

/// The answer to an entry that came alone and has this member wrong, or empty, or not at all.
answer wrong_entry(const boost::json::object& entry, const std::string& member);

/// Results of entries by their login; of several the first that failed.
class results_by_login {
public:
  void add(const boost::json::object& entry, const std::string& result) {
    auto& kept = all_[entry_text(entry, "login").value_or("")];
    if (kept.is_null() || kept == "ok")
      kept = result;
  }
  answer take() { return ok(std::move(all_)); }

private:
  boost::json::object all_;
};

/// Sends the entries to the access actor in their order, a thousand before their outcomes are there, and
/// answers with the result of each: "ok", the message of the outcome, or the name of the member that `Read`
/// found wrong.
template <class Command, class Results>
class auth_batch : public std::enable_shared_from_this<auth_batch<Command, Results>> {
public:
  static constexpr std::size_t most_asked = 1'000; // entries under way

  using reader = std::variant<Command, std::string> (*)(const boost::json::object&);

  auth_batch(call_ptr c, std::vector<boost::json::object> entries, reader read, Results results)
      : call_(std::move(c)),
        entries_(std::move(entries)),
        said_(entries_.size()),
        read_(read),
        results_(std::move(results)) {}

  void step() {
    while (!ended_ && next_ < entries_.size() && asked_ < most_asked)
      begin(next_++);
    if (ended_ || next_ < entries_.size() || asked_ > 0)
      return;
    for (std::size_t i = 0; i < entries_.size(); ++i)
      results_.add(entries_[i], said_[i]);
    end(results_.take());
  }

private:
  void begin(std::size_t at) {
    auto command = read_(entries_[at]);
    if (const auto* wrong = std::get_if<std::string>(&command)) {
      said_[at] = *wrong;
      if (call_->args.body().is_object())
        end(wrong_entry(entries_[at], *wrong));
      return;
    }
    ++asked_;
    call_->self
        ->request(call_->where().access, gathered_request_timeout, std::get<Command>(std::move(command)))
        .then(
            [batch = this->shared_from_this(), at](const outcome& o) {
              --batch->asked_;
              batch->said_[at] = o.code == body_code::success ? "ok" : o.message;
              batch->step();
            },
            [batch = this->shared_from_this()](const caf::error&) { batch->end(timeout()); });
  }

  void end(answer a) {
    if (!std::exchange(ended_, true))
      call_->reply(std::move(a));
  }

  call_ptr call_;
  std::vector<boost::json::object> entries_;
  std::vector<std::string> said_; // of each entry
  reader read_;
  std::size_t next_ = 0, asked_ = 0;
  bool ended_ = false;
  Results results_;
};

template <class Command, class Results = results_by_login>
void add_auth_entries(const call_ptr& c, typename auth_batch<Command, Results>::reader read,
                      Results results = {}) {
  if (auto entries = read_auth_entries(c))
    std::make_shared<auth_batch<Command, Results>>(c, std::move(*entries), read, std::move(results))->step();
}

} // namespace troupe
