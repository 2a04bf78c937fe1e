#include "troupe/mqtt/ban_table.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace troupe::mqtt {

namespace {

constexpr std::array<std::string_view, 3> names{"clientid", "username", "peerhost"};

std::uint64_t hash_of(ban_kind as, std::string_view who) noexcept {
  const auto h = std::hash<std::string_view>{}(who);
  return (h ^ (h >> 32)) + static_cast<std::uint64_t>(as);
}

bool is(const ban& b, ban_kind as, std::string_view who) noexcept { return b.as == as && b.who == who; }

} // namespace

std::string_view to_string(ban_kind kind) noexcept { return names[static_cast<std::size_t>(kind)]; }

std::optional<ban_kind> parse_ban_kind(std::string_view text) noexcept {
  const auto i = std::find(names.begin(), names.end(), text);
  if (i == names.end())
    return std::nullopt;
  return static_cast<ban_kind>(i - names.begin());
}

const ban_table::leaf* ban_table::leaf_of(std::uint64_t hash) const noexcept {
  const branch* b = root_ ? root_->branches[hash % fan_out].get() : nullptr;
  return b == nullptr ? nullptr : b->leaves[hash / fan_out % fan_out].get();
}

const ban* ban_table::find(ban_kind as, std::string_view who) const noexcept {
  const auto hash = hash_of(as, who);
  if (const leaf* l = leaf_of(hash))
    for (const entry& e : *l)
      if (e.hash == hash && is(*e.what, as, who))
        return e.what.get();
  return nullptr;
}

// Nodes may be shared with copies of the table: those on the way to the leaf are replaced.
void ban_table::set_leaf(std::uint64_t hash, leaf changed) {
  if (size_ == 0) {
    root_ = nullptr;
    return;
  }
  auto new_root = root_ ? std::make_shared<root>(*root_) : std::make_shared<root>();
  auto& place = new_root->branches[hash % fan_out];
  auto new_branch = place ? std::make_shared<branch>(*place) : std::make_shared<branch>();
  auto& leaf_place = new_branch->leaves[hash / fan_out % fan_out];
  leaf_place = changed.empty() ? nullptr : std::make_shared<const leaf>(std::move(changed));
  place = std::move(new_branch);
  root_ = std::move(new_root);
}

ban_ptr ban_table::take(std::uint64_t hash, ban_kind as, std::string_view who, leaf& from) {
  const auto found = std::find_if(from.begin(), from.end(),
                                  [&](const entry& e) { return e.hash == hash && is(*e.what, as, who); });
  if (found == from.end())
    return nullptr;
  auto gone = std::move(found->what);
  from.erase(found);
  --size_;
  bytes_ -= gone->bytes();
  return gone;
}

void ban_table::put(ban b) {
  const auto hash = hash_of(b.as, b.who);
  const leaf* present = leaf_of(hash);
  leaf changed = present ? *present : leaf{};
  take(hash, b.as, b.who, changed);
  ++size_;
  bytes_ += b.bytes();
  changed.push_back({hash, std::make_shared<const ban>(std::move(b))});
  set_leaf(hash, std::move(changed));
}

ban_ptr ban_table::remove(ban_kind as, std::string_view who) {
  if (find(as, who) == nullptr)
    return nullptr;
  const auto hash = hash_of(as, who);
  leaf changed = *leaf_of(hash);
  auto gone = take(hash, as, who, changed);
  set_leaf(hash, std::move(changed));
  return gone;
}

// Visits the leaves in their order until `visit` returns false.
template <class Visitor>
void ban_table::for_each_leaf(Visitor&& visit) const {
  if (!root_)
    return;
  for (const auto& b : root_->branches)
    if (b)
      for (const auto& l : b->leaves)
        if (l && !visit(*l))
          return;
}

std::vector<ban_ptr> ban_table::remove_expired(std::int64_t now) {
  std::vector<ban_ptr> over;
  for_each_leaf([&](const leaf& l) {
    for (const entry& e : l)
      if (e.what->until <= now)
        over.push_back(e.what);
    return true;
  });
  for (const auto& b : over)
    remove(b->as, b->who);
  return over;
}

std::vector<ban_ptr> ban_table::page(std::size_t skip, std::size_t limit) const {
  std::vector<ban_ptr> out;
  for_each_leaf([&](const leaf& l) {
    const auto before = std::min(skip, l.size());
    skip -= before;
    const auto end = before + std::min(l.size() - before, limit - out.size());
    for (auto i = before; i < end; ++i)
      out.push_back(l[i].what);
    return out.size() < limit;
  });
  return out;
}

} // namespace troupe::mqtt
