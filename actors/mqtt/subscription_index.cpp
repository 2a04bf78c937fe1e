#include "troupe/mqtt/subscription_index.hpp"

#include "subscription_writer.hpp"
#include "troupe/mqtt/topic.hpp"

#include <algorithm>
#include <limits>

namespace troupe::mqtt {

using trie::hamt;
using trie::node;

namespace {

constexpr std::uint64_t nothing =
    std::numeric_limits<std::uint64_t>::max(); // a parked reader looks at nothing

bool has_subscribers(const node& n) {
  return !n.subscribers.empty() || (n.more != nullptr && n.more->groups != nullptr);
}

bool has_hash_subscribers(const node& n) {
  return n.more != nullptr && (!n.more->hash.empty() || n.more->hash_groups != nullptr);
}

} // namespace

const subscriber& subscriber_set::operator[](std::size_t i) const noexcept {
  if (!indexed())
    return single()->items()[i];
  const auto* c = index()->chunks();
  while (i >= (*c)->size) {
    i -= (*c)->size;
    ++c;
  }
  return (*c)->items()[i];
}

std::uint64_t shared_match::id() const noexcept { return group_->id; }
bool shared_match::exclusive() const noexcept { return group_->name == exclusive_group; }
const subscriber_set& shared_match::members() const noexcept { return group_->members; }

const shared_match* match_result::find_group(std::uint32_t number) const noexcept {
  constexpr std::uint64_t step = std::uint64_t{1} << 32;
  const auto before = [](const shared_match& g, std::uint64_t id) { return g.id() < id; };
  auto first = groups_.begin();
  for (const auto end : group_ends_) {
    const auto last = groups_.begin() + end;
    // Most often there is one such id from the first to the last, or none.
    const auto lowest = first->id(), highest = (last - 1)->id();
    for (auto id = lowest + (number - static_cast<std::uint32_t>(lowest)); id <= highest; id += step)
      if (const auto i = std::lower_bound(first, last, id, before); i->id() == id)
        return &*i;
    first = last;
  }
  return nullptr;
}

void match_result::find_only() noexcept {
  only_.reset();
  if (sets_.size() == 1 && groups_.empty() && sets_[0].size() == 1)
    only_ = sets_[0][0];
}

// -- the writer's side
// ------------------------------------------------------------------------------------------

subscription_index::subscription_index() : writer_(std::make_unique<trie::writer>()), root_(writer_->root()) {
  writer_->seal(1);
}

subscription_index::~subscription_index() = default;

subscription_index::result subscription_index::subscribe(std::string_view filter, std::string_view group,
                                                         const subscriber& s) {
  return writer_->subscribe(filter, group, s) ? result::added : result::replaced;
}

bool subscription_index::unsubscribe(std::string_view filter, std::string_view group, std::uint16_t shard,
                                     std::uint32_t slot, std::uint32_t generation) {
  return writer_->unsubscribe(filter, group, {slot, generation, 0, shard, 0});
}

void subscription_index::commit() {
  const auto version = version_.load(std::memory_order_relaxed) + 1;
  root_.store(writer_->root(), std::memory_order_seq_cst);
  version_.store(version, std::memory_order_seq_cst);
  writer_->seal(version);
  // A reader that announces itself after this scan finds the new root (see subscription_reader::unpark).
  std::uint64_t oldest = version;
  {
    std::lock_guard guard{readers_mutex_};
    for (const auto& r : readers_)
      oldest = std::min(oldest, r->seen.load(std::memory_order_seq_cst));
  }
  writer_->reclaim(oldest);
}

// The node where the filter ends, or its parent when it ends in `#` (`hash` tells); null: there is none.
const node* subscription_index::locate(std::string_view filter, bool& hash) const {
  const node* at = writer_->root();
  hash = false;
  for (bool more = true; more && at != nullptr;) {
    const auto level = next_level(filter, more);
    if (level == "#") {
      hash = true;
      return at;
    }
    if (level == "+")
      at = at->more != nullptr ? at->more->plus : nullptr;
    else
      at = trie::find_child(*at, level, trie::hash_level(level));
  }
  return at;
}

bool subscription_index::lookup(std::string_view filter) const {
  bool hash = false;
  const node* at = locate(filter, hash);
  return at != nullptr && (hash ? has_hash_subscribers(*at) : has_subscribers(*at));
}

std::optional<subscriber> subscription_index::holder(std::string_view filter) const {
  bool hash = false;
  const node* at = locate(filter, hash);
  if (at == nullptr || at->more == nullptr)
    return {};
  const auto* g = trie::find_group(hash ? at->more->hash_groups : at->more->groups, exclusive_group);
  if (g == nullptr || g->members.empty())
    return {};
  return g->members[0];
}

std::vector<std::string> subscription_index::list(std::size_t skip, std::size_t limit) const {
  struct step { // of a walk in depth: a node to visit, or an array of children to go on with
    const node* visit;
    const hamt* array;
    std::uint32_t next;
    unsigned shift;
    std::size_t prefix; // length of the parent's filter
    bool root_child;
  };
  std::vector<std::string> found;
  std::string path;
  const auto emit = [&](std::string_view filter) {
    if (skip > 0)
      --skip;
    else
      found.emplace_back(filter);
  };
  std::vector<step> steps{{writer_->root(), nullptr, 0, 0, 0, false}};
  while (!steps.empty() && found.size() < limit) {
    step s = steps.back();
    steps.pop_back();
    path.resize(s.prefix);
    if (s.array != nullptr) {
      if (s.next + 1 < s.array->count(s.shift))
        steps.push_back({nullptr, s.array, s.next + 1, s.shift, s.prefix, s.root_child});
      const auto slot = s.array->slots()[s.next];
      if (hamt::is_array(slot))
        steps.push_back({nullptr, hamt::array(slot), 0, s.shift + hamt::bits, s.prefix, s.root_child});
      else
        steps.push_back({hamt::child(slot), nullptr, 0, 0, s.prefix, s.root_child});
      continue;
    }
    const node& n = *s.visit;
    const bool is_root = s.visit == writer_->root();
    if (!is_root) {
      if (!s.root_child)
        path.push_back('/');
      path.append(n.name());
    }
    if (!is_root && has_subscribers(n))
      emit(path);
    if (has_hash_subscribers(n) && found.size() < limit)
      emit(is_root ? "#" : path + "/#");
    const auto length = path.size();
    if (n.more != nullptr && n.more->plus != nullptr)
      steps.push_back({n.more->plus, nullptr, 0, 0, length, is_root});
    if (n.children != nullptr)
      steps.push_back({nullptr, n.children, 0, 0, length, is_root});
  }
  return found;
}

std::size_t subscription_index::filter_count() const noexcept { return writer_->filters; }
std::size_t subscription_index::subscription_count() const noexcept { return writer_->subscriptions; }
std::size_t subscription_index::shared_subscription_count() const noexcept { return writer_->shared; }
std::size_t subscription_index::retired_count() const noexcept { return writer_->retired(); }

subscription_index::announcement* subscription_index::attach() {
  std::lock_guard guard{readers_mutex_};
  readers_.push_back(std::make_unique<announcement>());
  readers_.back()->seen.store(nothing, std::memory_order_relaxed);
  return readers_.back().get();
}

void subscription_index::detach(announcement* a) {
  std::lock_guard guard{readers_mutex_};
  std::erase_if(readers_, [a](const auto& r) { return r.get() == a; });
}

// -- the reader's side
// -------------------------------------------------------------------------------------------

subscription_reader::subscription_reader(subscription_index& index)
    : index_(index), announcement_(index.attach()), parked_(true) {}

subscription_reader::~subscription_reader() { index_.detach(announcement_); }

void subscription_reader::park() noexcept {
  announcement_->seen.store(nothing, std::memory_order_release);
  parked_ = true;
}

// Announced before the root is read: either the writer's scan sees the announcement, or the root read here is
// the one that was stored before the scan.
void subscription_reader::unpark() noexcept {
  announcement_->seen.store(index_.version_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
  parked_ = false;
  adopt();
}

void subscription_reader::adopt() noexcept {
  const auto version = index_.version_.load(std::memory_order_seq_cst);
  root_ = index_.root_.load(std::memory_order_seq_cst);
  if (version != version_) {
    version_ = version;
    matches_of_version_ = 0;
  }
}

void subscription_reader::quiesce() noexcept {
  if (parked_)
    return;
  const auto version = index_.version_.load(std::memory_order_acquire);
  if (announcement_->seen.load(std::memory_order_relaxed) == version)
    return;
  announcement_->seen.store(version, std::memory_order_seq_cst);
  adopt();
}

const match_result& subscription_reader::match(std::string_view topic) {
  if (parked_)
    unpark();
  if (index_.version_.load(std::memory_order_acquire) != version_)
    adopt();
  if (++matches_of_version_ < settled || topic.size() > longest_cached_topic) {
    find(topic, uncached_);
    return uncached_;
  }
  if (latest_ != nullptr && latest_->version == version_ && latest_->topic == topic)
    return latest_->result;
  return look_up(topic);
}

const match_result& subscription_reader::look_up(std::string_view topic) {
  if (cache_.empty())
    cache_.resize(cache_sets);
  const auto hash = trie::hash_level(topic);
  auto& set = cache_[hash % cache_sets];
  auto& places = set.places;
  for (const auto& [known, entry] : places)
    if (entry && known == hash && entry->version == version_ && entry->topic == topic) {
      latest_ = entry.get();
      latest_set_ = &set;
      return entry->result;
    }
  // The oldest goes, unless one is out of date.
  const auto stale = [this](const place& p) { return !p.entry || p.entry->version != version_; };
  const auto victim = std::min(std::ranges::find_if(places, stale), places.end() - 1);
  std::rotate(places.begin(), victim, victim + 1);
  auto& [known, entry] = places.front();
  if (!entry)
    entry = std::make_unique<cached>();
  entry->version = 0; // until it is whole
  known = hash;
  entry->topic = topic;
  find(topic, entry->result);
  if (entry->result.size() > largest_cached_result) {
    std::swap(uncached_, entry->result);
    entry = nullptr;
    latest_ = nullptr;
    return uncached_;
  }
  entry->version = version_;
  latest_ = entry.get();
  latest_set_ = &set;
  return entry->result;
}

void subscription_reader::find(std::string_view topic, match_result& out) {
  out.sets_.clear();
  out.groups_.clear();
  out.group_ends_.clear();
  const auto take = [&out](const subscriber_set& set, const trie::group_list* groups) {
    if (!set.empty())
      out.sets_.push_back(set);
    if (groups == nullptr)
      return;
    for (const auto* g : groups->groups)
      if (g != nullptr)
        out.groups_.emplace_back(g);
    out.group_ends_.push_back(static_cast<std::uint32_t>(out.groups_.size()));
  };
  const std::size_t end = topic.size() + 1; // behind the last level
  const bool reserved = topic.starts_with('$');
  stack_.clear();
  stack_.push_back({root_, 0});
  while (!stack_.empty()) {
    const auto [at, offset] = stack_.back();
    stack_.pop_back();
    const bool wildcards = !(reserved && at == root_); // [MQTT-4.7.2-1]
    if (at->more != nullptr && wildcards)
      take(at->more->hash, at->more->hash_groups); // `a/#` matches `a` too
    if (offset == end) {
      take(at->subscribers, at->more != nullptr ? at->more->groups : nullptr);
      continue;
    }
    const auto rest = topic.substr(offset);
    const auto level = rest.substr(0, rest.find('/'));
    const std::size_t next = offset + level.size() + 1;
    if (at->more != nullptr && at->more->plus != nullptr && wildcards)
      stack_.push_back({at->more->plus, next});
    if (at->children != nullptr)
      if (const node* child = trie::find_child(*at, level, trie::hash_level(level)))
        stack_.push_back({child, next});
  }
  out.find_only();
}

} // namespace troupe::mqtt
