// Who decides about access: acl.conf, and plugins before it.
#pragma once

#include "troupe/access/acl_rule.hpp"

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
};

/// The deciders that are on, in the order in which they are asked: plugins as they were loaded, acl.conf last
/// (reference/plugins-modules.md section 3). Immutable.
class acl_chain {
public:
  using deciders = std::vector<std::shared_ptr<const acl_decider>>;

  acl_chain() = default;
  explicit acl_chain(deciders all) : deciders_(std::move(all)) {}

  /// Of the first that knows; nothing when none does: `acl_nomatch` decides.
  std::optional<decision> decide(const subject& who, operation what, std::string_view topic) const noexcept {
    for (const auto& d : deciders_)
      if (const auto result = d->decide(who, what, topic))
        return result;
    return std::nullopt;
  }

private:
  deciders deciders_;
};

} // namespace troupe::access
