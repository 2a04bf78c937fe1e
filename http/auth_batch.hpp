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

inline constexpr std::size_t longest_auth_text = 4096;  // bytes of a name or a password
inline constexpr std::size_t most_auth_entries = 1'000; // of one request

/// As read_page, with ten rows when the request does not say how many.
std::optional<page_request> read_auth_page(call& c);

/// A text that is there, neither empty nor too long.
std::optional<std::string> entry_text(const boost::json::object& entry, std::string_view member);

/// The entries of the body. Nothing, and the call is answered, when it has none, or what is no object.
std::optional<std::vector<boost::json::object>> read_auth_entries(const call_ptr& c);

/// The answer to an entry that came alone and has this member wrong, or not at all.
answer wrong_entry(const boost::json::object& entry, const std::string& member);

/// Sends the entries to the access actor one after the other, and answers with the result of each by its
/// login: "ok", the message of the outcome, or the name of the member that `Read` found wrong.
template <class Command>
class auth_batch : public std::enable_shared_from_this<auth_batch<Command>> {
public:
  using reader = std::variant<Command, std::string> (*)(const boost::json::object&);

  auth_batch(call_ptr c, std::vector<boost::json::object> entries, reader read)
      : call_(std::move(c)), entries_(std::move(entries)), read_(read) {}

  void step() {
    while (next_ < entries_.size()) {
      const auto& entry = entries_[next_++];
      auto login = entry_text(entry, "login").value_or("");
      auto command = read_(entry);
      if (auto* wrong = std::get_if<std::string>(&command)) {
        if (call_->body.is_object())
          return call_->reply(wrong_entry(entry, *wrong));
        results_[login] = *wrong;
        continue;
      }
      call_->self->request(call_->where().access, request_timeout, std::get<Command>(std::move(command)))
          .then(
              [batch = this->shared_from_this(), login](const outcome& o) {
                batch->results_[login] = o.code == body_code::success ? "ok" : o.message;
                batch->step();
              },
              [c = call_](const caf::error&) { c->reply(timeout()); });
      return;
    }
    call_->reply(ok(std::move(results_)));
  }

private:
  call_ptr call_;
  std::vector<boost::json::object> entries_;
  reader read_;
  std::size_t next_ = 0;
  boost::json::object results_;
};

template <class Command>
void add_auth_entries(const call_ptr& c, typename auth_batch<Command>::reader read) {
  if (auto entries = read_auth_entries(c))
    std::make_shared<auth_batch<Command>>(c, std::move(*entries), read)->step();
}

} // namespace troupe
