#include "troupe/rules/query.hpp"

#include "evaluation.hpp"
#include "sql_binder.hpp"
#include "sql_parser.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <new>

namespace troupe::rules {

namespace {

constexpr std::size_t most_outputs = 10'000; // of one event
constexpr std::size_t units_of_element = 16;

} // namespace

struct query::compiled {
  std::string sql; // the rest refers to it
  std::deque<std::string> made_names;
  statement tree;
  binding names;
  std::vector<std::string> topics;

  verdict run(const event& e, workspace& w) const;

private:
  bool project(const std::vector<field>& fields, const projection& p, evaluation& now, workspace& w,
               row::members* out) const;
  void show_all(const projection& p, const event& e, workspace& w, row::members& out) const;
  bool go_through(evaluation& now, workspace& w, const boost::json::array& list) const;
};

value row::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(members_->begin(), members_->end(), [&](const auto& m) { return m.first == name; });
  return found == members_->end() ? value{} : found->second;
}

void row::append_json(std::string& out) const {
  out += '{';
  bool first = true;
  for (const auto& [name, v] : *members_) {
    if (!std::exchange(first, false))
      out += ',';
    append_json_string(out, name);
    out += ':';
    rules::append_json(out, v);
  }
  out += '}';
}

namespace {

row::members& next_output(workspace& w) {
  if (w.used == w.outputs.size())
    w.outputs.emplace_back();
  auto& members = w.outputs[w.used++];
  members.clear();
  return members;
}

verdict failure(std::string_view clause, const evaluation& now) {
  return {verdict::kind::failed, std::string{clause}.append(": ").append(now.error())};
}

} // namespace

// Everything that the event has, and what hides it or stands beside it.
void query::compiled::show_all(const projection& p, const event& e, workspace& w, row::members& out) const {
  const auto hidden = [&](std::string_view name) -> const value* {
    const auto found = std::find(p.alias_names.begin(), p.alias_names.end(), name);
    if (found == p.alias_names.end())
      return nullptr;
    return &w.names[p.alias_slots[static_cast<std::size_t>(found - p.alias_names.begin())]];
  };
  for (const auto c : e.columns()) {
    const auto* alias = hidden(to_string(c));
    out.emplace_back(to_string(c), alias != nullptr ? *alias : e.at(c, w.memory));
  }
  for (const auto name : e.other_columns()) {
    const auto* alias = hidden(name);
    out.emplace_back(name, alias != nullptr ? *alias : e.at(name, w.memory));
  }
  for (std::size_t i = 0; i < p.alias_names.size(); ++i) {
    const auto named = [&](const auto& m) { return m.first == p.alias_names[i]; };
    if (std::none_of(out.begin(), out.end(), named))
      out.emplace_back(p.alias_names[i], w.names[p.alias_slots[i]]);
  }
}

// Evaluates the fields from left to right: each sees the aliases of those before it. Without `out` only the
// aliases count.
bool query::compiled::project(const std::vector<field>& fields, const projection& p, evaluation& now,
                              workspace& w, row::members* out) const {
  if (out != nullptr && !p.star)
    for (const auto name : p.output_names)
      out->emplace_back(name, value{});
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].star)
      continue;
    const auto& t = p.targets[i];
    const auto* step = t.name.steps.data();
    const auto* end = step + t.name.steps.size();
    const auto v = now(fields[i].what);
    if (t.hides && !now.failed())
      w.names[t.alias] = step == end ? v : now.put(now.look_up(t.before, t.name.root), step, end, v);
    if (out != nullptr && !p.star && !now.failed()) {
      auto& member = (*out)[t.output].second;
      member = step == end ? v : now.put(member, step, end, v);
    }
    if (now.failed())
      return false;
  }
  if (out != nullptr && p.star)
    show_all(p, now.source(), w, *out);
  return true;
}

bool query::compiled::go_through(evaluation& now, workspace& w, const boost::json::array& list) const {
  for (const auto& element : list) {
    now.charge(units_of_element);
    w.names[names.item_slot] = value::of(element);
    if (tree.in_case && !now.holds(*tree.in_case)) {
      if (now.failed())
        return false;
      continue;
    }
    if (w.used == most_outputs) {
      now.fail("more than " + std::to_string(most_outputs) + " outputs");
      return false;
    }
    auto& out = next_output(w);
    if (tree.each.empty())
      show_all(names.each, now.source(), w, out);
    else if (!project(tree.each, names.each, now, w, &out))
      return false;
  }
  return true;
}

verdict query::compiled::run(const event& e, workspace& w) const {
  evaluation now{e, w};
  if (!project(tree.fields, names.fields, now, w, tree.foreach ? nullptr : &next_output(w)))
    return failure(tree.foreach ? "FOREACH" : "SELECT", now);
  if (tree.condition && !now.holds(*tree.condition)) {
    w.used = 0;
    return now.failed() ? failure("WHERE", now) : verdict{};
  }
  if (!tree.foreach)
    return {verdict::kind::matched, {}};
  const auto& last = names.fields.targets.back();
  const auto collection = last.hides ? w.names[last.alias] : now(tree.fields.back().what);
  if (collection.is(value::kind::list) && !go_through(now, w, collection.list())) {
    w.used = 0;
    return failure("DO or INCASE", now);
  }
  return {verdict::kind::matched, {}};
}

// -- query ------------------------------------------------------------------------------------------------

query::query(std::unique_ptr<const compiled> c) noexcept : compiled_(std::move(c)) {}
query::query(query&&) noexcept = default;
query& query::operator=(query&&) noexcept = default;
query::~query() = default;

const std::string& query::sql() const noexcept { return compiled_->sql; }
bool query::foreach () const noexcept { return compiled_->tree.foreach; }
const std::vector<std::string>& query::topics() const noexcept { return compiled_->topics; }

std::variant<query, sql_error> query::parse(std::string_view sql) {
  auto made = std::make_unique<compiled>();
  made->sql = sql;
  auto parsed = parse_sql(made->sql);
  if (auto* error = std::get_if<sql_error>(&parsed))
    return std::move(*error);
  made->tree = std::move(std::get<statement>(parsed));
  made->names = bind(made->tree, made->made_names);
  made->topics.assign(made->tree.topics.begin(), made->tree.topics.end());
  return query{std::move(made)};
}

namespace {

verdict too_much(workspace& w, std::string_view what) {
  w.used = 0;
  return {verdict::kind::failed, std::string{"the evaluation needs too much "}.append(what)};
}

} // namespace

verdict query::run(const event& e, workspace& w) const {
  w.memory.reset();
  w.used = 0;
  w.names.resize(std::max(w.names.size(), compiled_->names.slots));
  try {
    return compiled_->run(e, w);
  } catch (const too_much_work&) {
    return too_much(w, "time");
  } catch (const arena_full&) {
    return too_much(w, "memory");
  } catch (const std::bad_alloc&) {
    return too_much(w, "memory");
  }
}

} // namespace troupe::rules
