// Who decides about access: acl.conf, and plugins before it.
#pragma once

#include "troupe/access/acl_rule.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::access {

/// Something that may know whether a client may publish or subscribe. It is immutable and asked by all I/O
/// threads at once; new knowledge is a new object.
class acl_decider {
public:
  acl_decider() = default;
  virtual ~acl_decider() = default;

  /// Nothing: it does not know, the next one is asked. `topic` is the name, or the filter without
  /// `$share/<group>/`, as the client wrote it.
  virtual std::optional<decision> decide(const subject& who, operation what,
                                         std::string_view topic) const noexcept = 0;

  /// The number of the back end that has to be asked in its stead; nothing: there is none.
  virtual std::optional<std::uint8_t> back_end() const noexcept { return std::nullopt; }

  /// The number of the back end that sees each PUBLISH and may change or stop it; nothing: there is none.
  virtual std::optional<std::uint8_t> message_filter() const noexcept { return std::nullopt; }
};

/// Stands in a chain for a back end that lets the client wait.
class back_end_decider final : public acl_decider {
public:
  explicit back_end_decider(std::uint8_t number, bool decides = true, bool filters = false) noexcept
      : number_(number), decides_(decides), filters_(filters) {}

  std::optional<decision> decide(const subject&, operation, std::string_view) const noexcept override {
    return std::nullopt;
  }
  std::optional<std::uint8_t> back_end() const noexcept override { return number_if(decides_); }
  std::optional<std::uint8_t> message_filter() const noexcept override { return number_if(filters_); }

private:
  std::optional<std::uint8_t> number_if(bool yes) const noexcept {
    return yes ? std::optional{number_} : std::nullopt;
  }

  std::uint8_t number_;
  bool decides_, filters_;
};

/// The deciders that are on, in the order in which they are asked: plugins as they were loaded, acl.conf last
/// (reference/plugins-modules.md section 3). Immutable.
class acl_chain {
public:
  using deciders = std::vector<std::shared_ptr<const acl_decider>>;

  acl_chain() = default;
  explicit acl_chain(deciders all) : deciders_(std::move(all)) {
    for (const auto& d : deciders_) {
      asks_ = asks_ || d->back_end().has_value();
      if (const auto number = d->message_filter())
        filters_.push_back(*number);
    }
  }

  /// Whether a back end is among them; then `decide_from` is the one to call.
  bool asks() const noexcept { return asks_; }

  /// The back ends that each PUBLISH passes, in order.
  const std::vector<std::uint8_t>& filters() const noexcept { return filters_; }

  /// Of the first that knows; nothing when none does: `acl_nomatch` decides.
  std::optional<decision> decide(const subject& who, operation what, std::string_view topic) const noexcept {
    for (const auto& d : deciders_)
      if (const auto result = d->decide(who, what, topic))
        return result;
    return std::nullopt;
  }

  /// How far those from `from` on get without waiting.
  struct progress {
    std::optional<decision> result;
    std::optional<std::uint8_t> back_end; // has to be asked now; when it does not know, go on from `next`
    std::size_t next = 0;
  };
  progress decide_from(std::size_t from, const subject& who, operation what,
                       std::string_view topic) const noexcept {
    for (std::size_t i = from; i < deciders_.size(); ++i) {
      if (const auto number = deciders_[i]->back_end())
        return {std::nullopt, number, i + 1};
      if (const auto result = deciders_[i]->decide(who, what, topic))
        return {result, std::nullopt, i + 1};
    }
    return {};
  }

private:
  deciders deciders_;
  std::vector<std::uint8_t> filters_;
  bool asks_ = false;
};

} // namespace troupe::access
