// The groups that share a filter. Few are compared one by one. A long list has a table of their names, which
// each copy of the list hands to the next; and a group that goes leaves a gap in it, so that nothing moves.
#include "subscription_writer.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::mqtt::trie {

namespace {

constexpr std::size_t longest_without_places = 32; // groups
constexpr std::size_t shortest_with_places = 16;   // when gaps are closed

void note_places(group_list& list) {
  list.places = std::make_unique<group_places>(list.groups.size());
  for (std::uint32_t i = 0; i < list.groups.size(); ++i)
    list.places->emplace(hash_level(list.groups[i]->name), i);
}

void close_gaps(group_list& list) {
  std::erase(list.groups, static_cast<group*>(nullptr));
  list.gaps = 0;
  list.places = nullptr;
  if (list.groups.size() > shortest_with_places)
    note_places(list);
}

// Where the group of that name stands, or the list's size.
std::size_t place_of(const group_list& list, std::string_view name) {
  const auto& groups = list.groups;
  if (!list.places) {
    const auto named = [&](const group* g) { return g->name == name; };
    return static_cast<std::size_t>(std::find_if(groups.begin(), groups.end(), named) - groups.begin());
  }
  const auto [first, last] = list.places->equal_range(hash_level(name));
  const auto found = std::find_if(first, last, [&](const auto& p) { return groups[p.second]->name == name; });
  return found == last ? groups.size() : found->second;
}

void forget_place(group_list& list, std::size_t at) {
  const auto [first, last] = list.places->equal_range(hash_level(list.groups[at]->name));
  list.places->erase(std::find_if(first, last, [at](const auto& p) { return p.second == at; }));
}

} // namespace

const group* find_group(const group_list* list, std::string_view name) {
  if (list == nullptr)
    return nullptr;
  const auto at = place_of(*list, name);
  return at == list->groups.size() ? nullptr : list->groups[at];
}

void writer::editable(group_list*& list) {
  if (list->epoch == epoch_)
    return;
  // Readers of the published one do not look at its table.
  auto copied = std::make_unique<group_list>(group_list{epoch_, list->gaps, {}, nullptr});
  copied->groups.reserve(list->groups.size() + 1);
  copied->groups.assign(list->groups.begin(), list->groups.end());
  copied->places = std::move(list->places);
  auto* copy = copied.release();
  discard(list, kind::group_list, list->epoch);
  list = copy;
}

void writer::editable(group*& g) {
  if (g->epoch == epoch_)
    return;
  auto* copy = new group(*g);
  copy->epoch = epoch_;
  discard(g, kind::group, g->epoch);
  g = copy;
}

group* writer::make_group(std::string_view name) {
  auto* made = new group{epoch_, next_group_id_, {}, std::string{name}};
  if (static_cast<std::uint32_t>(++next_group_id_) == 0)
    ++next_group_id_; // a copy of a message keeps 32 bits of it, and 0 for none
  return made;
}

group& writer::group_of(group_list*& list, std::string_view name) {
  if (list == nullptr)
    list = new group_list{epoch_, 0, {}, nullptr};
  editable(list);
  auto& groups = list->groups;
  const auto at = place_of(*list, name);
  if (at < groups.size()) {
    editable(groups[at]);
    return *groups[at];
  }
  groups.push_back(make_group(name));
  if (list->places)
    list->places->emplace(hash_level(name), static_cast<std::uint32_t>(at));
  else if (groups.size() > longest_without_places)
    note_places(*list);
  return *groups.back();
}

bool writer::erase_from_group(group_list*& list, std::string_view name, const subscriber& address) {
  if (find_group(list, name) == nullptr)
    return false;
  group& g = group_of(list, name);
  const bool erased = erase(g.members, address);
  if (g.members.empty())
    remove_group(list, place_of(*list, name));
  return erased;
}

void writer::remove_group(group_list*& list, std::size_t at) {
  auto& groups = list->groups;
  group* gone = groups[at];
  if (list->places) {
    forget_place(*list, at);
    groups[at] = nullptr;
    ++list->gaps;
  } else {
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(at));
  }
  discard(gone, kind::group, gone->epoch);
  if (list->gaps > groups.size() / 2)
    close_gaps(*list);
  if (groups.empty()) {
    discard(list, kind::group_list, list->epoch);
    list = nullptr;
  }
}

} // namespace troupe::mqtt::trie
